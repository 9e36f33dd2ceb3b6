import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { presetFileSchema, resolveSettings } from "@powertrader/core/config";
import { readJsonl } from "@powertrader/core/files";
import { createStream } from "@powertrader/core/random";
import { beforeEach, describe, expect, it } from "vitest";
import { createProgram } from "../../packages/replay/src/commands/program.ts";
import { newFolder } from "../fixtures/bin.ts";
import { walk, writeCache } from "../fixtures/candle-cache.ts";
import { runInProcess } from "../fixtures/in-process.ts";

const START = Date.UTC(2024, 0, 1);
const HEADER = "ts,fill_ts,symbol,side,qty,price,fee,liquidity";

let folder: string;
const at = (name: string) => join(folder, name);

beforeEach(() => {
  folder = newFolder();
});

interface Row {
  readonly ts: number;
  readonly fill_ts: number;
  readonly side: string;
  readonly qty: number;
  readonly price: number;
  readonly fee: number;
  readonly liquidity: string;
  readonly rule: string;
}

/** What the engine makes of random orders on hourly walks: the fills of a venue that is known. */
async function fillsOf(count: number, flags: string, seed = 1): Promise<readonly Row[]> {
  writeCache(at("cache"), "test", "BTC-USDT", "1hour", walk(START, "1hour", 2000, seed));
  const random = createStream(seed, "orders");
  const ts = new Map<string, number>();
  // Of two orders in one bar the later one waits for the earlier: one an hour tells delays as they were drawn.
  const orders = Array.from({ length: count }, (_, i) => {
    const order = {
      ts: START / 1000 + 3600 * (1 + 3 * i + random.integer(0, 2)),
      client_order_id: `o${i}`,
      side: random.uniform() < 0.5 ? "buy" : "sell",
      symbol: "BTC-USDT",
      qty: random.integer(1, 5),
      ...(random.uniform() < 0.7 ? { order_type: "market" } : { order_type: "limit", limit_price: 100 }),
    };
    ts.set(order.client_order_id, order.ts);
    return JSON.stringify(order);
  });
  writeFileSync(at("orders.jsonl"), orders.join("\n"));
  const args = `fill --orders ${at("orders.jsonl")} --exchange test --cache-dir ${at("cache")} --output ${at("fills.jsonl")}`;
  await runInProcess(createProgram, [
    ...args.split(" "),
    "--max-volume-pct",
    "100",
    "--seed",
    `${seed}`,
    ...flags.split(" "),
  ]);
  // biome-ignore lint/suspicious/noExplicitAny: a line of the contract
  return readJsonl(at("fills.jsonl"), (value) => value as any).map((fill) => ({
    ts: ts.get(fill.client_order_id)!,
    fill_ts: fill.ts,
    side: fill.side,
    qty: fill.qty,
    price: fill.fill_price,
    fee: fill.fees,
    rule: fill.rule,
    // A limit order that takes on arrival pays the taker's fee.
    liquidity: fill.rule === "limit" && fill.fees < 0 ? "maker" : "taker",
  }));
}

function csv(rows: readonly Row[]): string {
  const lines = rows.map((one) =>
    [one.ts, one.fill_ts, "BTC-USDT", one.side, one.qty, one.price, one.fee, one.liquidity].join(","),
  );
  writeFileSync(at("real.csv"), `${HEADER}\n${lines.join("\n")}\n`);
  return at("real.csv");
}

const calibrate = (...flags: readonly string[]) =>
  runInProcess(createProgram, [
    ...["calibrate", "--fills", at("real.csv"), "--exchange", "test", "--cache-dir", at("cache")],
    ...flags,
  ]);

const holds = (interval: { low: number; high: number }, value: number) =>
  interval.low <= value && value <= interval.high;

