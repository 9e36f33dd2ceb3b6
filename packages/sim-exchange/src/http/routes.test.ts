import { HOUR_MS } from "@powertrader/core/market";
import { describe, expect, it } from "vitest";
import { createMarket } from "../market/market.ts";
import { answer } from "./routes.ts";

const market = createMarket(42);
const JANUARY = Date.UTC(2024, 0, 1);
const NOW = Date.UTC(2024, 5, 1, 12, 20);

/** Rows as KuCoin's documentation shows them: time, open, close, high, low, volume, turnover. */
const CAPTURED_ROW = ["1706637600", "43396.4", "43369.4", "43491.9", "43285.2", "135.02905655", "5859577.939581874"];

const get = (target: string, nowMs = NOW) => answer(market, "GET", target, nowMs);

function candles(query: Record<string, string | number>, nowMs = NOW): string[][] {
  const fields = { symbol: "BTC-USDT", type: "1hour", ...query };
  const search = Object.entries(fields).map(([name, value]) => `${name}=${value}`);
  const { status, body } = get(`/api/v1/market/candles?${search.join("&")}`, nowMs);
  expect(status).toBe(200);
  expect(body).toMatchObject({ code: "200000" });
  return (body as { data: string[][] }).data;
}

describe("GET /api/v1/market/candles", () => {
  const day = { startAt: JANUARY / 1000, endAt: JANUARY / 1000 + 86_400 };

  it("answers rows of seven decimal strings, newest first, with the end left out", () => {
    const rows = candles(day);
    expect(rows.map((row) => Number(row[0]) * 1000)).toEqual(
      Array.from({ length: 24 }, (_, i) => JANUARY + (23 - i) * HOUR_MS),
    );
    for (const row of [...rows, CAPTURED_ROW]) {
      expect(row).toHaveLength(7);
      for (const field of row) expect(field).toMatch(/^\d+(\.\d+)?$/);
      const [, open, close, high, low, volume, turnover] = row.map(Number);
      expect(high).toBeGreaterThanOrEqual(Math.max(open!, close!));
      expect(low).toBeLessThanOrEqual(Math.min(open!, close!));
      expect(turnover! / volume!).toBeGreaterThan(low!);
      expect(turnover! / volume!).toBeLessThan(high!);
    }
  });

  it("tells what the market tells", () => {
    const bars = market.candles("BTC", "1hour", JANUARY, JANUARY + 24 * HOUR_MS);
    expect(candles(day).map((row) => row.slice(0, 6).map(Number))).toEqual(
      Array.from(bars.time, (timeMs, i) => [
        timeMs / 1000,
        bars.open[i],
        bars.close[i],
        bars.high[i],
        bars.low[i],
        bars.volume[i],
      ]).reverse(),
    );
  });

  it("begins with the first bar that opens inside the range", () => {
    const rows = candles({ startAt: JANUARY / 1000 + 1, endAt: JANUARY / 1000 + 7_201 });
    expect(rows.map((row) => Number(row[0]) - JANUARY / 1000)).toEqual([7_200, 3_600]);
  });

  it("answers the newest 1500 rows of a longer range", () => {
    const rows = candles({ startAt: JANUARY / 1000 - 10_000_000, endAt: JANUARY / 1000 });
    expect(rows).toHaveLength(1500);
    expect(Number(rows[0]![0]) * 1000).toBe(JANUARY - HOUR_MS);
  });

  it("ends with the bar that is open now, and changes it as time passes", () => {
    const [open] = candles({});
    expect(Number(open![0]) * 1000).toBe(Date.UTC(2024, 5, 1, 12));
    const [later] = candles({}, NOW + 60_000);
    expect(later![0]).toBe(open![0]);
    expect(Number(later![5])).toBeGreaterThan(Number(open![5]));
    expect(candles({}, NOW)[0]).toEqual(open);
  });

  it("has nothing before 2017 and nothing after now", () => {
    expect(candles({ startAt: 1_400_000_000, endAt: 1_450_000_000 })).toEqual([]);
    expect(candles({ startAt: NOW / 1000 + 3_600, endAt: NOW / 1000 + 7_200 })).toEqual([]);
    expect(candles({ startAt: NOW / 1000, endAt: JANUARY / 1000 })).toEqual([]);
  });

  it("starts weeks on Thursday", () => {
    for (const row of candles({ type: "1week" })) expect(Number(row[0]) % 604_800).toBe(0);
  });

  it.each(["BTC-USDC", "BTCUSDT", "btc-USDT", "USDT-USDT", "A_B-USDT", `${"X".repeat(21)}-USDT`, ""])(
    "does not know the pair %j",
    (symbol) => {
      const { status, body } = get(`/api/v1/market/candles?type=1hour&symbol=${symbol}`);
      expect({ status, body }).toMatchObject({ status: 400, body: { code: "400100", msg: expect.any(String) } });
    },
  );

  it.each([
    "type=7min",
    "type=constructor",
    "type=1hour&startAt=-1",
    "type=1hour&endAt=soon",
    "type=1hour&startAt=1.5",
  ])("refuses %s", (query) => {
    expect(get(`/api/v1/market/candles?symbol=BTC-USDT&${query}`).body).toMatchObject({ code: "400100" });
  });
});

describe("the other endpoints", () => {
  it("tell the time of the clock", () => {
    expect(get("/api/v1/timestamp").body).toEqual({ code: "200000", data: NOW });
  });

  it.each(["/api/v1/symbols", "/api/v2/symbols"])("list pairs under %s", (target) => {
    const { data } = get(target).body as { data: { symbol: string; priceIncrement: string }[] };
    expect(data.map(({ symbol, priceIncrement }) => [symbol, priceIncrement])).toEqual([
      ["BTC-USDT", "0.1"],
      ["ETH-USDT", "0.01"],
      ["DOGE-USDT", "0.0000001"],
      ["SOL-USDT", "0.0001"],
      ["XRP-USDT", "0.000001"],
    ]);
  });

  it.each(["/", "/api/v1/orders", "/constructor", "//", "?", "", "/%ff"])("are not found under %j", (target) => {
    expect(get(target)).toMatchObject({ status: 404, body: { code: "404000" } });
  });

  it("answer GET only", () => {
    expect(answer(market, "POST", "/api/v1/timestamp", NOW).status).toBe(404);
  });
});
