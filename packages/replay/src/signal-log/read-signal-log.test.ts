import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PtError } from "@powertrader/core/errors";
import { sha256 } from "@powertrader/core/files";
import { describe, expect, it } from "vitest";
import { readSignalLog } from "./read-signal-log.ts";

const TRADED = { symbols: ["BTC-USDT", "ETH-USDT"], quote: "USDT" };
const T = 1_704_067_200;
const folder = mkdtempSync(join(tmpdir(), "signals-"));

function read(text: string) {
  const path = join(folder, "mine.txt");
  writeFileSync(path, text);
  return readSignalLog(path, TRADED);
}

/** What is said of a file, without its folder. */
function fault(text: string): string {
  try {
    read(text);
  } catch (error) {
    if (!(error instanceof PtError)) throw error;
    return `${error.code} ${error.message.replace(`${folder}/`, "")}`;
  }
  return "it was accepted";
}

const json = (...rows: readonly object[]) => rows.map((row) => JSON.stringify(row)).join("\n");
const long = { ts: T, symbol: "BTC-USDT", direction: "long" };

describe("a file of signals", () => {
  it("may be JSONL of another tool, without ids and authors, unsorted, its last line without an end", () => {
    const text = `${json({ ...long, ts: T + 60, note: "unknown keys are ignored" }, { ...long, symbol: "eth" })}\n\n${json({ ...long, direction: "close", strategy: "mine" })}`;
    const { signals, ...rest } = read(text);
    expect(rest).toEqual({ file: "mine.txt", sha256: sha256(text) });
    expect(
      signals.map(({ signalId, tsMs, symbol, direction, strategy }) => [signalId, tsMs, symbol, direction, strategy]),
    ).toEqual([
      ["ETH-USDT-s1", T * 1000, "ETH-USDT", "long", "replay-signals"],
      ["BTC-USDT-s1", T * 1000, "BTC-USDT", "close", "mine"],
      ["BTC-USDT-s2", (T + 60) * 1000, "BTC-USDT", "long", "replay-signals"],
    ]);
    expect(signals[0]).toMatchObject({ strength: 1, size: undefined, stopLoss: undefined, takeProfit: undefined });
  });

  it("keeps its ids and numbers the others around them", () => {
    const rows = [long, { ...long, ts: T + 1, signal_id: "BTC-USDT-s2" }, { ...long, ts: T + 2 }];
    expect(read(json(...rows)).signals.map(({ signalId }) => signalId)).toEqual([
      "BTC-USDT-s1",
      "BTC-USDT-s2",
      "BTC-USDT-s3",
    ]);
  });

  it("may be CSV, columns in any order, blanks for what is not said", () => {
    const text = `\uFEFFSymbol,direction,ts,size,stop_loss,take_profit,strength,reason\r\nBTC,long,2024-01-01,0.5,90,110.5,0.8,"up, and ""away"""\r\nETH-USDT, short ,2024-01-01 00:30:00,,,,,\r\n`;
    expect(read(text).signals).toMatchObject([
      {
        tsMs: T * 1000,
        symbol: "BTC-USDT",
        direction: "long",
        size: 0.5,
        stopLoss: 90,
        takeProfit: 110.5,
        strength: 0.8,
        reason: 'up, and "away"',
      },
      {
        tsMs: (T + 1800) * 1000,
        symbol: "ETH-USDT",
        direction: "short",
        size: undefined,
        reason: undefined,
        strength: 1,
      },
    ]);
  });

  it.each([
    ["1704067200", 0],
    ["1704067200.25", 250],
    ["2024-01-01", 0],
    ["2024-01-01 01:00", 3_600_000],
    ["2024-01-01 00:00:01", 1000],
    ["2024-01-01T00:00:01Z", 1000],
    ["2024-01-01T00:00:00.5Z", 500],
    ["2024-01-01 02:00:00+02:00", 0],
    ["2023-12-31T19:00:00-0500", 0],
  ])("takes %s as a time", (ts, afterMs) => {
    expect(read(`ts,symbol,direction\n${ts},BTC,long`).signals[0]!.tsMs).toBe(T * 1000 + afterMs);
    expect(read(json({ ...long, ts })).signals[0]!.tsMs).toBe(T * 1000 + afterMs);
  });

  it.each(["", "\n\n", "ts,symbol,direction\n"])("may hold nothing: %j", (text) => {
    expect(read(text).signals).toEqual([]);
  });

  it("keeps the terms of orders in its data", () => {
    const data = { limit_price: 99.5, valid_minutes: 90, reprice: null, anything: "else" };
    expect(read(json({ ...long, data })).signals[0]!.data).toEqual(data);
  });
});

