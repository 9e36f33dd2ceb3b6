import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readJsonl } from "@powertrader/core/files";
import { HOUR_MS } from "@powertrader/core/market";
import { beforeEach, describe, expect, it } from "vitest";
import { createProgram } from "../../packages/replay/src/commands/program.ts";
import { newFolder } from "../fixtures/bin.ts";
import { candlesFrom, walk, writeCache, writeWalks } from "../fixtures/candle-cache.ts";
import { runInProcess } from "../fixtures/in-process.ts";

const START = Date.UTC(2024, 0, 1);
const T = START / 1000;
const HOUR = 3600;

let folder: string;
let cache: string;
const at = (name: string) => join(folder, name);
const lines = (name: string) => readJsonl(at(name), (value) => value as Record<string, unknown>);

beforeEach(() => {
  folder = newFolder();
  cache = at("cache");
});

/** Writes orders, one per line; what is not said is a market order to buy one coin an hour into the data. */
function orderFile(...orders: readonly (object | string)[]): string {
  const plain = { ts: T + HOUR, side: "buy", symbol: "BTC-USDT", qty: 1, order_type: "market" };
  const text = orders.map((order, i) =>
    typeof order === "string" ? order : JSON.stringify({ client_order_id: `id-${i + 1}`, ...plain, ...order }),
  );
  writeFileSync(at("orders.jsonl"), `${text.join("\n")}\n`);
  return at("orders.jsonl");
}

/** `pt-replay fill` on this test's orders and cache. */
function fill(...flags: readonly string[]) {
  const args = ["fill", "--orders", at("orders.jsonl"), "--exchange", "test", "--cache-dir", cache, ...flags];
  return runInProcess(createProgram, args);
}

