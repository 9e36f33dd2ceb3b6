import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { DAY_MS } from "@powertrader/core/market";
import {
  annualGrowth,
  calmarRatio,
  dailyPoints,
  isDefined,
  type Metric,
  measureDrawdowns,
  sharpeRatio,
  simpleReturns,
  sortinoRatio,
  totalReturn,
  tradeStatistics,
  volatility,
} from "@powertrader/core/metrics";
import { describe, expect, it } from "vitest";

const SHARED = new URL("../../../shared/", import.meta.url);
const isThere = existsSync(new URL("oracles", SHARED));

const oracle = (name: string) => JSON.parse(readFileSync(new URL(`oracles/${name}.json`, SHARED), "utf8"));

/** Rows of a data file without its header; the columns are time or date, open, high, low, close, volume. */
const dataRows = (name: string): string[][] =>
  gunzipSync(readFileSync(new URL(`data/${name}`, SHARED)))
    .toString("utf8")
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => line.split(","));

const numberOf = (metric: Metric): number => (isDefined(metric) ? metric : Number.NaN);

/** The equity that a series of returns makes of 100. */
const compounded = (returns: readonly number[]): Float64Array => {
  const equity = [100];
  for (const value of returns) equity.push(equity.at(-1)! * (1 + value));
  return Float64Array.from(equity);
};

const rows = (count: number) => Float64Array.from({ length: count }, (_, i) => i * DAY_MS);

interface EmpyricalCase {
  readonly function: string;
  readonly inputs: { readonly returns: { readonly series?: string } };
  readonly expected: { readonly expected: number | string };
}

