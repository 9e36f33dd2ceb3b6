import { spawn } from "node:child_process";
import { type Frame, findProgram } from "@powertrader/core/cli";
import type { ResolvedSettings } from "@powertrader/core/config";
import { PtError } from "@powertrader/core/errors";
import { timeframeMs, WEEK_MS } from "@powertrader/core/market";
import { formatTime, parseDate } from "@powertrader/core/time";
import { chooseDecider } from "./decider.ts";

/**
 * Lets `pt-cache warm` fetch what a replay with these settings misses, its warm-up included.
 * Returns its exit status; when that is not 0 it has said why itself.
 *
 * @throws PtError E_USAGE without a start date
 */
export async function warmCacheFor(
  settings: ResolvedSettings,
  signalsFile: string | undefined,
  { flags, signal }: Frame,
): Promise<number> {
  const args = ["warm", ...warmFlags(settings, signalsFile)];
  if (flags.json) args.push("--json");
  if (flags.quiet) args.push("--quiet");
  // Our stdout belongs to the result: what the other program reports there is a note here.
  const stdout = flags.json || flags.quiet ? "ignore" : process.stderr;
  const program = findProgram("@powertrader/cache", "pt-cache", import.meta.url);
  const child = spawn(process.execPath, [program, ...args], { stdio: ["ignore", stdout, "inherit"] });
  const stop = () => child.kill("SIGTERM");
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (status) => resolve(status ?? 143));
    });
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** How much history models are trained on where it has to be fetched: two years, as `pt-train` proposes. */
const TRAINING_MS = 104 * WEEK_MS;

function warmFlags(settings: ResolvedSettings, signalsFile: string | undefined): readonly string[] {
  const { config, cacheDir } = settings;
  if (config.start_date === undefined) {
    throw new PtError("E_USAGE", "--warm-cache needs --start-date", { hint: "Say from when on candles are wanted." });
  }
  const { warmUpBars, higher = [], training } = chooseDecider(settings, signalsFile);
  const startMs = parseDate(config.start_date, "start_date");
  const isTrained = training !== undefined && settings.modelDir === undefined;
  const fromMs = startMs - Math.max(warmUpBars * timeframeMs(config.timeframe), isTrained ? TRAINING_MS : 0);
  return [
    ["--cache-dir", cacheDir],
    ["--exchange", config.exchange],
    ["--coins", config.coins.join(",")],
    ["--quote", config.quote],
    ["--timeframe", [config.timeframe, ...(config.higher_timeframes === "stored" ? higher : [])].join(",")],
    ["--start-date", formatTime(fromMs)],
    config.end_date === undefined ? [] : ["--end-date", config.end_date],
  ].flat();
}