describe("orders by hand", () => {
  const FLAGS =
    "--slippage-model fixed --slippage-bps 10 --fee-bps 20 --maker-fee-bps 10 --latency-ms 2000 --max-volume-pct 100";

  beforeEach(() => {
    const bar = (open: number, high: number, low: number, close: number) => ({ open, high, low, close, volume: 1000 });
    const bars = [bar(100, 101, 99, 100), bar(100, 102, 99, 101), bar(101, 104, 100, 103), bar(103, 103, 95, 96)];
    writeCache(cache, "test", "BTC-USDT", "1hour", candlesFrom(START, "1hour", bars));
  });

  it("fill at the prices, in the parts and for the fees that the model says", async () => {
    orderFile(
      { client_order_id: "market", qty: 2 },
      { client_order_id: "resting", order_type: "limit", limit_price: 99.5 },
      { client_order_id: "large", ts: T + HOUR + 600, side: "sell", qty: 1500 },
      { client_order_id: "stop", ts: T + 2 * HOUR, side: "sell", qty: 3, order_type: "stop-market", stop_price: 97 },
      { client_order_id: "far", ts: T + 2 * HOUR, side: "sell", order_type: "limit", limit_price: 200 },
      { client_order_id: "small", qty: 0.05 },
    );
    const { out } = await fill(...FLAGS.split(" "), "--output", at("fills.jsonl"), "--events", at("events.jsonl"));
    const [market, resting, ...rest] = lines("fills.jsonl");
    // The open and 2 of 3600 seconds of the way to the close, 0.1 % worse; 0.2 % of it for the venue.
    const reference = 100 + 2 / 3600;
    expect(market).toMatchObject({ ts: T + HOUR + 2, bar_ts: T + HOUR, rule: "next_open", state: "filled", qty: 2 });
    expect(market!.reference_price).toBeCloseTo(reference, 10);
    expect(market!.fill_price).toBeCloseTo(reference * 1.001, 10);
    expect(market!.fees).toBeCloseTo(2 * reference * 1.001 * 0.002, 10);
    // The bar's low is 99: it waited at 99.5, as a maker.
    expect(resting).toMatchObject({ client_order_id: "resting", fill_price: 99.5, fees: 0.0995, slippage_bps: 0 });
    // An order of ten past one misses that hour, takes all of the next one's volume, and the rest of the last.
    expect(rest.map((one) => [one.client_order_id, one.bar_ts, one.qty, one.state])).toEqual([
      ["large", T + 2 * HOUR, 1000, "partial"],
      ["large", T + 3 * HOUR, 500, "filled"],
      ["stop", T + 3 * HOUR, 3, "filled"],
    ]);
    expect(rest[0]!.fill_price).toBeCloseTo(101 * 0.999, 10);
    expect(rest[1]!.fill_price).toBeCloseTo((103 - (7 * 2) / 3600) * 0.999, 10);
    expect(rest[2]!.fill_price).toBeCloseTo(97 * 0.999, 10);
    expect(lines("events.jsonl").map((one) => [one.client_order_id, one.event, one.reason])).toEqual([
      ["small", "refused", "min_notional"],
      ["far", "expired", "end_of_run"],
    ]);
    expect(out[0]).toBe("6 orders: 4 filled, 1 refused, 1 expired; 5 fills, fees 305.77");
    expect(out[1]).toBe("not filled: refused: min_notional (1), expired: end_of_run (1)");
  });

  it("may fill in the very first candle, and at the close on request", async () => {
    orderFile({ ts: T }, { ts: T, client_order_id: "limit", order_type: "limit", limit_price: 99 });
    await fill("--output", at("fills.jsonl"));
    expect(lines("fills.jsonl").map(({ bar_ts }) => bar_ts)).toEqual([T, T]);
    orderFile({ ts: T }, { ts: T + 1 }, { ts: T + HOUR }, { ts: T + HOUR + 1 });
    await fill("--fill-at", "close", "--output", at("closes.jsonl"));
    expect(lines("closes.jsonl").map(({ ts, rule }) => [ts, rule])).toEqual(
      [1, 1, 1, 2].map((hour) => [T + hour * HOUR, "close"]),
    );
  });

  it("over a hole of the candles wait for the next one there is", async () => {
    const bars = walk(START, "1hour", 2);
    bars.time[1] = START + 5 * HOUR_MS;
    writeCache(cache, "test", "ETH-USDT", "1hour", bars);
    orderFile({ symbol: "ETH-USDT", ts: T + 3 * HOUR });
    await fill("--output", at("fills.jsonl"));
    await fill("--output", at("close.jsonl"), "--fill-at", "close");
    expect(lines("fills.jsonl")[0]).toMatchObject({ bar_ts: T + 5 * HOUR, rule: "next_open" });
    expect(lines("close.jsonl")[0]).toMatchObject({ ts: T + 6 * HOUR, rule: "close" });
  });

  it("sell what nobody bought, and more than all the money there is", async () => {
    orderFile({ side: "sell", qty: 400 }, { qty: 900, ts: T + 2 * HOUR }, { qty: null, size_share: 0.5 });
    await fill("--max-volume-pct", "100", "--initial-capital", "1000", "--output", at("fills.jsonl"));
    // 1000 less what selling 400 at 100 cost (20 slippage, 80 fees) is what half is taken of.
    const all = lines("fills.jsonl");
    expect(all.map(({ client_order_id, qty }) => [client_order_id, qty])).toEqual([
      ["id-1", 400],
      ["id-3", expect.closeTo(4.39, 2)],
      ["id-2", 900],
    ]);
  });

  it("need a quantity or a share of the money, not both", async () => {
    orderFile({ qty: null, size_share: 0.5 }, { qty: undefined, size_share: 0.5 }, { qty: 2 });
    await fill("--max-volume-pct", "100", "--output", at("fills.jsonl"));
    const [withNull, without, plain] = lines("fills.jsonl").map(({ qty }) => Number(qty));
    expect(without).toBeCloseTo(withNull!, 0);
    expect(plain).toBe(2);
  });

  it("are written to stdout without a file, the summary beside it", async () => {
    orderFile({}, {});
    const { out, notes } = await fill();
    expect(out.map((line) => JSON.parse(line).client_order_id)).toEqual(["id-1", "id-2"]);
    expect(notes.at(-1)).toMatch(/^2 orders: 2 filled; 2 fills, fees/);
    expect(readdirSync(folder).sort()).toEqual(["cache", "orders.jsonl"]);
    await expect(fill("--json")).rejects.toMatchObject({ code: "E_USAGE" });
    const { out: json } = await fill("--json", "--output", at("fills.jsonl"));
    expect(JSON.parse(json[0]!)).toMatchObject({
      orders: 2,
      filled: 2,
      refused: 0,
      fills: 2,
      output: at("fills.jsonl"),
    });
  });

  it("give the same bytes twice, the last line with or without an end", async () => {
    orderFile({}, { side: "sell" });
    await fill("--output", at("one.jsonl"));
    writeFileSync(at("orders.jsonl"), readFileSync(at("orders.jsonl"), "utf8").trimEnd());
    await fill("--output", at("two.jsonl"));
    expect(readFileSync(at("two.jsonl"))).toEqual(readFileSync(at("one.jsonl")));
    expect(lines("one.jsonl")).toHaveLength(2);
  });
});

