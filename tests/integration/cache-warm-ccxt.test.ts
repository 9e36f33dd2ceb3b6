import { existsSync } from "node:fs";
import { join } from "node:path";
import { openCcxtSource, type WarmOptions, warmCache } from "@powertrader/cache";
import { PtError } from "@powertrader/core/errors";
import { readSeries } from "@powertrader/core/files";
import { candleAt, candleFault, HOUR_MS } from "@powertrader/core/market";
import { createStream } from "@powertrader/core/random";
import { beforeEach, describe, expect, it } from "vitest";
import { temporaryFolder } from "../../packages/cache/src/fixtures/candles.ts";
import { type Fault, kucoinServer, rowsOf, sendJson } from "../fixtures/kucoin-server.ts";

const T0 = Date.UTC(2024, 0, 1);
const BARS = 4000;
let cacheDir: string;

beforeEach(() => {
  cacheDir = temporaryFolder();
});

/** A price for every hour since T0 but some. */
function closeAt(seconds: number): number | undefined {
  const hour = (seconds * 1000 - T0) / HOUR_MS;
  return hour < 0 || hour % 97 === 96 ? undefined : 100 + (hour % 31);
}

interface Warm extends Partial<Omit<WarmOptions, "openSource">> {
  readonly url: string;
  readonly timeoutMs?: number;
}

function warm({ url, timeoutMs, ...options }: Warm) {
  const { onRetry } = options;
  return warmCache({
    cacheDir,
    exchange: "kucoin",
    coins: ["BTC"],
    quote: "USDT",
    timeframes: ["1hour"],
    fromMs: T0,
    toMs: T0 + BARS * HOUR_MS,
    clock: { nowMs: () => T0 + 2 * BARS * HOUR_MS },
    ...options,
    openSource: (signal) =>
      openCcxtSource("kucoin", {
        baseUrl: url,
        retryMs: 1,
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
        ...(signal === undefined ? {} : { signal }),
        ...(onRetry === undefined ? {} : { onRetry }),
      }),
  });
}

function read() {
  return readSeries(cacheDir, "kucoin", "BTC-USDT", "1hour");
}

describe("warming through ccxt", () => {
  it("stores what the exchange has, page by page, and asks nothing the second time", async () => {
    const { url, queries } = await kucoinServer(closeAt);
    const { series } = await warm({ url });
    expect(series[0]).toMatchObject({ added: BARS - Math.floor((BARS - 1) / 97), requests: 3 });
    const { columns, coverage } = read()!;
    expect(coverage).toEqual([{ fromMs: T0, toMs: T0 + BARS * HOUR_MS }]);
    for (let i = 0; i < columns.length; i++) {
      const close = closeAt(columns.time[i]! / 1000)!;
      expect(candleAt(columns, i)).toEqual({ open: close, high: close + 1, low: close - 1, close, volume: 3 });
    }
    expect(queries).toHaveLength(3);
    expect((await warm({ url })).series[0]).toMatchObject({ requests: 0 });
    expect(queries).toHaveLength(3);
  });

  it("never stores the open bar and never drops a closed one, wherever now is", async () => {
    const { url } = await kucoinServer(() => 100);
    const random = createStream(5, "now");
    const offsets = [-1, 0, 1, ...Array.from({ length: 40 }, () => random.integer(-2 * HOUR_MS, 2 * HOUR_MS))];
    for (const offset of offsets) {
      cacheDir = temporaryFolder();
      const nowMs = T0 + 5 * HOUR_MS + offset;
      await warm({ url, toMs: undefined, clock: { nowMs: () => nowMs } });
      expect(read()!.columns.length).toBe(Math.floor((nowMs - T0) / HOUR_MS));
    }
  });

  it("learns of a listing inside the range and remembers the time before", async () => {
    const listed = T0 / 1000 + 2000 * 3600;
    const { url, queries } = await kucoinServer((seconds) => (seconds < listed ? undefined : 5));
    expect((await warm({ url })).series[0]).toMatchObject({ added: 2000 });
    const asked = queries.length;
    expect((await warm({ url })).series[0]).toMatchObject({ requests: 0 });
    expect(queries).toHaveLength(asked);
    expect(asked).toBeLessThanOrEqual(5);
  });
});

