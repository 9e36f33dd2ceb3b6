import { readFileSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { z } from "zod";
import type { CashFlow, Fill, Order, OrderEvent, Trade } from "../engine/order.ts";
import { MARKET_TERMS, type OrderTerms } from "../engine/order-terms.ts";
import { allocateColumns } from "../market/index.ts";
import type { Signal } from "../strategy/signal.ts";
import { decodeCashFlow, encodeCashFlow } from "./cash-flows.ts";
import { decodeEquity, type EquityPoint, encodeEquity } from "./equity.ts";
import { sha256 } from "./hash.ts";
import { chainManifest, manifestSchema } from "./manifest.ts";
import { decodeOrderEvent, encodeOrderEvent } from "./order-events.ts";
import { resultSchema } from "./result.ts";
import { decodeSegment, encodeSegment, parseSegmentFileName, segmentMetaSchema } from "./segment.ts";
import { decodeSignal, encodeSignal } from "./signals.ts";
import { decodeSimFill, encodeSimFill } from "./sim-fills.ts";
import { decodeSimOrder, encodeSimOrder } from "./sim-orders.ts";
import { decodeTrade, encodeTrade } from "./trades.ts";

const CONTRACTS = path.resolve(import.meta.dirname, "../../../../tests/fixtures/contracts");
const golden = (name: string) => readFileSync(path.join(CONTRACTS, name), "utf8");

/** 2024-01-01 plus hours. */
const at = (hours: number) => Date.UTC(2024, 0, 1) + hours * 3_600_000;

const ORDERS: readonly Order[] = [
  {
    clientOrderId: "BTC-USDT-1",
    tsMs: at(1),
    symbol: "BTC-USDT",
    side: "buy",
    qty: null,
    sizeShare: 1 / 3,
    terms: MARKET_TERMS,
    signalId: "BTC-USDT-s1",
  },
  {
    clientOrderId: "BTC-USDT-2",
    tsMs: at(24),
    symbol: "BTC-USDT",
    side: "sell",
    qty: 0.07812345,
    sizeShare: null,
    terms: MARKET_TERMS,
    signalId: undefined,
  },
];

const EVENTS: readonly OrderEvent[] = [
  { tsMs: at(1), clientOrderId: "DOGE-USDT-1", event: "refused", reason: "min_notional", qty: 12.5 },
  { tsMs: at(2), clientOrderId: "BTC-USDT-1", event: "cancelled", reason: "cut_to_cash", qty: 1e-8 },
  { tsMs: at(24), clientOrderId: "BTC-USDT-3", event: "expired", reason: "end_of_run", qty: null },
];

const FILLS: readonly Fill[] = [
  {
    tsMs: at(1) + 275,
    clientOrderId: "BTC-USDT-1",
    symbol: "BTC-USDT",
    side: "buy",
    qty: 0.05,
    price: 42506.25,
    fees: 4.250625, // 0.05 × 42506.25 × 20 bps
    slippageBps: 5,
    state: "partial",
    barMs: at(1),
    referencePrice: 42485.0075, // 42506.25 ÷ 1.0005, four digits
    rule: "next_open",
    signalId: "BTC-USDT-s1",
  },
  {
    tsMs: at(25),
    clientOrderId: "BTC-USDT-2",
    symbol: "BTC-USDT",
    side: "sell",
    qty: 0.05,
    price: 43000,
    fees: 4.3,
    slippageBps: 0,
    state: "filled",
    barMs: at(24),
    referencePrice: 43000,
    rule: "end_of_run",
    signalId: undefined,
  },
];

const TRADES: readonly Trade[] = [
  {
    tradeId: "BTC-USDT-t1",
    symbol: "BTC-USDT",
    side: "long",
    qty: 0.05,
    entryMs: at(1) + 275,
    entryPrice: 42506.25,
    exitMs: at(25),
    exitPrice: 43000,
    pnl: 16.136875, // 0.05 × 493.75 − fees
    pnlPct: 0.7592706954859579,
    fees: 8.550625,
    exitReason: "end_of_run",
    barsHeld: 24,
    maePct: 1.25,
    mfePct: 3.5,
    flows: -1.5,
    positionId: null,
  },
  {
    tradeId: "ETH-USDT-t1",
    symbol: "ETH-USDT",
    side: "short",
    qty: 2,
    entryMs: at(1),
    entryPrice: 2300,
    exitMs: at(2),
    exitPrice: 2400,
    pnl: -200,
    pnlPct: -4.3478260869565215,
    fees: 0,
    exitReason: "signal",
    barsHeld: 1,
    maePct: 4.5,
    mfePct: 0,
    flows: 0,
    positionId: "hedge",
  },
];

const FLOWS: readonly CashFlow[] = [{ tsMs: at(8), symbol: "BTC-USDT", kind: "funding", amount: -0.2125 }];

const EQUITY: readonly EquityPoint[] = [
  { tsMs: at(0), equity: 10_000, cash: 10_000 },
  { tsMs: at(1), equity: 9995.749375, cash: 7870.436875 },
];

const SIGNALS: readonly Signal[] = [
  {
    signalId: "BTC-USDT-s1",
    tsMs: at(1),
    strategy: "sma-crossover",
    symbol: "BTC-USDT",
    direction: "long",
    strength: 1,
    size: undefined,
    stopLoss: undefined,
    takeProfit: undefined,
    tag: undefined,
    reason: "fast average crossed above the slow one",
    data: { fast: 42500.5, slow: 42499.75 },
  },
  {
    signalId: "DOGE-USDT-s7",
    tsMs: at(2),
    strategy: "sentiment",
    symbol: "DOGE-USDT",
    direction: "close",
    strength: 0.25,
    size: 0.1,
    stopLoss: 0.085,
    takeProfit: 0.11,
    tag: "«weekly»",
    reason: 'said "enough"\nand meant it',
    data: undefined,
  },
];

const encodeEquityPoint = ({ tsMs, equity, cash }: EquityPoint) => encodeEquity(tsMs, equity, cash);

/** Checks a line format against its golden file, in both directions. */
function describeLines<T>(
  file: string,
  values: readonly T[],
  encode: (value: T) => string,
  decode: (value: unknown) => T,
): void {
  describe(file, () => {
    const lines = golden(file).trimEnd().split("\n");

    it("is written as the golden file has it", () => {
      expect(values.map(encode)).toEqual(lines);
    });

    it("is read from the golden file", () => {
      expect(lines.map((line) => decode(JSON.parse(line)))).toEqual(values);
    });

    it("is read when a later version has added keys", () => {
      expect(decode({ ...JSON.parse(lines[0]!), added_later: [1] })).toEqual(values[0]);
    });

    it("is refused when a key is missing or of another type", () => {
      const line = JSON.parse(lines[0]!) as Record<string, unknown>;
      for (const key of ["ts", "entry_ts", "side", "qty", "amount", "equity", "direction"]) {
        if (!(key in line) || line[key] === null) continue;
        expect(() => decode({ ...line, [key]: undefined }), key).toThrow(`"${key}"`);
        expect(() => decode({ ...line, [key]: ["x"] }), key).toThrow(`"${key}"`);
      }
      for (const foreign of [null, [], 1, "text", {}]) expect(() => decode(foreign)).toThrow();
    });

    it("never holds NaN or an infinity", () => {
      const numbers = Object.entries(values[0] as object).filter(([, value]) => typeof value === "number");
      expect(numbers.length).toBeGreaterThan(0);
      for (const [key] of numbers) {
        for (const bad of [Number.NaN, Infinity, -Infinity]) {
          expect(() => encode({ ...values[0]!, [key]: bad }), key).toThrow(RangeError);
        }
      }
    });
  });
}

describeLines("sim_orders.jsonl", ORDERS, encodeSimOrder, decodeSimOrder);
describeLines("order_events.jsonl", EVENTS, encodeOrderEvent, decodeOrderEvent);
describeLines("sim_fills.jsonl", FILLS, encodeSimFill, decodeSimFill);
describeLines("trades.jsonl", TRADES, encodeTrade, decodeTrade);
describeLines("cash_flows.jsonl", FLOWS, encodeCashFlow, decodeCashFlow);
describeLines("equity.jsonl", EQUITY, encodeEquityPoint, decodeEquity);
describeLines("signals.jsonl", SIGNALS, encodeSignal, decodeSignal);

describe("line formats", () => {
  // JSON has one zero; times are whole milliseconds up to the year 9999.
  const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
  const positive = fc.double({ min: Number.MIN_VALUE, noNaN: true, noDefaultInfinity: true });
  const qty = fc.double({ min: 0, noNaN: true, noDefaultInfinity: true });
  const time = fc.integer({ min: 0, max: Date.UTC(9999, 11, 31) });
  const text = fc.string({ unit: "binary", minLength: 1, maxLength: 12 });
  const side = fc.constantFrom("buy" as const, "sell" as const);
  const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });

  const terms: fc.Arbitrary<OrderTerms> = fc.oneof(
    fc.constant(MARKET_TERMS),
    fc.record({
      orderType: fc.constantFrom("limit", "stop-market", "stop-limit", "take-profit", "trailing-stop"),
      limitPrice: fc.option(positive),
      stopPrice: fc.option(positive),
      trailShare: fc.option(fc.double({ min: Number.MIN_VALUE, max: 0.999, noNaN: true })),
      timeInForce: fc.constantFrom("GTC", "IOC", "GTD", "DAY"),
      expiresMs: fc.option(time),
      postOnly: fc.boolean(),
      ocoGroup: fc.option(text),
      positionId: fc.option(text),
    }),
  );
  const order: fc.Arbitrary<Order> = fc.record({
    clientOrderId: text,
    tsMs: time,
    symbol: text,
    side,
    qty: fc.option(qty),
    sizeShare: fc.option(number),
    terms,
    signalId: maybe(text),
  });
  const fill: fc.Arbitrary<Fill> = fc.record({
    tsMs: time,
    clientOrderId: text,
    symbol: text,
    side,
    qty,
    price: positive,
    fees: number,
    slippageBps: number,
    state: fc.constantFrom("filled", "partial"),
    barMs: time,
    referencePrice: positive,
    rule: fc.constantFrom("next_open", "close", "end_of_run", "liquidated"),
    signalId: maybe(text),
  });
  const trade: fc.Arbitrary<Trade> = fc.record({
    tradeId: text,
    symbol: text,
    side: fc.constantFrom("long", "short"),
    qty,
    entryMs: time,
    entryPrice: positive,
    exitMs: time,
    exitPrice: positive,
    pnl: number,
    pnlPct: number,
    fees: number,
    exitReason: text,
    barsHeld: fc.nat(),
    maePct: qty,
    mfePct: qty,
    flows: number,
    positionId: fc.option(text),
  });
  const signal: fc.Arbitrary<Signal> = fc.record({
    signalId: text,
    tsMs: time,
    strategy: text,
    symbol: text,
    direction: fc.constantFrom("long", "short", "close"),
    strength: number,
    size: maybe(number),
    stopLoss: maybe(number),
    takeProfit: maybe(number),
    tag: maybe(text),
    reason: maybe(text),
    data: maybe(fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.oneof(number, text, fc.boolean()))),
  });
  const event: fc.Arbitrary<OrderEvent> = fc.record({
    tsMs: time,
    clientOrderId: text,
    event: fc.constantFrom("refused", "cancelled", "expired"),
    reason: text,
    qty: fc.option(qty),
  });
  const flow: fc.Arbitrary<CashFlow> = fc.record({ tsMs: time, symbol: text, kind: text, amount: number });
  const point: fc.Arbitrary<EquityPoint> = fc.record({ tsMs: time, equity: number, cash: number });

  /** One line, whatever it holds, which reads back as what was written and is written the same again. */
  function holdsRoundTrip<T>(
    values: fc.Arbitrary<T>,
    encode: (value: T) => string,
    decode: (value: unknown) => T,
  ): void {
    fc.assert(
      fc.property(values, (value) => {
        const line = encode(value);
        expect(line).not.toContain("\n");
        const back = decode(JSON.parse(line));
        expect(back).toEqual(value);
        expect(encode(back)).toBe(line);
      }),
    );
  }

  it("read back what they write", () => {
    holdsRoundTrip(order, encodeSimOrder, decodeSimOrder);
    holdsRoundTrip(event, encodeOrderEvent, decodeOrderEvent);
    holdsRoundTrip(fill, encodeSimFill, decodeSimFill);
    holdsRoundTrip(trade, encodeTrade, decodeTrade);
    holdsRoundTrip(flow, encodeCashFlow, decodeCashFlow);
    holdsRoundTrip(point, encodeEquityPoint, decodeEquity);
    holdsRoundTrip(signal, encodeSignal, decodeSignal);
  });
});

