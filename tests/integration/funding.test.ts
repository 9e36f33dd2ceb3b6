import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { importSeries, openInput } from "@powertrader/cache";
import { openSeries, readFunding, type SeriesKind, seriesFolder } from "@powertrader/core/files";
import { createFundingSchedule, fundingFlow, settlementsBetween } from "@powertrader/core/funding";
import { HOUR_MS, type Timeframe } from "@powertrader/core/market";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newFolder } from "../../packages/cache/src/fixtures/candles.ts";
import { SHARED } from "../fixtures/bin.ts";

const DATA = join(SHARED, "data");
const isThere = existsSync(DATA);
if (!isThere) console.warn(`skipped: real funding rates are not at ${DATA}`);

const COINS = ["BTC", "ETH", "DOGE"] as const;
const cacheDir = newFolder();
afterAll(() => rmSync(cacheDir, { recursive: true, force: true }));

function load(file: string, kind: SeriesKind, symbol: string, timeframe: Timeframe) {
  const series = { cacheDir, exchange: "binanceusdm", kind, symbol, timeframe };
  return openInput(join(DATA, file)).then((input) => importSeries(input, series));
}

function scheduleOf(symbol: string) {
  const funding = readFunding(cacheDir, "binanceusdm", symbol)!;
  const mark = openSeries(cacheDir, seriesFolder("binanceusdm", "mark"), symbol, "1hour")!;
  return { funding, mark, schedule: createFundingSchedule(funding, mark.columns, HOUR_MS) };
}

/** A column of a file as it is written, by seconds. */
function columnOf(file: string, column: number): ReadonlyMap<number, string> {
  const lines = gunzipSync(readFileSync(join(DATA, file)))
    .toString("utf8")
    .trim()
    .split("\n")
    .slice(1);
  return new Map(lines.map((line) => [Number(line.split(",")[0]), line.split(",")[column]!]));
}

const DIGITS = 20;

/** A decimal number in units of 1e-20, exactly. */
function exact(text: string): bigint {
  const [, sign, whole, fraction = "", exponent = "0"] = /^(-?)(\d+)(?:\.(\d+))?(?:e(-?\d+))?$/.exec(text)!;
  return BigInt(`${sign}${whole}${fraction}`) * 10n ** BigInt(DIGITS - fraction.length + Number(exponent));
}

/** Money in whole cents, halves away from 0. */
function cents(money: number): number {
  const rounded = Math.round(Number((Math.abs(money) * 100).toFixed(6)));
  return money < 0 ? 0 - rounded : rounded;
}

/** The whole cents of −qty × price × rate, worked out in decimals. */
function centsOf(qty: string, price: string, rate: string): number {
  const units = -exact(qty) * exact(price) * exact(rate);
  const cent = 10n ** BigInt(3 * DIGITS - 2);
  const half = units < 0n ? -cent / 2n : cent / 2n;
  return Number((units + half) / cent);
}

/** A position that changes side and size now and then, flat at times. */
const POSITIONS = ["1500", "1500", "-250.5", "0", "12000", "-3750.125", "-3750.125", "100000"];

