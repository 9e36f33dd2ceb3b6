import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { exitsSchema, toExitPlan } from "@powertrader/core/config";
import {
  type FinerSeries,
  type IntrabarMode,
  OpenExits,
  resolveExit,
  type TimedBar,
  timedBar,
} from "@powertrader/core/engine";
import { allocateColumns, type CandleColumns, resample, type Timeframe, timeframeMs } from "@powertrader/core/market";
import { beforeAll, describe, expect, it } from "vitest";
import { SHARED } from "../fixtures/bin.ts";

const FILES = ["BTCUSDT", "ETHUSDT", "DOGEUSDT", "NEARUSDT", "FILUSDT"].map((name) =>
  join(SHARED, `data/binance_${name}_1m.csv.gz`),
);
const PAGE = join(import.meta.dirname, "../../docs/execution.md");
const isThere = FILES.every((file) => existsSync(file));

const BASES = ["5min", "15min", "1hour"] as const;
const DISTANCES = [0.003, 0.005, 0.01];
const MINUTE_MS = 60_000;

function readMinutes(file: string): CandleColumns {
  const rows = gunzipSync(readFileSync(file)).toString().trim().split("\n").slice(1);
  const columns = allocateColumns(rows.length);
  rows.forEach((row, i) => {
    const [time, open, high, low, close, volume] = row.split(",").map(Number);
    columns.time[i] = time! * 1000;
    columns.open[i] = open!;
    columns.high[i] = high!;
    columns.low[i] = low!;
    columns.close[i] = close!;
    columns.volume[i] = volume!;
  });
  return columns;
}

type Outcome = "stop" | "target";

/** A walk over the minutes of a bar by its own plain arithmetic: which level came first; `undefined` when a minute has both. */
function walkMinutes(minutes: CandleColumns, from: number, to: number, isLong: boolean, stop: number, target: number) {
  for (let i = from; i < to; i++) {
    const [open, high, low] = [minutes.open[i]!, minutes.high[i]!, minutes.low[i]!];
    if (isLong ? open <= stop : open >= stop) return "stop";
    if (isLong ? open >= target : open <= target) return "target";
    const isStop = isLong ? low <= stop : high >= stop;
    const isTarget = isLong ? high >= target : low <= target;
    if (isStop && isTarget) return undefined;
    if (isStop) return "stop";
    if (isTarget) return "target";
  }
  return undefined;
}

/** A position entered at the open of a bar that reaches both of its levels, decided by the minutes inside. */
interface Case {
  readonly base: Timeframe;
  readonly exits: OpenExits;
  readonly bar: TimedBar;
  readonly finer: Readonly<Partial<Record<Timeframe, FinerSeries>>>;
  readonly truth: Outcome;
}

function casesOf(minutes: CandleColumns): readonly Case[] {
  const at = new Map(Array.from(minutes.time, (time, i) => [time, i]));
  const finer = Object.fromEntries(
    (["1min", "5min", "15min"] as const).map((timeframe) => [timeframe, seriesOf(minutes, timeframe)]),
  );
  const cases: Case[] = [];
  for (const base of BASES) {
    const { columns } = seriesOf(minutes, base);
    for (let row = 0; row < columns.length; row++) {
      const bar = timedBar(columns, row, timeframeMs(base));
      for (const distance of DISTANCES) {
        for (const isLong of [true, false]) {
          const stop = isLong ? bar.open * (1 - distance) : bar.open * (1 + distance);
          const target = isLong ? bar.open * (1 + distance) : bar.open * (1 - distance);
          if (bar.low > Math.min(stop, target) || bar.high < Math.max(stop, target)) continue;
          const from = at.get(bar.openMs)!;
          const truth = walkMinutes(minutes, from, from + timeframeMs(base) / MINUTE_MS, isLong, stop, target);
          if (truth === undefined) continue;
          const plan = toExitPlan(exitsSchema.parse({ stop_loss: distance, take_profit: distance }))!;
          const exits = new OpenExits(plan, isLong, bar.openMs, undefined);
          exits.entryPrice = bar.open;
          exits.see(bar.open);
          cases.push({ base, exits, bar, finer, truth });
        }
      }
    }
  }
  return cases;
}

function seriesOf(minutes: CandleColumns, timeframe: Timeframe): FinerSeries {
  const columns = timeframe === "1min" ? minutes : resample(minutes, "1min", timeframe);
  return { timeframeMs: timeframeMs(timeframe), columns };
}

function decide({ exits, bar, finer, base }: Case, intrabar: IntrabarMode, deepest?: Timeframe): Outcome | undefined {
  const depth = deepest === undefined ? Infinity : timeframeMs(deepest);
  const series = (["15min", "5min", "1min"] as const)
    .filter((one) => timeframeMs(one) < timeframeMs(base) && timeframeMs(one) >= depth)
    .map((one) => finer[one]!);
  const rules = { intrabar, stopFill: "open-if-gapped", trailFrom: "earlier-bars", limitFill: "touch" } as const;
  return resolveExit(exits, bar, rules, series).hit?.by;
}

const WAYS: readonly (readonly [name: string, mode: IntrabarMode, deepest?: Timeframe])[] = [
  ["`pessimistic`", "pessimistic"],
  ["`optimistic`", "optimistic"],
  ["`ohlc-path`", "ohlc-path"],
  ["`nearest-extreme`", "nearest-extreme"],
  ["`drill-down` to 15m", "drill-down", "15min"],
  ["`drill-down` to 5m", "drill-down", "5min"],
  ["`drill-down` to 1m", "drill-down", "1min"],
];

function tableOf(cases: readonly Case[]): string {
  const lines = WAYS.map(([name, mode, deepest]) => {
    const cells = BASES.map((base) => {
      if (deepest !== undefined && timeframeMs(deepest) >= timeframeMs(base)) return "—";
      const ofBase = cases.filter((one) => one.base === base);
      const right = ofBase.filter((one) => decide(one, mode, deepest) === one.truth).length;
      return `${right} (${((100 * right) / ofBase.length).toFixed(1)} %)`;
    });
    return `| ${name} | ${cells.join(" | ")} |`;
  });
  const counts = BASES.map(
    (base) =>
      `${base.replace("min", "m").replace("hour", "h")}: ${cases.filter((one) => one.base === base).length} bars`,
  );
  return [`| decided right | ${counts.join(" | ")} |`, "| --- | --: | --: | --: |", ...lines].join("\n");
}

describe.skipIf(!isThere)("bars of real minutes that reach stop and target (skipped without ../shared)", () => {
  let cases: readonly Case[] = [];
  beforeAll(() => {
    cases = FILES.flatMap((file) => casesOf(readMinutes(file)));
  });

  it("are decided by drill-down to 1m as a walk over the minutes decides them, every one", () => {
    expect(cases.length).toBeGreaterThan(1_000);
    const wrong = cases.filter((one) => decide(one, "drill-down", "1min") !== one.truth);
    expect(wrong.map(({ base, bar }) => `${base} ${new Date(bar.openMs).toISOString()}`)).toEqual([]);
  });

  it("are decided as often by each mode as the table of the documentation says", () => {
    expect(readFileSync(PAGE, "utf8")).toContain(tableOf(cases));
  });
});
