import { addGlobalFlags, createProgress, type Frame } from "@powertrader/core/cli";
import { PtError } from "@powertrader/core/errors";
import { parseCoin, parseCoins, parseExchange, printable, shortTimeframe } from "@powertrader/core/market";
import { parseInteger } from "@powertrader/core/settings";
import { formatTime, parseDate, systemClock } from "@powertrader/core/time";
import { Command } from "commander";
import { DEFAULT_MIN_CANDLES } from "../fit/adapt-threshold.ts";
import type { TrainControl, TrainOptions, TrainReport } from "../train-coin.ts";

interface Flags {
  readonly coin?: string;
  readonly coins?: string;
  readonly trainUntil: string;
  readonly exchange: string;
  readonly quote: string;
  readonly cacheDir?: string;
  readonly output: string;
  readonly weights: string;
  readonly normalizeWeights?: true;
  readonly minCandles: string;
  readonly fromScratch?: true;
  readonly force?: true;
}

const DEFAULT_CACHE_DIR = "backtest_cache";

const EXAMPLES = `
A model learns from candles that had closed by --train-until, and from nothing later. Timeframes that the cache
does not have are made of its 1h candles. The same candles give the same bytes, whether training starts over or goes
on from an earlier model.

Examples:
  $ npx --no -- pt-train --coin BTC --train-until 2024-03-01
  $ npx --no -- pt-train --coins BTC,ETH --train-until 2024-03-01 --output my-models`;

/** `pt-train`: a model of each coin from the candles in the cache. */
export function createProgram(frame: Frame): Command {
  const command = new Command("pt-train")
    .description("Trains the pattern-memory model of coins on cached candles that had closed before a cutoff.")
    .version("0.1.0", "--version")
    .option("--coin <name>", "the coin")
    .option("--coins <list>", "several, comma-separated")
    .requiredOption("--train-until <date>", "the cutoff, exclusive: YYYY-MM-DD or YYYY-MM-DDTHH:MM:SSZ")
    .option("--exchange <name>", "folder of the cache to read", "kucoin")
    .option("--quote <coin>", "what prices are in", "USDT")
    .option("--cache-dir <path>", `folder of the candle cache (default: PT_CACHE_DIR, else ${DEFAULT_CACHE_DIR})`)
    .option("--output <path>", "folder of the models", "models")
    .option("--weights <how>", "learned: what followed a memory's likes weighs it; frozen: all stay 1", "learned")
    .option("--normalize-weights", "predictions are divided by the sum of the weights instead of by their number")
    .option("--min-candles <n>", "closed candles that every timeframe needs", String(DEFAULT_MIN_CANDLES))
    .option("--from-scratch", "do not go on from an earlier model; the outcome is the same")
    .option("--force", "replace a model of the same cutoff that differs")
    .addHelpText("after", EXAMPLES);
  return addGlobalFlags(command).action((flags: Flags) => run(flags, frame));
}

async function run(flags: Flags, frame: Frame): Promise<void> {
  const { console } = frame;
  const cutoffMs = parseCutoff(flags.trainUntil);
  const options = readFlags(flags);
  const { CoinTrainer } = await import("../train-coin.ts");
  const { TrainingCandles } = await import("../series/training-series.ts");
  const { describe, toWire } = await import("./describe.ts");
  // All coins are looked at before the first is trained: what is refused is refused at once.
  const planned = options.map((one) => {
    const symbol = `${one.coin}-${one.quote}`;
    const trainer = new CoinTrainer(one, new TrainingCandles({ ...one, symbol }, cutoffMs));
    return { trainer, prepared: trainer.prepare(cutoffMs) };
  });
  const reports: TrainReport[] = [];
  for (const { trainer, prepared } of planned) {
    for (const note of prepared.notes) console.note(note);
    const report = await withProgress(trainer.symbol, frame, (control) => trainer.train(prepared, control));
    reports.push(report);
    if (!frame.flags.json) console.out(describe(report, console));
  }
  if (frame.flags.json) console.out(JSON.stringify({ schema_version: 1, models: reports.map(toWire) }));
}

async function withProgress(
  symbol: string,
  { console, signal }: Frame,
  train: (control: TrainControl) => Promise<TrainReport>,
): Promise<TrainReport> {
  const display = createProgress(console, symbol);
  try {
    return await train({
      signal,
      onProgress: (done, timeframe) => display.update(done, () => shortTimeframe(timeframe)),
    });
  } finally {
    display.end();
  }
}

function readFlags(flags: Flags): readonly Omit<TrainOptions, "cutoffMs">[] {
  const common = {
    cacheDir: pathOf(flags.cacheDir, "--cache-dir") ?? cacheDirOfEnvironment(),
    exchange: parseExchange(flags.exchange),
    quote: parseCoin(flags.quote),
    modelsDir: pathOf(flags.output, "--output")!,
    settings: { weights: parseWeights(flags.weights), normalize_weights: flags.normalizeWeights ?? false },
    minCandles: parseMinCandles(flags.minCandles),
    fromScratch: flags.fromScratch ?? false,
    force: flags.force ?? false,
  };
  return coinsOf(flags).map((coin) => ({ ...common, coin }));
}

function coinsOf({ coin, coins }: Flags): readonly string[] {
  if ((coin === undefined) === (coins === undefined)) {
    throw new PtError("E_USAGE", "one of --coin and --coins is needed", {
      hint: "E.g. --coin BTC or --coins BTC,ETH.",
    });
  }
  return coin === undefined ? parseCoins(coins!) : [parseCoin(coin)];
}

function parseCutoff(text: string): number {
  const cutoffMs = parseDate(text, "--train-until");
  const nowMs = systemClock.nowMs();
  if (cutoffMs <= nowMs) return cutoffMs;
  throw new PtError("E_RANGE", `--train-until: ${formatTime(cutoffMs)} is in the future, it is ${formatTime(nowMs)}`, {
    hint: "Train until a time that has passed.",
  });
}

function parseWeights(text: string): "learned" | "frozen" {
  const weights = text.trim();
  if (weights === "learned" || weights === "frozen") return weights;
  throw new PtError("E_USAGE", `--weights: "${printable(text)}" is neither learned nor frozen`, {
    hint: "Use --weights learned or --weights frozen.",
  });
}

function parseMinCandles(text: string): number {
  const count = parseInteger(text, "--min-candles");
  if (count >= 2) return count;
  throw new PtError("E_NUMBER", `--min-candles: ${count} is below 2`, {
    hint: "A pattern and what followed it are two candles.",
  });
}

function pathOf(text: string | undefined, flag: string): string | undefined {
  if (text === undefined || isPath(text)) return text;
  throw new PtError("E_USAGE", `${flag} must be a path`);
}

function cacheDirOfEnvironment(): string {
  const variable = process.env.PT_CACHE_DIR;
  if (variable === undefined) return DEFAULT_CACHE_DIR;
  if (isPath(variable)) return variable;
  throw new PtError("E_ENV", "PT_CACHE_DIR is set but empty or broken over lines", {
    hint: "Give it a value or unset it.",
  });
}

function isPath(text: string): boolean {
  return text.trim() !== "" && !/\p{Cc}/u.test(text);
}
