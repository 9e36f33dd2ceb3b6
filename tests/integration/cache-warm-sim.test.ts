import { warmCache } from "@powertrader/cache";
import { readSeries } from "@powertrader/core/files";
import { DAY_MS, HOUR_MS } from "@powertrader/core/market";
import { expect, it } from "vitest";
import { temporaryFolder } from "../../packages/cache/src/fixtures/candles.ts";
import { startSimExchange } from "../../packages/cache/src/warm/start-sim-exchange.ts";

const T0 = Date.UTC(2024, 0, 1);

function warm(cacheDir: string, signal?: AbortSignal) {
  return warmCache({
    cacheDir,
    exchange: "sim",
    coins: ["BTC", "DOGE"],
    quote: "USDT",
    timeframes: ["1hour"],
    fromMs: T0,
    toMs: T0 + 90 * DAY_MS,
    seed: 7,
    ...(signal === undefined ? {} : { signal }),
  });
}

it("fetches a synthetic market from a child process, through ccxt, and says what it is", async () => {
  const cacheDir = temporaryFolder();
  const { series } = await warm(cacheDir);
  expect(series.map(({ symbol, added, requests }) => [symbol, added, requests])).toEqual([
    ["BTC-USDT", 90 * 24, 2],
    ["DOGE-USDT", 90 * 24, 2],
  ]);
  const { columns, sources } = readSeries(cacheDir, "sim", "DOGE-USDT", "1hour")!;
  expect(sources).toEqual(["synthetic:pt-sim-exchange seed=7"]);
  expect(columns.time[0]).toBe(T0);
  expect(columns.time[columns.length - 1]).toBe(T0 + 90 * DAY_MS - HOUR_MS);
  expect((await warm(cacheDir)).series.map(({ requests }) => requests)).toEqual([0, 0]);
});

it("stops the child when it is told to", async () => {
  const exchange = await startSimExchange(7);
  expect((await fetch(`${exchange.url}/api/v1/timestamp`)).status).toBe(200);
  await exchange.stop();
  await expect(fetch(`${exchange.url}/api/v1/timestamp`)).rejects.toThrow("fetch failed");
  await exchange.stop();
});

it("does not start for someone who has stopped already", async () => {
  await expect(warm(temporaryFolder(), AbortSignal.abort())).rejects.toMatchObject({ code: "E_CANCELLED" });
});

it("says why the child did not come up", async () => {
  await expect(startSimExchange(-1)).rejects.toMatchObject({
    code: "E_CHILD_DIED",
    message: expect.stringContaining("E_NUMBER"),
  });
});