const times =
  (n: number, fault: Fault): Fault =>
  (response, request) =>
    request <= n && fault(response, request);
const status =
  (code: number, body = "no"): Fault =>
  (response) => {
    response.writeHead(code).end(body);
    return true;
  };
const reset: Fault = (response) => {
  response.socket!.destroy();
  return true;
};
const text =
  (body: string): Fault =>
  (response) => {
    response.writeHead(200, { "content-type": "text/html" }).end(body);
    return true;
  };
const json =
  (body: unknown): Fault =>
  (response) => {
    sendJson(response, body);
    return true;
  };
const hang: Fault = (response) => {
  response.writeHead(200, { "content-type": "application/json" }).write("{");
  return true;
};
const redirect: Fault = (response) => {
  response.writeHead(302, { location: "http://127.0.0.1:9/" }).end();
  return true;
};

/** In the second page that is asked for. */
const SECOND = `${T0 / 1000 + 1500 * 3600}`;

describe("an exchange in trouble", () => {
  it.each<[string, Fault]>([
    ["500", status(500)],
    ["502 with a page", status(502, "<html>bad gateway</html>")],
    ["503", status(503)],
    ["429", status(429)],
    ["a reset connection", reset],
  ])("is asked again after %s", async (_name, fault) => {
    const { url, queries } = await kucoinServer(closeAt, times(2, fault));
    const retries: string[] = [];
    const { series } = await warm({ url, toMs: T0 + 90 * HOUR_MS, onRetry: (line) => retries.push(line) });
    expect(series[0]).toMatchObject({ added: 90 });
    expect(queries).toHaveLength(3);
    expect(retries).toEqual([expect.stringMatching(/^kucoin failed \(\w+\), try 2 of 5 follows$/), expect.any(String)]);
  });

  it.each<[string, Fault, string, number]>([
    ["500 for good", status(500), "E_UPSTREAM", 5],
    ["reset connections for good", reset, "E_UPSTREAM", 5],
    ["a body that never ends", hang, "E_UPSTREAM", 5],
    ["redirects", redirect, "E_UPSTREAM", 5],
    ["429 for good", status(429), "E_RATE_LIMIT", 5],
    ["403", status(403, "<html>forbidden</html>"), "E_BANNED", 1],
    ["418", status(418), "E_BANNED", 1],
    ["a captive portal", text("<html>please log in</html>"), "E_UPSTREAM_BODY", 1],
    ["an empty body", text(""), "E_UPSTREAM_BODY", 1],
    ["half a body", text('{"code":"200000","data":[["1'), "E_UPSTREAM_BODY", 1],
    ["no data", json({ code: "200000" }), "E_UPSTREAM_BODY", 1],
    ["an error in a good answer", json({ code: "400100", msg: "Bad" }), "E_UPSTREAM_BODY", 1],
    ["a pair that is not traded", json({ code: "400100", msg: "This pair is not provided at present" }), "E_MARKET", 1],
    ["a pair that ccxt knows not to be traded", json({ code: "900001", msg: "symbol not exists" }), "E_MARKET", 1],
    ["rows without prices", json({ code: "200000", data: [[SECOND]] }), "E_UPSTREAM_BODY", 1],
    [
      "columns in another order",
      json({ code: "200000", data: [[SECOND, "1", "3", "2", "4", "1", "1"]] }),
      "E_CANDLE_INVALID",
      1,
    ],
    [
      "bars between the hours",
      json({ code: "200000", data: [[`${Number(SECOND) + 60}`, "1", "1", "1", "1", "1", "1"]] }),
      "E_CANDLE_SHAPE",
      1,
    ],
    [
      "always the same old page",
      json({ code: "200000", data: [["1600000000", "1", "1", "1", "1", "1", "1"]] }),
      "E_NO_PROGRESS",
      2,
    ],
  ])("fails with %s in bounded time and keeps what it had", async (_name, fault, code, requests) => {
    const { url, queries } = await kucoinServer(
      closeAt,
      (response, request) => request > 1 && fault(response, request),
    );
    const failing = warm({ url, timeoutMs: 500 });
    await expect(failing).rejects.toMatchObject({ code });
    expect(queries).toHaveLength(1 + requests);
    expect(read()!.coverage).toEqual([{ fromMs: T0, toMs: T0 + 1499 * HOUR_MS }]);
    expect(existsSync(join(cacheDir, "kucoin", ".lock.json"))).toBe(false);
  });

  it("is left at once when the user has had enough", async () => {
    const abort = new AbortController();
    const { url } = await kucoinServer(closeAt, (response, request) => {
      if (request === 1) return false;
      setTimeout(() => abort.abort(), 20);
      return hang(response, request);
    });
    const startedMs = performance.now();
    await expect(warm({ url, signal: abort.signal })).rejects.toMatchObject({ code: "E_CANCELLED" });
    expect(performance.now() - startedMs).toBeLessThan(5000);
    expect(read()!.columns.length).toBeGreaterThan(1000);
  });
});