describe("documents", () => {
  const SEGMENT = "BTC-USDT_1hour_1704067200_1704078000.json";
  const name = parseSegmentFileName(SEGMENT)!;

  it("a segment is written as the golden file has it and read back", () => {
    const columns = allocateColumns(2);
    columns.time.set([at(0), at(2)]);
    columns.open.set([42283.58, 42613.57]);
    columns.high.set([42554.57, 42638.41]);
    columns.low.set([42261.02, 42500]);
    columns.close.set([42475.23, 42581.1]);
    columns.volume.set([1271.68108, 0]);
    expect(encodeSegment(columns)).toBe(golden(SEGMENT));
    expect(decodeSegment(golden(SEGMENT), name)).toEqual(columns);
  });

  it("a sidecar states the hash of its segment", () => {
    const meta = segmentMetaSchema.parse(JSON.parse(golden(SEGMENT.replace(".json", ".meta.json"))));
    expect(meta).toEqual({
      sha256: sha256(golden(SEGMENT)),
      fetched_at: 1704080123,
      source: "ccxt:kucoin",
      covers: [[at(0) / 1000, at(3) / 1000]],
      asked_empty: [[at(1) / 1000, at(2) / 1000]],
      revisions: 1,
      candle_count: 2,
    });
  });

  it("a manifest chains its entries as an outside program did", () => {
    const manifest = manifestSchema.parse(JSON.parse(golden("manifest.json")));
    const { schema_version, chain, ...body } = manifest;
    expect(chainManifest(body)).toEqual(manifest);
    expect(`${JSON.stringify(chainManifest(body), null, 2)}\n`).toBe(golden("manifest.json"));
    expect(chainManifest({ ...body, seed: 8 }).chain).not.toBe(chain);
    expect(schema_version).toBe(1);
  });

  it.each<[string, z.ZodType]>([
    ["result.json", resultSchema],
    ["manifest.json", manifestSchema],
  ])("%s loses nothing when it is read", (file, schema) => {
    const document = JSON.parse(golden(file));
    expect(schema.parse({ ...document, added_later: 1 })).toEqual(document);
    for (const key of Object.keys(document)) {
      expect(schema.safeParse({ ...document, [key]: undefined }).success, key).toBe(false);
    }
  });
});