describe("a broken file of signals is refused with its line:", () => {
  it.each([
    [
      json(long, { ...long, ts: T + 1, symbol: "DOGE" }),
      "mine.txt:2: DOGE-USDT is not traded; --coins and --quote say BTC-USDT, ETH-USDT",
    ],
    [json({ ...long, symbol: "BTC/USDT" }), 'mine.txt:1: "BTC/USDT" is not a coin name'],
    [json({ ...long, direction: "buy" }), 'mine.txt:1: direction: must be "long" or "short" or "close"'],
    [json({ ...long, direction: undefined }), "mine.txt:1: direction: "],
    [json({ ...long, ts: undefined }), "mine.txt:1: ts is missing"],
    [json({ ...long, ts: -1 }), "mine.txt:1: ts -1 is no moment since 1970"],
    [json({ ...long, ts: T * 1000 }), "mine.txt:1: ts 1704067200000 looks like milliseconds; seconds are wanted"],
    [json({ ...long, ts: "yesterday" }), 'mine.txt:1: ts "yesterday" is neither seconds nor YYYY-MM-DD HH:MM:SS'],
    [json({ ...long, ts: "2024-02-30" }), 'mine.txt:1: ts: "2024-02-30T00:00:00Z" does not exist in the calendar'],
    [json({ ...long, size: 0 }), "mine.txt:1: size 0 is not above 0"],
    [json({ ...long, size: -0.5 }), "mine.txt:1: size -0.5 is not above 0"],
    [json(long, { ...long, ts: T + 1, size: 1.5 }), "mine.txt:2: size 1.5 is above 1: it is a fraction of equity"],
    [json({ ...long, strength: 2 }), "mine.txt:1: strength 2 is not from 0 to 1"],
    [json({ ...long, stop_loss: 0 }), "mine.txt:1: stop_loss 0 is not above 0"],
    [json({ ...long, take_profit: "110" }), "mine.txt:1: take_profit: "],
    [json({ ...long, data: { limit_price: "99" } }), 'mine.txt:1: data.limit_price "99" is not a number above 0'],
    [json({ ...long, data: { valid_minutes: 0 } }), "mine.txt:1: data.valid_minutes 0 is not a number above 0"],
    ['{"ts":NaN,"symbol":"BTC","direction":"long"}', "mine.txt:1: "],
    [`${json(long)}\n{"ts":17040`, "mine.txt:2: "],
    [`[${json(long)}]`, "mine.txt:1: not one JSON object"],
    [
      json(long, { ...long, ts: T + 5 }, { ...long, direction: "close" }),
      "mine.txt:3: two signals for BTC-USDT at 2024-01-01T00:00:00Z, the other on line 1",
    ],
    [
      json({ ...long, signal_id: "a" }, { ...long, ts: T + 1, signal_id: "a" }),
      "mine.txt:2: two lines for the id a, the other on line 1",
    ],
    ["ts,symbol\n", "mine.txt:1: no column direction in the header"],
    ["time,symbol,direction\n", 'mine.txt:1: unknown column "time"'],
    ["ts,symbol,direction,stop_los\n", 'mine.txt:1: unknown column "stop_los" (did you mean "stop_loss"?)'],
    ["ts,symbol,direction,ts\n", "mine.txt:1: the column ts stands there twice"],
    [
      "ts,symbol,direction,tag\n1704067200,BTC,long,\n1704067200,ETH,long\n",
      "mine.txt:3: 3 fields where the header has 4",
    ],
    ["ts,symbol,direction\n1704067200,BTC\n", "mine.txt:2: 2 fields where the header has 3"],
    ["ts,symbol,direction,size\n1704067200,BTC,long,half\n", 'mine.txt:2: size: "half" is not a number'],
    ["ts,symbol,direction,size\n1704067200,BTC,long,NaN\n", 'mine.txt:2: size: "NaN" is not a number'],
    ['ts,symbol,direction\n1704067200,"BTC,long\n', "mine.txt:2: misplaced quotes"],
  ])("%s", (text, said) => {
    expect(fault(text)).toContain(`E_FILE ${said}`);
  });

  it("not there at all", () => {
    expect(() => readSignalLog(join(folder, "absent"), TRADED)).toThrow(/cannot read .*absent \(ENOENT\)/);
  });
});
