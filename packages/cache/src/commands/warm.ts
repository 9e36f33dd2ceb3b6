import { createProgress, type Frame, type ProgressDisplay } from "@powertrader/core/cli";
import { PtError } from "@powertrader/core/errors";
import { parseCoin, parseCoins, parseExchange, parseTimeframe, shortTimeframe } from "@powertrader/core/market";
import { parseInteger } from "@powertrader/core/settings";
import { formatDate, parseDate } from "@powertrader/core/time";
import { Command } from "commander";
import type { WarmOptions, WarmReport } from "../warm/warm-cache.ts";
import type { WarmSeriesReport } from "../warm/warm-series.ts";
import { countOf, rangeToWire, suggestReplay } from "./describe.ts";
import { addCommonFlags, addLockFlag, cacheDirFlag, cacheDirOf, parseLockWait } from "./flags.ts";

interface Flags {
  readonly exchange: string;
  readonly coins: string;
  readonly quote: string;
  readonly timeframe: string;
  readonly startDate: string;
  readonly endDate?: string;
  readonly seed?: string;
  readonly lockWait: string;
  readonly cacheDir?: string;
}

const EXAMPLES = `
Only what is missing is asked for; what was fetched before a failure or Ctrl-C is kept.
--exchange sim starts a simulated exchange with a synthetic market: no network needed.

Examples:
  $ npx --no -- pt-cache warm --exchange kucoin --coins BTC,ETH,DOGE --start-date 2024-01-01
  $ npx --no -- pt-cache warm --exchange sim --coins BTC --start-date 2024-01-01 --end-date 2024-07-01 --timeframe 1h,1d`;

/** `pt-cache warm`: fetches what the cache misses. */
export function warmCommand(frame: Frame): Command {
  const command = new Command("warm")
    .description("fetch missing candles from an exchange into the cache")
    .option("--exchange <name>", "a name that ccxt knows, or sim", "kucoin")
    .option("--coins <list>", "comma-separated", "BTC,ETH,DOGE")
    .option("--quote <coin>", "what prices are in", "USDT")
    .option("--timeframe <list>", "bar lengths, comma-separated, e.g. 1h,1d", "1h")
    .requiredOption("--start-date <date>", "first moment wanted, YYYY-MM-DD or YYYY-MM-DDTHH:MM:SSZ")
    .option("--end-date <date>", "first moment no longer wanted (default: now)")
    .option("--seed <n>", "of the synthetic market; only with --exchange sim (default: 42)")
    .addHelpText("after", EXAMPLES);
  return addCommonFlags(addLockFlag(command)).action((flags: Flags) => run(flags, frame));
}

async function run(flags: Flags, { console, flags: { json }, signal }: Frame): Promise<void> {
  const options = readFlags(flags);
  const { warmCache } = await import("../warm/warm-cache.ts");
  let display: ProgressDisplay | undefined;
  let shown = "";
  try {
    const report = await warmCache({
      ...options,
      signal,
      onProgress: (series, share, candles) => {
        const label = `${series.symbol} ${shortTimeframe(series.timeframe)}`;
        if (label !== shown) {
          display?.end();
          display = createProgress(console, label);
          shown = label;
        }
        display?.update(share, () => countOf(candles, "candle"));
      },
      onRetry: (text) => console.note(text),
      onSeriesDone: (series) => {
        display?.end();
        console.note(describe(series));
      },
    });
    if (json) console.out(JSON.stringify(toWire(report)));
    else console.out(summarise(report, options, cacheDirFlag(flags)));
  } finally {
    display?.end();
  }
}

function readFlags(flags: Flags): WarmOptions {
  const exchange = parseExchange(flags.exchange);
  if (flags.seed !== undefined && exchange !== "sim") {
    throw new PtError("E_USAGE", "--seed goes with --exchange sim", { hint: "Real exchanges have one market only." });
  }
  return {
    cacheDir: cacheDirOf(flags),
    exchange,
    coins: parseCoins(flags.coins),
    quote: parseCoin(flags.quote),
    timeframes: [...new Set(flags.timeframe.split(",").map(parseTimeframe))],
    fromMs: parseDate(flags.startDate, "--start-date"),
    lockWaitSeconds: parseLockWait(flags.lockWait),
    ...(flags.endDate === undefined ? {} : { toMs: parseDate(flags.endDate, "--end-date") }),
    ...(flags.seed === undefined ? {} : { seed: parseSeed(flags.seed) }),
  };
}

function parseSeed(text: string): number {
  const seed = parseInteger(text, "--seed");
  if (seed >= 0) return seed;
  throw new PtError("E_NUMBER", `--seed: ${seed} is negative`);
}

function describe({ symbol, timeframe, requests, added, revised, setAside }: WarmSeriesReport): string {
  const name = `${symbol} ${shortTimeframe(timeframe)}`;
  const damaged = setAside.length === 0 ? "" : `, ${countOf(setAside.length, "damaged file")} moved aside`;
  if (requests === 0) return `${name}: nothing was missing${damaged}`;
  const changed = revised === 0 ? "" : `, ${revised} revised`;
  return `${name}: ${countOf(added, "candle")} fetched${changed} in ${countOf(requests, "request")}${damaged}`;
}

function summarise(
  { exchange, range, series }: WarmReport,
  { cacheDir, coins, quote, timeframes }: WarmOptions,
  flag: string,
): string {
  const sum = (of: (one: WarmSeriesReport) => number) => series.reduce((total, one) => total + of(one), 0);
  const requests = sum((one) => one.requests);
  const from = `${coins.join(", ")} on ${exchange} from ${formatDate(range.fromMs)}`;
  const what =
    requests === 0
      ? "nothing was missing"
      : `${countOf(
          sum((one) => one.added),
          "candle",
        )} in ${countOf(requests, "request")}`;
  const timeframe = timeframes[0]!;
  return [
    `${from}: ${what}`,
    suggestReplay({ cacheDir, exchange, coins, quote, timeframe, fromMs: range.fromMs }, flag),
  ].join("\n");
}

function toWire({ exchange, range, series }: WarmReport): object {
  return {
    schema_version: 1,
    exchange,
    ...rangeToWire(range),
    series: series.map(({ symbol, timeframe, requests, added, revised, setAside }) => {
      return { symbol, timeframe, requests, added, revised, set_aside: setAside };
    }),
  };
}
