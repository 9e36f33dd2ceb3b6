import { HOUR_MS, WEEK_MS } from "@powertrader/core/market";
import { assert, asyncProperty, boolean, constantFrom, integer, record, uniqueArray } from "fast-check";
import { describe, expect, it } from "vitest";
import { hours, inHours, SERIES, T0 } from "../fixtures/candles.ts";
import { scriptedSource } from "../fixtures/scripted-source.ts";
import type { CandleRow, CandleSource } from "./candle-source.ts";
import { type Page, pageCandles } from "./page-candles.ts";

const LATER = T0 + 1000 * HOUR_MS;

const row = (hour: number, price = 1): CandleRow => [T0 + hour * HOUR_MS, price, price, price, price, 1];

async function pagesOf(source: CandleSource, from: number, to: number, nowMs = LATER): Promise<readonly Page[]> {
  const pages: Page[] = [];
  for await (const page of pageCandles(source, { ...SERIES, range: hours(from, to), nowMs })) pages.push(page);
  return pages;
}

/** A source whose answers come from a function of the hours asked for. */
function answering(answer: (from: number, to: number) => readonly CandleRow[], pageBars = 10) {
  return scriptedSource({
    pageBars,
    answer: ({ fromMs, toMs }) => answer((fromMs - T0) / HOUR_MS, (toMs - T0) / HOUR_MS),
  });
}

const hoursOf = (pages: readonly Page[]) =>
  pages.flatMap(({ rows }) => rows.map(([timeMs]) => (timeMs - T0) / HOUR_MS));

