import { join } from "node:path";
import { PtError } from "@powertrader/core/errors";
import { readSeries } from "@powertrader/core/files";
import type { Timeframe, TimeRange } from "@powertrader/core/market";
import { type Clock, formatDate, formatTime, systemClock } from "@powertrader/core/time";
import { withCacheLock } from "../store/cache-lock.ts";
import { isOfSeries, type SeriesId } from "../store/series.ts";
import { surveyFolder } from "../store/survey-folder.ts";
import type { CandleSource } from "./candle-source.ts";
import { startSimExchange } from "./start-sim-exchange.ts";
import { missingOf, type WarmSeriesReport, warmSeries } from "./warm-series.ts";

/** Exchange name that stands for a simulated one, started for the occasion. */
export const SIM = "sim";
export const DEFAULT_SIM_SEED = 42;

export interface WarmOptions {
  readonly cacheDir: string;
  /** A name that ccxt knows, or `sim`. */
  readonly exchange: string;
  readonly coins: readonly string[];
  readonly quote: string;
  readonly timeframes: readonly Timeframe[];
  readonly fromMs: number;
  /** Exclusive; `undefined` is now. */
  readonly toMs?: number | undefined;
  /** Of the simulated market; only with `sim`. */
  readonly seed?: number;
  readonly lockWaitSeconds?: number | undefined;
  readonly clock?: Clock | undefined;
  readonly signal?: AbortSignal | undefined;
  /** @param share - of what the series misses, 0 to 1 */
  readonly onProgress?: (series: SeriesId, share: number, candles: number) => void;
  readonly onSeriesDone?: (report: WarmSeriesReport) => void;
  /** Told before a failed request is repeated, in one line. */
  readonly onRetry?: ((text: string) => void) | undefined;
  /** Stands in for the exchange; for tests and for sources of one's own. */
  readonly openSource?: (signal: AbortSignal | undefined) => Promise<CandleSource>;
}

export interface WarmReport {
  readonly exchange: string;
  /** As asked for; the end is now where none was given. */
  readonly range: TimeRange;
  readonly series: readonly WarmSeriesReport[];
}

/**
 * Fills the cache: fetches what the wanted series miss of a range, one series after the other, through one source.
 * When nothing is missing no source is opened and nothing is written. What was fetched before a failure is kept.
 *
 * @throws PtError E_RANGE, E_NAME, E_MARKET, E_LOCKED, E_CANCELLED, E_DATA_CHANGED (a simulated market of another seed
 * is in the cache), and what sources throw
 */
export async function warmCache(options: WarmOptions): Promise<WarmReport> {
  const nowMs = (options.clock ?? systemClock).nowMs();
  const range = checkRange(options, nowMs);
  const wanted = options.timeframes.flatMap((timeframe) =>
    options.coins.map((coin) => ({ symbol: `${coin}-${options.quote}`, timeframe })),
  );
  const { exchange, signal, clock, lockWaitSeconds: waitSeconds } = options;
  if (exchange === SIM) refuseOtherSeed(options, wanted);
  const idle = wanted.filter((series) => isCovered(options, series, range, nowMs));
  const series: WarmSeriesReport[] = [];
  const done = (report: WarmSeriesReport) => {
    series.push(report);
    options.onSeriesDone?.(report);
  };
  if (idle.length === wanted.length) {
    for (const one of wanted) done({ ...one, requests: 0, added: 0, revised: 0, setAside: [] });
    return { exchange, range, series };
  }

  await withSource(options, async (source) => {
    for (const one of wanted) if (!idle.includes(one)) await source.check(one.symbol, one.timeframe);
    await withCacheLock(options, { waitSeconds, signal, clock }, async (store) => {
      for (const one of wanted) {
        const report = await warmSeries(store, source, one, {
          range,
          nowMs,
          signal,
          onProgress: (share, candles) => options.onProgress?.(one, share, candles),
        });
        done(report);
      }
    });
  });
  return { exchange, range, series };
}

function checkRange({ fromMs, toMs }: WarmOptions, nowMs: number): TimeRange {
  const range = { fromMs, toMs: toMs ?? nowMs };
  if (range.fromMs >= nowMs) {
    throw new PtError("E_RANGE", `the range starts in the future: ${formatDate(range.fromMs)}`, {
      hint: `It is ${formatTime(nowMs)}.`,
    });
  }
  if (range.toMs > range.fromMs) return range;
  throw new PtError(
    "E_RANGE",
    `the range ends (${formatDate(range.toMs)}) before it starts (${formatDate(range.fromMs)})`,
    {
      hint: "The end is exclusive and must lie after the start.",
    },
  );
}

/** Whether the cache needs nothing for a series. Damage makes it need something. */
function isCovered({ cacheDir, exchange }: WarmOptions, series: SeriesId, range: TimeRange, nowMs: number): boolean {
  try {
    const { columns, coverage } = readSeries(cacheDir, exchange, series.symbol, series.timeframe) ?? {};
    return missingOf(series, { range, nowMs }, coverage ?? [], columns?.time[0]).length === 0;
  } catch (error) {
    if (error instanceof PtError && error.code === "E_CACHE_CORRUPT") return false;
    throw error;
  }
}

/** Two simulated markets in one series would make neither. */
function refuseOtherSeed(
  { cacheDir, exchange, seed = DEFAULT_SIM_SEED }: WarmOptions,
  wanted: readonly SeriesId[],
): void {
  const { segments } = surveyFolder(join(cacheDir, exchange));
  for (const series of wanted) {
    const other = segments.find((segment) => isOfSeries(segment, series) && segment.meta.source !== simSource(seed));
    if (other === undefined) continue;
    throw new PtError("E_DATA_CHANGED", `${series.symbol} is in the cache from another market (${other.meta.source})`, {
      hint: "Take the seed it was made with, or another --cache-dir.",
      details: { file: other.file, source: other.meta.source, seed },
    });
  }
}

function simSource(seed: number): string {
  return `synthetic:pt-sim-exchange seed=${seed}`;
}

/** Opens the source of the exchange for `task` and closes it, whatever happens. */
async function withSource(options: WarmOptions, task: (source: CandleSource) => Promise<void>): Promise<void> {
  const { exchange, signal } = options;
  const needsSim = exchange === SIM && options.openSource === undefined;
  const sim = needsSim ? await startSimExchange(options.seed ?? DEFAULT_SIM_SEED, signal) : undefined;
  try {
    const source = await (options.openSource?.(signal) ?? openExchange(options, sim?.url));
    try {
      await task(source);
    } finally {
      await source.close();
    }
  } finally {
    await sim?.stop();
  }
}

async function openExchange(options: WarmOptions, simUrl: string | undefined): Promise<CandleSource> {
  const { exchange, seed, signal, onRetry } = options;
  const { openCcxtSource } = await import("./ccxt-source.ts");
  if (simUrl === undefined) return openCcxtSource(exchange, { signal, onRetry });
  const name = simSource(seed ?? DEFAULT_SIM_SEED);
  return openCcxtSource("kucoin", { signal, onRetry, baseUrl: simUrl, name, label: SIM });
}
