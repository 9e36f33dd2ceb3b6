import { warmCache } from "@powertrader/cache";
import type { Frame } from "@powertrader/core/cli";
import { readSeries } from "@powertrader/core/files";
import { DAY_MS, HOUR_MS } from "@powertrader/core/market";
import { expect, it } from "vitest";
import { createProgram } from "../../packages/cache/src/commands/program.ts";
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

it("says what it fetched, series by series, and what to type next", async () => {
  const cacheDir = temporaryFolder();
  const run = async (...more: readonly string[]) => {
    const [out, notes]: [string[], string[]] = [[], []];
    const frame: Frame = {
      console: {
        out: (text) => out.push(text),
        note: (text) => notes.push(text),
        interactive: false,
        strong: (text) => text,
        dim: (text) => text,
      },
      flags: { json: more.includes("--json"), quiet: false, debug: false },
      signal: new AbortController().signal,
    };
    const range = ["--start-date", "2024-01-01", "--end-date", "2024-01-03"];
    const flags = ["--exchange", "sim", "--coins", "btc,eth", "--timeframe", "1h,1d", "--seed", "7", ...range];
    await createProgram(frame).parseAsync(["warm", ...flags, "--cache-dir", cacheDir, ...more], { from: "user" });
    return { out: out.join("\n"), notes };
  };
  expect(await run()).toEqual({
    out: [
      "BTC, ETH on sim from 2024-01-01: 100 candles in 4 requests",
      `next: npx --no -- pt-replay --exchange sim --coins BTC,ETH --strategy buy-and-hold --start-date 2024-01-01 --cache-dir ${cacheDir}`,
    ].join("\n"),
    notes: [
      "BTC-USDT 1h: 48 candles fetched in 1 request",
      "ETH-USDT 1h: 48 candles fetched in 1 request",
      "BTC-USDT 1d: 2 candles fetched in 1 request",
      "ETH-USDT 1d: 2 candles fetched in 1 request",
    ],
  });
  const again = await run("--json");
  expect(JSON.parse(again.out).series[3]).toEqual({
    symbol: "ETH-USDT",
    timeframe: "1day",
    requests: 0,
    added: 0,
    revised: 0,
    set_aside: [],
  });
  expect((await run()).out).toContain("nothing was missing");
});