describe("pageCandles", () => {
  it("asks page by page and says what each has answered", async () => {
    const source = answering((from, to) => Array.from({ length: to - from }, (_, i) => row(from + i)));
    const pages = await pagesOf(source, 0, 25);
    expect(inHours(pages.map(({ range }) => range))).toEqual([
      [0, 10],
      [10, 20],
      [20, 25],
    ]);
    expect(hoursOf(pages)).toEqual(Array.from({ length: 25 }, (_, i) => i));
    expect(source.requests).toBe(3);
  });

  it("sorts, drops copies, rows outside the range and bars that have not closed", async () => {
    const source = answering(() => [row(3), row(1), row(1), row(-1), row(4), row(0), row(2)]);
    expect(hoursOf(await pagesOf(source, 0, 4, T0 + 3.5 * HOUR_MS))).toEqual([0, 1, 2]);
  });

  it("goes on behind an empty page, and asks twice for a hole at the start of one", async () => {
    const source = answering((from, to) =>
      (to > 23 ? [row(23), row(24)].filter(([t]) => t < T0 + to * HOUR_MS) : []).filter(
        ([t]) => t >= T0 + from * HOUR_MS,
      ),
    );
    const pages = await pagesOf(source, 0, 25);
    expect(inHours(pages.map(({ range }) => range))).toEqual([
      [0, 10],
      [10, 20],
      [20, 25],
    ]);
    expect(hoursOf(pages)).toEqual([23, 24]);
    expect(pages.map(({ requests }) => requests)).toEqual([1, 1, 2]);
  });

  it("finds the start of a page that the venue cut off", async () => {
    const source = answering((from, to) => Array.from({ length: to - from }, (_, i) => row(from + i)).slice(-3));
    expect(hoursOf(await pagesOf(source, 0, 10))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it("gives up on a venue that sends the same page whatever it is asked", async () => {
    const source = answering(() => [row(500), row(501)]);
    await expect(pagesOf(source, 0, 100)).rejects.toMatchObject({ code: "E_NO_PROGRESS" });
    expect(source.requests).toBe(2);
    const past = answering(() => [row(0), row(1)]);
    await expect(pagesOf(past, 0, 100)).rejects.toMatchObject({ code: "E_NO_PROGRESS" });
  });

  it.each<[string, readonly unknown[], string]>([
    ["seconds for milliseconds", [T0 / 1000, 1, 1, 1, 1, 1], "E_NO_PROGRESS"],
    ["no time", [undefined, 1, 1, 1, 1, 1], "E_UPSTREAM_BODY"],
    ["no price", [T0, undefined, 1, 1, 1, 1], "E_UPSTREAM_BODY"],
    ["NaN", [T0, 1, Number.NaN, 1, 1, 1], "E_UPSTREAM_BODY"],
    ["text", [T0, "1", 1, 1, 1, 1], "E_UPSTREAM_BODY"],
    ["a short row", [T0, 1, 1, 1], "E_UPSTREAM_BODY"],
    ["a bar off the grid", [T0 + 1, 1, 1, 1, 1, 1], "E_CANDLE_SHAPE"],
    ["another order of columns", [T0, 1, 1, 3, 2, 1], "E_CANDLE_INVALID"],
    ["a price of zero", [T0, 0, 1, 0, 1, 1], "E_CANDLE_INVALID"],
    ["negative volume", [T0, 1, 1, 1, 1, -1], "E_CANDLE_INVALID"],
    ["infinity", [T0, 1, Infinity, 1, 1, 1], "E_CANDLE_INVALID"],
  ])("refuses %s", async (_name, bad, code) => {
    const source = answering(() => [bad as unknown as CandleRow]);
    await expect(pagesOf(source, 0, 4)).rejects.toMatchObject({ code });
  });

  it("takes weeks on whatever day they start", async () => {
    const open = T0 + 3 * 24 * HOUR_MS;
    const source = scriptedSource({ pageBars: 10, answer: () => [[open, 1, 1, 1, 1, 1]] });
    const range = { fromMs: T0, toMs: T0 + 2 * WEEK_MS };
    const pages: Page[] = [];
    for await (const page of pageCandles(source, { ...SERIES, timeframe: "1week", range, nowMs: T0 + 3 * WEEK_MS })) {
      pages.push(page);
    }
    expect(pages.flatMap(({ rows }) => rows)).toHaveLength(1);
  });

  it("collects the truth from any venue that keeps to the range", async () => {
    const venues = record({
      there: uniqueArray(integer({ min: 0, max: 59 }), { maxLength: 60 }),
      pageBars: integer({ min: 1, max: 20 }),
      /** How many rows fewer than a page the venue sends, and from which end it cuts. */
      short: integer({ min: 0, max: 2 }),
      newest: boolean(),
      order: constantFrom("up", "down", "repeated"),
      /** Whether bars at the ends of the range are sent too. */
      before: boolean(),
      after: boolean(),
      openBar: boolean(),
    });
    const runs = Number(process.env.PT_PROPERTY_RUNS ?? 1000);
    await assert(
      asyncProperty(venues, async ({ there, pageBars, short, newest, order, before, after, openBar }) => {
        const present = new Set(there);
        const source = answering((from, to) => {
          const inside = [...present].filter((hour) => hour >= from && hour < to).sort((a, b) => a - b);
          const cap = Math.max(1, pageBars - short);
          const kept = newest ? inside.slice(-cap) : inside.slice(0, cap);
          const edges = [...(before ? [from - 1] : []), ...(after ? [to] : [])].filter((hour) => present.has(hour));
          const rows = [...edges, ...kept, ...(openBar && to >= 50 ? [50] : [])].map((hour) => row(hour, 1 + hour));
          if (order === "down") rows.sort((a, b) => b[0] - a[0]);
          return order === "repeated" ? [...rows, ...rows] : rows;
        }, pageBars);
        const nowMs = T0 + 50.5 * HOUR_MS;
        const pages = await pagesOf(source, 0, 50, nowMs);
        expect(hoursOf(pages)).toEqual(there.filter((hour) => hour < 50).sort((a, b) => a - b));
        expect(pages[0]!.range.fromMs).toBe(T0);
        expect(pages.slice(1).map(({ range }) => range.fromMs)).toEqual(
          pages.slice(0, -1).map(({ range }) => range.toMs),
        );
        expect(pages.at(-1)!.range.toMs).toBe(T0 + 50 * HOUR_MS);
      }),
      { numRuns: runs },
    );
  });
});
