import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import {
  allocateColumns,
  type CandleColumns,
  firstRowAt,
  parseTimeframe,
  resample,
  sliceColumns,
  TimeframeAggregator,
  timeframeMs,
  timeframeRatio,
} from "@powertrader/core/market";
import { type Cursor, HistoryView } from "@powertrader/core/strategy";
import { IndicatorHub } from "@powertrader/strategies";
import { describe, expect, it } from "vitest";
import { SHARED } from "../fixtures/bin.ts";

const FACTS = join(SHARED, "data/aggregation_facts.json");
const isThere = existsSync(FACTS);
if (!isThere) console.warn(`skipped: real candles are not at ${SHARED}`);

/** How many whole bars of an exchange's lower timeframe give its own higher ones, counted by another program. */
interface AggregationFact {
  readonly lower: string;
  readonly higher: string;
  readonly full_groups: number;
  readonly ohlc_equal: number;
  readonly volume_equal_1e6: number;
}

const facts: readonly AggregationFact[] = isThere ? JSON.parse(readFileSync(FACTS, "utf8")) : [];

function candlesOf(name: string): CandleColumns {
  const csv = gunzipSync(readFileSync(join(SHARED, `data/${name}.csv.gz`))).toString("utf8");
  const rows = csv.trim().split("\n").slice(1);
  const columns = allocateColumns(rows.length);
  const [time, ...others] = [
    columns.time,
    columns.open,
    columns.high,
    columns.low,
    columns.close,
    columns.volume,
  ] as const;
  rows.forEach((line, i) => {
    const [seconds, ...values] = line.split(",").map(Number) as [number, ...number[]];
    time[i] = seconds * 1000;
    others.forEach((column, n) => {
      column[i] = values[n]!;
    });
  });
  return columns;
}

const timeframeOf = (name: string) => parseTimeframe(name.split("_").at(-1)!);
const PRICES = ["open", "high", "low", "close"] as const;

function countEqual(source: CandleColumns, ours: CandleColumns, theirs: CandleColumns, ratio: number, ms: number) {
  const counts = { full_groups: 0, ohlc_equal: 0, volume_equal_1e6: 0 };
  for (let i = 0; i < ours.length; i++) {
    const openMs = ours.time[i]!;
    const rows = firstRowAt(source, openMs + ms) - firstRowAt(source, openMs);
    const row = firstRowAt(theirs, openMs);
    if (rows !== ratio || theirs.time[row] !== openMs) continue;
    counts.full_groups++;
    if (PRICES.every((price) => theirs[price][row] === ours[price][i])) counts.ohlc_equal++;
    if (Math.abs(theirs.volume[row]! - ours.volume[i]!) <= 1e-6 * ours.volume[i]!) counts.volume_equal_1e6++;
  }
  return counts;
}

describe.skipIf(!isThere)("an exchange's own bars of a longer timeframe (skipped without ../shared)", () => {
  // KuCoin and Coinbase restated a few of their candles; KuCoin starts its weeks on Thursday.
  it.each(facts.map((fact) => [fact.lower, fact.higher, fact] as const))(
    "%s gives %s wherever the exchange agrees with itself",
    (lower, higher, { full_groups, ohlc_equal, volume_equal_1e6 }) => {
      const [from, to] = [timeframeOf(lower), timeframeOf(higher)];
      const source = candlesOf(lower);
      const ours = higher.startsWith("kucoin_BTCUSDT_1w")
        ? resample(source, from, to, { anchorMs: 0 })
        : new TimeframeAggregator(source, from).columns(to);
      const counts = countEqual(source, ours, candlesOf(higher), timeframeRatio(from, to), timeframeMs(to));
      expect(counts).toEqual({ full_groups, ohlc_equal, volume_equal_1e6 });
    },
  );

  it.each([
    ["binance_BTCUSDT_1m", "binance_BTCUSDT_4h"],
    ["binance_BTCUSDT_5m", "binance_BTCUSDT_1h"],
    ["binance_BTCUSDT_1h", "binance_BTCUSDT_4h"],
    ["binance_BTCUSDT_1h", "binance_BTCUSDT_1d"],
    ["binance_BTCUSDT_1d", "binance_BTCUSDT_1w"],
  ])("a strategy on %s sees the same from stored %s as from aggregated bars, at every tick", (lower, higher) => {
    const [from, to] = [timeframeOf(lower), timeframeOf(higher)];
    const theirs = candlesOf(higher);
    const source = candlesOf(lower);
    // The exchange halted within a bar, or the series are cut there: its own bar knows more than the candles we have.
    const isWhole = (openMs: number) =>
      firstRowAt(source, openMs + timeframeMs(to)) - firstRowAt(source, openMs) === timeframeRatio(from, to);
    const lastKnownMs = theirs.time.at(-1)! + timeframeMs(to);
    const base = sliceColumns(source, 0, firstRowAt(source, lastKnownMs));
    const cursor: Cursor = { row: -1 };
    const [stored, aggregated] = [{ stored: new Map([[to, theirs]]) }, {}].map((options) =>
      new HistoryView("BTC-USDT", from, base, cursor, options).higher(to),
    ) as [HistoryView, HistoryView];
    const [storedAverage, aggregatedAverage] = [stored, aggregated].map((view) => new IndicatorHub().sma(view, 1));

    let compared = 0;
    const differing: string[] = [];
    for (cursor.row = 0; cursor.row < base.length; cursor.row++) {
      for (let ago = 0; ago < Math.min(3, aggregated.length); ago++) {
        const timeMs = aggregated.time(ago);
        const isKnown = isWhole(timeMs);
        const isSame =
          stored.time(ago) === timeMs &&
          (!isKnown ||
            (PRICES.every((price) => stored[price](ago) === aggregated[price](ago)) &&
              Math.abs(stored.volume(ago) / aggregated.volume(ago) - 1) <= 1e-6 &&
              storedAverage!.at(ago) === aggregatedAverage!.at(ago)));
        if (!isSame) differing.push(`row ${cursor.row}, ${ago} ago`);
        if (isKnown) compared++;
      }
    }
    expect(differing).toEqual([]);
    expect(compared).toBeGreaterThan(2.9 * (base.length - 4 * timeframeRatio(from, to)));
  });
});
