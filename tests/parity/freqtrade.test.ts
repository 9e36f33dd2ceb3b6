import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { decodeSignal, decodeSimOrder, decodeTrade, RUN_FILES, readJsonl } from "@powertrader/core/files";
import { HOUR_MS } from "@powertrader/core/market";
import { describe, expect, it } from "vitest";
import { createProgram } from "../../packages/replay/src/commands/program.ts";
import { newFolder, SHARED } from "../fixtures/bin.ts";
import { candlesFrom, writeCache } from "../fixtures/candle-cache.ts";
import { runInProcess } from "../fixtures/in-process.ts";

const ORACLE = join(SHARED, "oracles/freqtrade_backtest_detail.json");

interface Params {
  readonly stop_loss: number;
  readonly roi: Readonly<Record<string, number>>;
  readonly trailing_stop: boolean;
  readonly trailing_only_offset_is_reached: boolean;
  readonly trailing_stop_positive: number | null;
  readonly trailing_stop_positive_offset: number;
  readonly use_exit_signal: boolean;
  readonly custom_entry_price: number | null;
  readonly custom_exit_price: number | null;
  readonly leverage: number;
  readonly timeout: number | null;
  readonly adjust_entry_price: number | null;
}

interface OracleTrade {
  readonly exit_reason: string;
  readonly open_tick: number;
  readonly close_tick: number;
  readonly is_short: boolean;
}

interface Case {
  readonly id: string;
  readonly candle_columns: readonly string[];
  readonly candles: readonly (readonly number[])[];
  readonly params: Params;
  readonly expected: {
    readonly sum_profit_ratio: number;
    readonly compare_decimals: number;
    readonly trades: readonly OracleTrade[];
  };
}

const cases: readonly Case[] = existsSync(ORACLE)
  ? (JSON.parse(readFileSync(ORACLE, "utf8")) as { cases: Case[] }).cases
  : [];

const START_MS = Date.UTC(2018, 9, 3);
const tickAt = (timeMs: number) => Math.floor((timeMs - START_MS) / HOUR_MS);

/** What freqtrade assumes whatever the case, in our public flags. */
const AS_FREQTRADE = (
  "--exchange oracle --coins BTC --start-date 2018-10-03 --mode replay-signals --size 1 --fee-bps 0 --slippage-bps 0 " +
  "--latency-ms 0,0 --max-volume-pct 100 --qty-step 0 --min-notional 0 --stop-fill at-stop --trail-from this-bar " +
  "--limit-fill through --limit-gap at-limit"
).split(" ");

/** Stop, targets and leverage of a case as flags. Freqtrade's shares are of the margin, ours of the price. */
function flagsOf({ params }: Case): readonly string[] {
  const { leverage, trailing_stop_positive: positive, trailing_stop_positive_offset: offset } = params;
  const ofPrice = (share: number) => String(share === -1 ? -1 : share / leverage);
  const stop = ofPrice(-params.stop_loss);
  const targets = Object.entries(params.roi).map(([minutes, gain]) => `${minutes}:${ofPrice(gain)}`);
  const flags = ["--stop-loss", stop, "--leverage", String(leverage)];
  if (targets.length > 0) flags.push("--time-targets", targets.join(","));
  if (!params.trailing_stop) return flags;
  if (positive === null) return [...flags, "--trailing-stop", stop];
  if (offset === 0) return [...flags, "--trailing-stop", ofPrice(positive)];
  const from = ["--trailing-from", ofPrice(offset)];
  if (params.trailing_only_offset_is_reached) return [...flags, "--trailing-stop", ofPrice(positive), ...from];
  return [...flags, "--trailing-stop", stop, ...from, "--trailing-then", ofPrice(positive)];
}

/**
 * The signal columns of a case as a file of ours: what freqtrade reads of candle i for candle i + 1 is a signal made at
 * the close of candle i. At the open of its last candle freqtrade closes everything and enters nothing: a last signal.
 */