describe("a venue that is known", () => {
  const VENUE = "--slippage-bps 7 --fee-bps 12 --maker-fee-bps -1 --latency-ms 80,420";

  it("is found again: slippage, fees and latency inside their intervals", async () => {
    csv(await fillsOf(600, VENUE));
    const { out } = await calibrate("--json");
    const { calibration, execution_model } = JSON.parse(out[0]!);
    expect(execution_model).toMatchObject({
      slippage_model: "volatility",
      slippage_bps: 7,
      fee_bps: 12,
      maker_fee_bps: -1,
    });
    expect(calibration).toMatchObject({ slippage_bps: { low: 7, high: 7 }, fee_bps: { low: 12, high: 12 } });
    expect(holds(calibration.latency_min_ms, 80)).toBe(true);
    expect(holds(calibration.latency_max_ms, 420)).toBe(true);
    expect(calibration.latency_max_ms.high - calibration.latency_max_ms.low).toBeLessThan(30);
  });

  it("is found again through noise in most of the worlds, as an interval of 95 % promises", async () => {
    let [slippage, fee, widest] = [0, 0, 0];
    for (let seed = 1; seed <= 12; seed++) {
      folder = newFolder();
      const random = createStream(seed, "noise");
      const takers = (await fillsOf(300, VENUE, seed)).filter(({ rule }) => rule === "next_open");
      const noisy = (one: Row) => ({
        ...one,
        price: one.price * (1 + 3e-4 * random.normal()),
        fee: one.fee * (1 + 0.05 * random.normal()),
      });
      csv(takers.map(noisy));
      const { calibration } = JSON.parse((await calibrate("--json")).out[0]!);
      if (holds(calibration.slippage_bps, 7)) slippage++;
      if (holds(calibration.fee_bps, 12)) fee++;
      widest = Math.max(widest, calibration.slippage_bps.high - calibration.slippage_bps.low);
    }
    expect(slippage).toBeGreaterThanOrEqual(11);
    expect(fee).toBeGreaterThanOrEqual(9);
    expect(widest).toBeLessThan(2);
  });

  it("tells delays from the first of orders that were sent together: the others wait for it", async () => {
    const rows = (await fillsOf(600, VENUE)).filter(({ rule }) => rule === "next_open");
    csv(rows.flatMap((one) => [one, { ...one, fill_ts: one.fill_ts + 5 }]));
    const { calibration } = JSON.parse((await calibrate("--json")).out[0]!);
    expect(calibration.slippage_bps.fills).toBe(2 * rows.length);
    expect(calibration.latency_max_ms.fills).toBe(rows.length);
    expect(holds(calibration.latency_max_ms, 420)).toBe(true);
  });

  it("becomes a preset that a replay takes, the same bytes twice", async () => {
    csv(await fillsOf(300, VENUE));
    const { out } = await calibrate("--output", at("my-venue.json"));
    expect(out.at(-1)).toBe(
      `wrote ${at("my-venue.json")}; next: npx --no -- pt-replay --execution ${at("my-venue.json")}`,
    );
    const text = readFileSync(at("my-venue.json"), "utf8");
    expect(presetFileSchema.parse(JSON.parse(text)).name).toBe("my-venue");
    const flags = { execution: [at("my-venue.json")] };
    const { config } = await resolveSettings({ flags, environment: {}, folder });
    expect(config).toMatchObject({ execution: "my-venue", execution_model: { slippage_bps: 7, maker_fee_bps: -1 } });

    await calibrate("--output", at("my-venue2.json"));
    expect(readFileSync(at("my-venue2.json"), "utf8")).toBe(text.replace('"my-venue"', '"my-venue2"'));
    await expect(calibrate("--output", at("my-venue.json"))).rejects.toMatchObject({ code: "E_OUT_EXISTS" });
  });

  it("without times of execution is measured at the next open, and says what it does not know", async () => {
    const rows = await fillsOf(300, "--slippage-bps 7 --fee-bps 12 --latency-ms 0");
    csv(rows.filter(({ rule }) => rule === "next_open"));
    writeFileSync(at("real.csv"), readFileSync(at("real.csv"), "utf8").replace(/^(\d+),[\d.]+,/gm, "$1,,"));
    const { out, notes } = await calibrate();
    expect(out.slice(0, 2)).toEqual([
      expect.stringMatching(/^slippage_bps {4}7 bps, 95 % between 7 and 7 \(\d+ fills\)$/),
      expect.stringMatching(/^fee_bps {9}12 bps, /),
    ]);
    expect(notes).toEqual([
      "note: 0 maker fills, 30 are needed: maker_fee_bps is left to its default",
      "note: 0 moments of taker fills with fill_ts, 30 are needed: latency_ms is left to its default",
    ]);
  });

  it("is measured on the replay's bars where the cache has minutes of another time only", async () => {
    csv(await fillsOf(200, VENUE));
    const before = await calibrate("--json");
    writeCache(at("cache"), "test", "BTC-USDT", "1min", walk(Date.UTC(2020, 0, 1), "1min", 100));
    expect((await calibrate("--json")).out).toEqual(before.out);
  });

  it("is no venue when prices are of another market: it says so and writes nothing", async () => {
    csv((await fillsOf(200, VENUE)).map((one) => ({ ...one, price: one.price * 2, side: "buy" })));
    await expect(calibrate("--output", at("absurd.json"))).rejects.toMatchObject({
      code: "E_FILE",
      message: expect.stringContaining("bps is more than 1000"),
    });
    expect(existsSync(at("absurd.json"))).toBe(false);
  });

  it("is measured on minutes where the cache has them, with the volatility of the replay's bars", async () => {
    const minutes = walk(START, "1min", 600);
    writeCache(at("cache"), "test", "BTC-USDT", "1min", minutes);
    const hour = { ...walk(START, "1hour", 10) };
    // Hours of 3 % between high and low: every slippage is doubled.
    hour.high = Float64Array.from(hour.close, (close) => close * 1.02);
    hour.low = Float64Array.from(hour.close, (close) => close * 0.99);
    hour.open = Float64Array.from(hour.close);
    writeCache(at("cache"), "test", "BTC-USDT", "1hour", hour);
    const rows = Array.from({ length: 40 }, (_, i): Row => {
      const row = 10 * i + 5;
      const [open, close] = [minutes.open[row]!, minutes.close[row]!];
      const reference = Math.max(open, open + (close - open) / 2);
      const ts = minutes.time[row]! / 1000;
      return {
        ts,
        fill_ts: ts + 30,
        side: "buy",
        qty: 1,
        price: reference * 1.0008,
        fee: 0.1,
        liquidity: "taker",
        rule: "",
      };
    });
    csv(rows);
    const { calibration } = JSON.parse((await calibrate("--json")).out[0]!);
    expect(calibration.slippage_bps).toEqual({ estimate: 4, low: 4, high: 4, fills: 40 });
  });
});