describe("a file that is wrong", () => {
  beforeEach(() => writeWalks(cache, "test", ["BTC"], 48));

  it.each([
    [
      "an id that stands twice",
      [{ client_order_id: "a" }, {}, { client_order_id: "a" }],
      3,
      '"a" stands on line 1 already',
    ],
    ["no quantity", [{ qty: null }], 1, "an order needs qty, or size_share"],
    ["neither quantity nor share", [{ qty: undefined }], 1, "an order needs qty, or size_share"],
    ["a time in milliseconds", [{}, { ts: T * 1000 }], 2, `ts ${T * 1000} looks like milliseconds; seconds are wanted`],
    [
      "an end in milliseconds",
      [{ time_in_force: "GTD", expires_ts: (T + 9) * 1000 }],
      1,
      `expires_ts ${(T + 9) * 1000} looks like milliseconds; seconds are wanted`,
    ],
    ["quantity zero", [{}, { qty: 0 }], 2, "qty = 0: must be above 0"],
    ["a quantity below zero", [{ qty: -1 }], 1, "qty: must be >= 0"],
    ["NaN", ['{"ts":1,"qty":NaN}'], 1, "is not valid JSON"],
    ["infinity", ['{"ts":1e999,"client_order_id":"a"}'], 1, "ts: expected number"],
    ["a word for a number", [{ qty: "1" }], 1, "qty: expected number, received string"],
    ["no limit price", [{ order_type: "limit" }], 1, "limit order: limit_price belongs to limit and stop-limit orders"],
    ["no stop price", [{ order_type: "stop-market" }], 1, "stop-market order: stop_price belongs to"],
    ["a limit on a market order", [{ limit_price: 5 }], 1, "market order: limit_price"],
    ["an unknown type", [{ order_type: "iceberg" }], 1, "order_type: must be"],
    ["a side of its own", [{ side: "hold" }], 1, "side: must be"],
    ["an end before the start", [{ time_in_force: "GTD", expires_ts: T }], 1, "expires_ts belongs to GTD orders"],
    ["no symbol at all", [{ symbol: "BTC" }], 1, '"BTC" is not a symbol'],
    ["a symbol in small letters", [{ symbol: "btc-usdt" }], 1, "must be written BTC-USDT"],
    ["half a line", [{}, '{"ts":17040'], 2, "JSON"],
    ["an order before the data", [{}, { ts: T - 1 }], 2, "lies before its first candle, 2024-01-01T00:00:00Z"],
    ["an order after the data", [{}, { ts: T + 49 * HOUR }], 2, "lies after the last moment, 2024-01-03T00:00:00Z"],
  ])("with %s is refused whole, with its line", async (_, orders, line, message) => {
    const file = orderFile(...orders);
    await expect(fill("--output", at("fills.jsonl"))).rejects.toMatchObject({
      code: "E_FILE",
      message: expect.stringMatching(new RegExp(`^${file}:${line}: .*${message.replaceAll(/[.(|]/g, "\\$&")}`)),
    });
    expect(readdirSync(folder).sort()).toEqual(["cache", "orders.jsonl"]);
  });

  it("with a symbol that the cache does not have says what it has", async () => {
    const file = orderFile({}, { symbol: "XMR-USDT" });
    await expect(fill()).rejects.toMatchObject({
      code: "E_CACHE_MISS",
      message: expect.stringContaining(`${file}:2: ${cache}/test has no XMR-USDT 1hour; it has BTC-USDT 1hour`),
      hint: expect.stringContaining("pt-cache warm --exchange test --coins XMR"),
    });
  });

  it("or empty, absent or a folder is refused", async () => {
    writeFileSync(at("orders.jsonl"), "\n\n");
    await expect(fill()).rejects.toMatchObject({ code: "E_FILE", message: expect.stringContaining("has no orders") });
    rmSync(at("orders.jsonl"));
    await expect(fill()).rejects.toMatchObject({ code: "E_FILE", message: expect.stringContaining("ENOENT") });
    mkdirSync(at("orders.jsonl"));
    await expect(fill()).rejects.toMatchObject({ code: "E_FILE", message: expect.stringContaining("EISDIR") });
  });
});

describe("what is there already", () => {
  beforeEach(() => writeWalks(cache, "test", ["BTC"], 48));

  it("is never overwritten", async () => {
    orderFile({});
    writeFileSync(at("mine.jsonl"), "mine");
    for (const flags of [
      ["--output", at("mine.jsonl")],
      ["--output", at("new.jsonl"), "--events", at("mine.jsonl")],
    ])
      await expect(fill(...flags)).rejects.toMatchObject({ code: "E_OUT_EXISTS" });
    await expect(fill("--output", at("one"), "--events", at("one"))).rejects.toMatchObject({ code: "E_USAGE" });
    expect(readFileSync(at("mine.jsonl"), "utf8")).toBe("mine");
    expect(existsSync(at("new.jsonl"))).toBe(false);
  });

  it("is a folder that is made for the output where it is missing", async () => {
    orderFile({});
    mkdirSync(at("a"));
    await fill("--output", at("a/b/fills.jsonl"));
    expect(readdirSync(at("a/b"))).toEqual(["fills.jsonl"]);
  });
});

it("the orders of a run folder fill as they did in the run, with its own configuration", async () => {
  writeWalks(cache, "walk", ["BTC", "ETH"], 600);
  const run =
    "--exchange walk --start-date 2024-01-03 --coins ETH,BTC --size 0.1 --strategy sma-crossover --param fast=5 --param slow=20";
  const args = [...run.split(" "), "--execution", "kraken", "--latency-ms", "0,90000", "--max-volume-pct", "100"];
  await runInProcess(createProgram, [...args, "--cache-dir", cache, "--output-dir", at("run")]);
  const again = ["fill", "--orders", at("run/sim_orders.jsonl"), "--config", at("run/config.json")];
  await runInProcess(createProgram, [...again, "--cache-dir", cache, "--output", at("fills.jsonl")]);
  const fills = readFileSync(at("run/sim_fills.jsonl"), "utf8");
  expect(fills.split("\n").length).toBeGreaterThan(20);
  expect(readFileSync(at("fills.jsonl"), "utf8")).toBe(fills);
});