describe.skipIf(!isThere)("funding on real rates and mark prices", () => {
  beforeAll(async () => {
    for (const coin of COINS) {
      await load(`binanceusdm_${coin}USDT_funding_8h.csv.gz`, "funding", `${coin}-USDT`, "8hour");
      await load(`binanceusdm_${coin}USDTmark_1h.csv.gz`, "mark", `${coin}-USDT`, "1hour");
    }
  });

  // side × qty, mark close of the bar that ends there and rate as the files have them; worked out by hand.
  it.each<[string, string, number, number, number, number]>([
    ["BTC", "2024-12-31T16:00:00Z", 0.5, 95392.8, 0.0001, -4.77], // 4.76964
    ["BTC", "2025-01-09T16:00:00Z", -2, 94198.9, -0.00000544, -1.02], // 1.024884…
    ["BTC", "2026-02-07T00:00:00Z", -3, 70542.5, -0.00015178, -32.12], // 32.120821…
    ["BTC", "2026-02-19T08:00:00Z", 1.25, 67183.4074928, 0.00002686, -2.26], // 2.255682…
    ["ETH", "2025-01-01T00:00:00Z", 10, 3336.65241667, 0.0001, -3.34], // 3.336652…
    ["ETH", "2026-02-06T00:00:00Z", -40, 1825.58, -0.00027709, -20.23], // 20.233998…
    ["DOGE", "2025-10-11T00:00:00Z", -50_000, 0.19307, 0.00045253, 4.37], // 4.368498…
    ["DOGE", "2026-02-01T00:00:00Z", 100_000, 0.1041777, -0.00026033, 2.71], // 2.712058…
  ])("%s at %s: %d × %d × %d", (coin, time, qty, markClose, rate, money) => {
    const { schedule } = scheduleOf(`${coin}-USDT`);
    const timeMs = Date.parse(time);
    const [settlement] = schedule.due(timeMs - HOUR_MS, timeMs);
    expect(settlement).toEqual({ timeMs, rate, markClose, reason: undefined });
    expect(cents(fundingFlow(qty, settlement!.markClose!, settlement!.rate))).toBe(cents(money));
  });

  it.each(COINS)("%s: every payment of a path is exact to the cent", (coin) => {
    const symbol = `${coin}-USDT`;
    const { funding, mark, schedule } = scheduleOf(symbol);
    const rates = columnOf(`binanceusdm_${coin}USDT_funding_8h.csv.gz`, 1);
    const closes = columnOf(`binanceusdm_${coin}USDTmark_1h.csv.gz`, 4);
    const positionAt = (timeMs: number) => POSITIONS[Math.floor(timeMs / (40 * HOUR_MS)) % POSITIONS.length]!;

    const paid: [number, number][] = [];
    const unpaid: number[] = [];
    const times = mark.columns.time;
    for (let row = 0; row < times.length; row++) {
      // A tick at each close of an hour, as a run has them.
      const nowMs = times[row]! + HOUR_MS;
      for (const { timeMs, rate, markClose } of schedule.due(nowMs - HOUR_MS, nowMs)) {
        if (markClose === undefined) unpaid.push(timeMs);
        else paid.push([timeMs, cents(fundingFlow(Number(positionAt(timeMs)), markClose, rate))]);
      }
    }

    const table = [...rates]
      .filter(([seconds]) => closes.has(seconds - 3600))
      .map(([seconds, rate]) => [
        seconds * 1000,
        centsOf(positionAt(seconds * 1000), closes.get(seconds - 3600)!, rate),
      ]);
    expect(table).toHaveLength(1246);
    expect(paid).toEqual(table);
    expect(unpaid).toEqual([]);
    expect(table.some(([, money]) => money! > 0) && table.some(([, money]) => money! < 0)).toBe(true);

    // The first settlement is where the mark prices begin: there is none that ends at it.
    expect(schedule.settlements).toHaveLength(1247);
    expect(schedule.settlements[0]).toMatchObject({ markClose: undefined, reason: "no_mark_candle" });
    expect(schedule.settlements.slice(1).every(({ reason }) => reason === undefined)).toBe(true);
    expect(funding.coverage).toEqual([{ fromMs: Date.UTC(2024, 11, 31), toMs: Date.UTC(2026, 1, 19, 16) }]);
    expect(funding.sources).toEqual([`import:binanceusdm_${coin}USDT_funding_8h.csv.gz`]);
    expect(settlementsBetween(funding, funding.timeMs[0]!, funding.timeMs[3]!)).toHaveLength(3);
  });

  it("reads another program's fixture of a month", async () => {
    const report = await load("freqtradetest_XRPUSDTperp_funding_8h.csv.gz", "funding", "XRP-USDT", "8hour");
    expect(report).toMatchObject({ read: 91, added: 91, rejected: 0, gaps: { count: 0 } });
    expect(readFunding(cacheDir, "binanceusdm", "XRP-USDT")!.rate).toContain(-0.00219334);
  });
});