it("takes no nonsense from an exchange, whatever it says", async () => {
  const random = createStream(Number(process.env.PT_SEED ?? 1), "nonsense");
  const range = { startAt: T0 / 1000, endAt: T0 / 1000 + 50 * 3600 };
  const good = JSON.stringify({ code: "200000", data: rowsOf(range, closeAt) });
  const scraps = ['"', ",", "null", "-", "1e999", "[", "}", "0", "<b>", '"x"', "17", "\\u0000", "true"];
  const { url } = await kucoinServer(closeAt, (response) => {
    let body = good;
    for (let edits = random.integer(1, 4); edits > 0; edits--) {
      const at = random.integer(0, body.length);
      body = body.slice(0, at) + scraps[random.integer(0, scraps.length - 1)] + body.slice(at + random.integer(0, 6));
    }
    return text(random.integer(0, 9) === 0 ? body.slice(0, random.integer(0, body.length)) : body)(response, 0);
  });
  const outcomes = new Map<string, number>();
  const rounds = Number(process.env.PT_PROPERTY_RUNS ?? 80);
  for (let round = 0; round < rounds; round++) {
    cacheDir = temporaryFolder();
    const outcome = await warm({ url, toMs: T0 + 50 * HOUR_MS }).then(
      () => "stored",
      (error: unknown) => (error instanceof PtError ? error.code : `a bug: ${(error as Error).stack}`),
    );
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    const columns = read()?.columns;
    for (let i = 0; i < (columns?.length ?? 0); i++) {
      const { open, high, low, close, volume } = candleAt(columns!, i);
      expect(candleFault(open, high, low, close, volume)).toBeUndefined();
      expect((columns!.time[i]! - T0) % HOUR_MS).toBe(0);
    }
  }
  const known = ["stored", "E_UPSTREAM_BODY", "E_CANDLE_INVALID", "E_CANDLE_SHAPE", "E_NO_PROGRESS", "E_MARKET"];
  expect([...outcomes.keys()].filter((outcome) => !known.includes(outcome))).toEqual([]);
  expect(outcomes.size).toBeGreaterThan(2);
});

describe("a source", () => {
  it("knows what its exchange lacks without asking it", async () => {
    const kucoin = await openCcxtSource("kucoin");
    expect(kucoin).toMatchObject({ name: "ccxt:kucoin", pageBars: 1499 });
    await kucoin.close();
    const coinbase = await openCcxtSource("coinbase");
    await expect(coinbase.check("BTC-USD", "8hour")).rejects.toMatchObject({ code: "E_TIMEFRAME" });
    await coinbase.close();
    await expect(openCcxtSource("kukoin")).rejects.toMatchObject({
      code: "E_NAME",
      message: expect.stringContaining('did you mean "kucoin"'),
    });
  });
});