function signalsOf({ candles, candle_columns: columns, params }: Case): string {
  const at = (tick: number, name: string) => candles[tick]![columns.indexOf(name)] === 1;
  const lines = candles.slice(0, -1).flatMap((_, tick) => {
    const long = at(tick, "enter_long");
    const short = at(tick, "enter_short");
    const exits = params.use_exit_signal && (at(tick, "exit_long") || at(tick, "exit_short"));
    const isLast = tick === candles.length - 2;
    if (!isLast && !long && !short && !exits) return [];
    const isExit = isLast || (exits && !long && !short);
    const direction = isExit ? "close" : long ? "long" : "short";
    const tag = isExit ? (exits ? "exit_signal" : "force_exit") : null;
    const data = isLast ? null : dataOf(params);
    return [JSON.stringify({ ts: START_MS / 1000 + (tick + 1) * 3600, symbol: "BTC", direction, tag, data })];
  });
  return lines.map((line) => `${line}\n`).join("");
}

function dataOf(params: Params): Readonly<Record<string, number | null>> {
  return {
    limit_price: params.custom_entry_price,
    valid_minutes: params.timeout,
    reprice: params.adjust_entry_price,
    exit_price: params.custom_exit_price,
  };
}

/** Runs a case through `pt-replay`. */
async function replay(one: Case): Promise<string> {
  const folder = newFolder();
  const [cache, out, signals] = ["cache", "run", "signals.jsonl"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const bars = one.candles.map(([, open, high, low, close, volume]) => ({ open, high, low, close, volume }));
  writeCache(cache, "oracle", "BTC-USDT", "1hour", candlesFrom(START_MS, "1hour", bars as never));
  writeFileSync(signals, signalsOf(one));
  const places = ["--signals", signals, "--cache-dir", cache, "--output-dir", out];
  await runInProcess(createProgram, [...AS_FREQTRADE, ...flagsOf(one), ...places]);
  return out;
}

/** What freqtrade calls the ways in which trades end; signals say it themselves. */
const REASONS: Readonly<Record<string, string>> = {
  stop_loss: "stop_loss",
  trailing_stop: "trailing_stop_loss",
  take_profit: "roi",
  time_exit: "roi",
};

/** The trades of a run in freqtrade's terms. */
function tradesIn(run: string): readonly (OracleTrade & { readonly ratio: number })[] {
  const [trades, orders, signals] = [
    readJsonl(join(run, RUN_FILES.trades), decodeTrade),
    readJsonl(join(run, RUN_FILES.orders), decodeSimOrder),
    readJsonl(join(run, RUN_FILES.signals), decodeSignal),
  ];
  return trades.map((trade) => {
    const entry = orders.findLast((order) => order.sizeShare !== null && order.tsMs <= trade.entryMs)!;
    const said = signals.findLast(({ direction, tsMs }) => direction === "close" && tsMs <= trade.exitMs);
    return {
      exit_reason: trade.exitReason === "signal" ? said!.tag! : REASONS[trade.exitReason]!,
      // Freqtrade dates a trade by its first entry order, also where that was re-priced before it filled.
      open_tick: tickAt(orders.find((order) => order.signalId === entry.signalId)!.tsMs),
      close_tick: tickAt(trade.exitMs),
      is_short: trade.side === "short",
      ratio: trade.pnlPct / 100,
    };
  });
}

describe.skipIf(cases.length === 0)("trades of freqtrade (skipped without ../shared)", () => {
  it.each(cases.map((one) => [one.id, one] as const))("%s is reproduced", async (_, { expected, params, ...one }) => {
    const trades = tradesIn(await replay({ expected, params, ...one }));
    expect(trades).toEqual(
      expected.trades.map(({ exit_reason, open_tick, close_tick, is_short }) => ({
        exit_reason,
        open_tick,
        close_tick,
        is_short,
        ratio: expect.any(Number),
      })),
    );
    const ofMargin = trades.reduce((sum, { ratio }) => sum + ratio, 0) * params.leverage;
    expect(Number(ofMargin.toFixed(expected.compare_decimals))).toBe(expected.sum_profit_ratio);
  });
});