describe.skipIf(!isThere)("metrics against other programs (needs ../shared)", () => {
  describe("empyrical's own tests", () => {
    const { series, cases } = isThere ? oracle("empyrical_tests") : { series: {}, cases: [] };
    const periods: Record<string, number> = { daily: 252, weekly: 52, monthly: 12 };
    /** Their NaNs are dropped, together with the row of the series that is subtracted. */
    const returnsOf = (inputs: { returns: { series: string } }, minus: unknown): Float64Array => {
      const values: (number | null)[] = series[inputs.returns.series].values;
      const rates = typeof minus === "object" ? series[(minus as { series: string }).series].values : undefined;
      return Float64Array.from(
        values.flatMap((value, i) => (value === null ? [] : [value - (rates?.[i] ?? (minus as number))])),
      );
    };
    const options = (inputs: { period?: string }) => ({ daysPerYear: periods[inputs.period ?? "daily"]! });
    const kernels: Record<string, (inputs: never) => number> = {
      sharpe_ratio: (inputs: { returns: { series: string }; risk_free: unknown }) =>
        numberOf(sharpeRatio(returnsOf(inputs, inputs.risk_free), options({}))),
      sortino_ratio: (inputs: { returns: { series: string }; required_return: unknown; period: string }) =>
        numberOf(sortinoRatio(returnsOf(inputs, inputs.required_return), options(inputs))),
      annual_volatility: (inputs: { returns: { series: string }; period: string }) =>
        numberOf(volatility(returnsOf(inputs, 0), options(inputs))),
      max_drawdown: (inputs: { returns: { series: string } }) => {
        const equity = compounded([...returnsOf(inputs, 0)]);
        return -measureDrawdowns(rows(equity.length), equity).maxShare;
      },
    };
    const known = (cases as EmpyricalCase[]).filter(
      (one) => Object.hasOwn(kernels, one.function) && one.inputs.returns.series !== undefined,
    );

    it("finds the cases", () => expect(known.length).toBeGreaterThanOrEqual(18));

    it.each<EmpyricalCase>(known)(
      "agrees on $function of $inputs.returns.series",
      ({ function: name, inputs, expected }) => {
        const result = kernels[name]!(inputs as never);
        // What they call NaN or an infinity does not exist here.
        if (typeof expected.expected === "string") expect(result).toBeNaN();
        else expect(result).toBeCloseTo(expected.expected, 8);
      },
    );
  });

  it("agrees with empyrical and quantstats on eight years of BTC", () => {
    const [run] = oracle("peer_metrics_on_real_data").runs;
    const closes = dataRows(run.data_file).map((row) => Number(row[4]));
    const equity = Float64Array.from(closes);
    const returns = simpleReturns(equity);
    expect(returns).toHaveLength(run.n_returns);
    expect(numberOf(sharpeRatio(returns))).toBeCloseTo(run.empyrical.sharpe, 10);
    expect(numberOf(sharpeRatio(returns, { riskFree: 0.05 }))).toBeCloseTo(run.quantstats.sharpe_rf_annual_5pct, 10);
    expect(numberOf(sortinoRatio(returns))).toBeCloseTo(run.empyrical.sortino, 10);
    expect(numberOf(volatility(returns))).toBeCloseTo(run.empyrical.annual_volatility, 10);
    const { maxShare, deepest } = measureDrawdowns(rows(equity.length), equity);
    expect(maxShare).toBeCloseTo(-run.empyrical.max_drawdown, 10);
    const troughDate = new Date(Date.parse("2017-08-17") + deepest[0]!.troughMs).toISOString().slice(0, 10);
    expect(troughDate).toBe(run.max_drawdown_trough);
    // Their years are periods ÷ 365; seen as time, that is the same number of years of 365.25 days.
    const growth = annualGrowth(equity[0]!, equity.at(-1)!, (run.n_returns / 365) * 365.25 * DAY_MS);
    expect(numberOf(growth)).toBeCloseTo(run.empyrical.annual_return, 10);
    expect(numberOf(calmarRatio(growth, maxShare))).toBeCloseTo(run.empyrical.calmar, 10);
    expect(numberOf(totalReturn(equity[0]!, equity.at(-1)!))).toBeCloseTo(run.empyrical.cum_return, 8);
  });

  it("agrees with ffn on its own prices", () => {
    const { cases, first_11_prices, last_price_row, columns } = oracle("ffn_tests");
    const dateMs = (text: string) => Date.parse(`${text} UTC`);
    const measured: Record<string, (prices: Float64Array, times: Float64Array) => number> = {
      max_drawdown: (prices, times) => -measureDrawdowns(times, prices).maxShare,
      cagr: (prices, times) => numberOf(annualGrowth(prices[0]!, prices.at(-1)!, times.at(-1)! - times[0]!)),
      total_return: (prices) => numberOf(totalReturn(prices[0]!, prices.at(-1)!)),
    };
    let checked = 0;
    for (const { f, series, index, expected, decimals } of cases) {
      const [, name, slice] = /^(\w+)(?:\[0:(\d+)\]| full)?$/.exec(series ?? "") ?? [];
      const column = columns.indexOf(name);
      if (column < 0) continue;
      const table: string[][] = series.endsWith(" full")
        ? [first_11_prices[0], last_price_row]
        : first_11_prices.slice(0, Number(slice ?? 11));
      const prices = Float64Array.from(table, (row) => Number(row[column]));
      const times = Float64Array.from(table, (row) => dateMs(row[0]!));
      const result = f === "returns" ? simpleReturns(prices)[index - 1] : measured[f]?.(prices, times);
      if (result === undefined) continue;
      expect(result, `${f} of ${series}`).toBeCloseTo(expected, decimals);
      checked++;
    }
    expect(checked).toBe(12);
  });

  it("agrees with backtesting.py on how long a drawdown lasts", () => {
    const vector = oracle("backtestingpy").small_cases.find(
      (one: { id: string }) => one.id === "btpy_drawdown_durations",
    );
    const equity = Float64Array.from(vector.dd, (below: number) => 100 - below);
    const { deepest } = measureDrawdowns(
      Float64Array.from(vector.dd, (_, i) => i),
      equity,
      equity.length,
      9,
    );
    const byRecovery = [...deepest].sort((a, b) => a.recoveryMs! - b.recoveryMs!);
    expect(Object.fromEntries(byRecovery.map((one) => [one.recoveryMs, one.durationMs]))).toEqual(
      vector.expected.durations,
    );
    expect(Object.fromEntries(byRecovery.map((one) => [one.recoveryMs, Math.round(one.share * 100)]))).toEqual(
      vector.expected.peaks,
    );
  });

  it("agrees with backtesting.py on the drawdown and the trades of its published run", () => {
    const run = oracle("backtestingpy").runs[0];
    const bars = dataRows("backtestingpy_GOOG_1d.csv.gz");
    const times = Float64Array.from(bars, (row) => timeOf(row[0]!));
    interface TheirTrade {
      size: number;
      entry_bar: number;
      exit_bar: number;
      entry_price: number;
      pnl: number;
      return_pct: number;
    }
    const trades: TheirTrade[] = run.trades;
    const equity = Float64Array.from(bars, (row, bar) =>
      trades.reduce((sum, trade) => {
        if (bar < trade.entry_bar) return sum;
        if (bar >= trade.exit_bar) return sum + trade.pnl;
        return sum + trade.size * (Number(row[4]) - trade.entry_price);
      }, 10_000),
    );
    const { maxShare, longestMs } = measureDrawdowns(times, equity);
    expect(maxShare * 100).toBeCloseTo(-run.stats["Max. Drawdown [%]"], 6);
    expect(longestMs / DAY_MS).toBe(run.stats["Max. Drawdown Duration"].days);
    expect(dailyPoints(times, equity).equity.at(-1)).toBeCloseTo(run.stats["Equity Final [$]"], 6);

    const statistics = tradeStatistics(
      trades.map((trade) => ({
        side: trade.size > 0 ? ("long" as const) : ("short" as const),
        entryMs: times[trade.entry_bar]!,
        exitMs: times[trade.exit_bar]!,
        pnl: trade.pnl,
        pnlPct: trade.return_pct * 100,
      })),
    );
    expect(statistics.trades).toBe(run.stats["# Trades"]);
    expect(numberOf(statistics.winRate) * 100).toBeCloseTo(run.stats["Win Rate [%]"], 9);
    expect(statistics.bestTradePct).toBeCloseTo(run.stats["Best Trade [%]"], 6);
    expect(statistics.worstTradePct).toBeCloseTo(run.stats["Worst Trade [%]"], 6);
  });
});

/** Epoch milliseconds of the first column: a date, or epoch seconds or milliseconds. */
function timeOf(text: string): number {
  if (!/^\d+$/.test(text)) return Date.parse(text.length === 10 ? text : `${text.replace(" ", "T")}Z`);
  return Number(text) > 1e11 ? Number(text) : Number(text) * 1000;
}