describe("what cannot be calibrated from", () => {
  beforeEach(() => void writeCache(at("cache"), "test", "BTC-USDT", "1hour", walk(START, "1hour", 48)));
  const row = `${START / 1000 + 3600},,BTC-USDT,buy,1,100,0.1,taker`;
  const write = (...rows: readonly string[]) => writeFileSync(at("real.csv"), [HEADER, ...rows].join("\n"));

  it("is too few fills: it says so and writes nothing", async () => {
    write(...Array(29).fill(row));
    await expect(calibrate("--output", at("mine.json"))).rejects.toMatchObject({
      code: "E_FILE",
      message: `${at("real.csv")} has 29 taker fills, at least 30 are needed`,
      hint: "Collect more fills of this venue; nothing was written.",
    });
    expect(readdirSync(folder).sort()).toEqual(["cache", "real.csv"]);
    write(...Array(20).fill(row), ...Array(20).fill(row.replace(/^\d+/, "1600000000")));
    await expect(calibrate()).rejects.toMatchObject({
      message: expect.stringContaining("20 taker fills with a candle"),
    });
  });

  it("are fills of a symbol without candles", async () => {
    write(...Array(30).fill(row.replace("BTC", "XMR")));
    await expect(calibrate()).rejects.toMatchObject({
      code: "E_CACHE_MISS",
      hint: expect.stringContaining("pt-cache warm --exchange test --coins XMR --quote USDT --timeframe 1m"),
    });
  });

  it.each([
    ["yesterday,,BTC-USDT,buy,1,100,0,", 'ts: "yesterday" is not a time'],
    ["1704070800,1704070799,BTC-USDT,buy,1,100,0,", "fill_ts lies before ts"],
    ["1704070800,,BTC,buy,1,100,0,", '"BTC" is not a symbol'],
    ["1704070800,,BTC-USDT,hold,1,100,0,", 'side: "hold" is not buy or sell'],
    ["1704070800,,BTC-USDT,buy,0,100,0,", "qty = 0: must be above 0"],
    ["1704070800,,BTC-USDT,buy,1,NaN,0,", 'price: "NaN" is not a number'],
    ["1704070800,,BTC-USDT,buy,1,100,,", 'fee: "" is not a number'],
    ["1704070800,,BTC-USDT,buy,1,100,0,both", 'liquidity: "both" is not maker or taker'],
  ])("is the row %s, named by its line", async (bad, message) => {
    write(row, bad, row);
    await expect(calibrate()).rejects.toMatchObject({ code: "E_FILE", message: `${at("real.csv")}:3: ${message}` });
  });

  it("is a header that lacks a column", async () => {
    writeFileSync(at("real.csv"), "ts,symbol,side,qty,price\n");
    await expect(calibrate()).rejects.toMatchObject({
      code: "E_FILE",
      message: `${at("real.csv")}:1: the header names no column fee`,
    });
  });

  it.each([
    ["mine.toml", "E_USAGE"],
    ["kucoin.json", "E_NAME"],
    ["My Venue.json", "E_NAME"],
  ])("goes to no file called %s", async (name, code) => {
    await expect(calibrate("--output", at(name))).rejects.toMatchObject({ code });
  });
});

it("reads other separators, quotes, ISO dates and order types", async () => {
  writeCache(at("cache"), "test", "BTC-USDT", "1hour", walk(START, "1hour", 48));
  const rows = Array.from({ length: 60 }, (_, i) => {
    const type = i < 30 ? "market" : "limit";
    return `"0.02";"1";"100";BUY;BTC/USDT;"2024-01-01T0${i % 9}:30:00+01:00";${type};"a;b"`;
  });
  writeFileSync(at("real.csv"), `Fee;qty;price;side;symbol;ts;order_type;note\r\n${rows.join("\r\n")}\r\n`);
  const { calibration } = JSON.parse((await calibrate("--json")).out[0]!);
  expect(calibration).toMatchObject({
    from_ts: START / 1000 - 1800,
    fee_bps: { estimate: 2 },
    maker_fee_bps: { fills: 30 },
  });
});
