import { basename } from "node:path";
import { addGlobalFlags, type Frame } from "@powertrader/core/cli";
import { PtError } from "@powertrader/core/errors";
import { printable } from "@powertrader/core/market";
import { Command } from "commander";
import type { Calibrated } from "../calibrate/calibrate.ts";
import { addSettingFlags } from "./flags.ts";
import { settingsOf } from "./settings.ts";

interface Flags {
  readonly fills: string;
  readonly output?: string;
}

const USED = new Set(["exchange", "timeframe", "seed", "cache_dir"]);

const ABOUT = `
FILE is CSV with a header: ts (when the order was sent), symbol, side, qty, price, fee (quote currency), and where known
fill_ts, liquidity (maker or taker), order_type. Times are seconds or milliseconds since 1970 or ISO dates. Slippage is
measured against cached candles, of minutes where there are any; --timeframe is that of the replays to come.

Example:
  $ npx --no -- pt-replay calibrate --fills real_fills.csv --exchange kucoin --timeframe 1h --output my-venue.json
  $ pt-replay --execution my-venue.json --start-date 2024-01-01`;

/** `pt-replay calibrate`: slippage, fees and latency of a venue from its own fills, as a preset. */
export function calibrateCommand({ console, flags: { json } }: Frame): Command {
  const command = new Command("calibrate")
    .description("estimate slippage, fees and latency from a venue's real fills, as a preset for --execution")
    .requiredOption("--fills <file>", "fills of the venue, CSV")
    .option("--output <file>", "preset to write, .json; without it the estimates are only shown")
    .addHelpText("after", ABOUT);
  addSettingFlags(command, (key) => USED.has(key));
  return addGlobalFlags(command).action(async ({ fills, output }: Flags) => {
    const name = output === undefined ? undefined : await presetName(output);
    const { refuseOverwrite } = await import("../fill/write-lines.ts");
    refuseOverwrite([output]);
    const { calibrate } = await import("../calibrate/calibrate.ts");
    const { notes, ...estimates } = calibrate(fills, await settingsOf(command));
    if (output !== undefined) {
      const { writeFileAtomic } = await import("@powertrader/core/files");
      writeFileAtomic(output, `${JSON.stringify({ name, ...estimates }, null, 2)}\n`);
    }
    if (json) return console.out(JSON.stringify({ ...estimates, notes, output: output ?? null }));
    for (const line of describe(estimates.calibration)) console.out(line);
    for (const note of notes) console.note(`note: ${note}`);
    if (output !== undefined) console.out(`wrote ${output}; next: npx --no -- pt-replay --execution ${output}`);
  });
}

/** @throws PtError when no replay could take the file */
async function presetName(output: string): Promise<string> {
  const { isPresetName } = await import("@powertrader/core/config");
  const name = basename(output, ".json");
  if (!output.endsWith(".json")) {
    throw new PtError("E_USAGE", `--output ${printable(output)}: a preset is a .json file`, {
      hint: `Say ${output}.json.`,
    });
  }
  if (isPresetName(name)) return name;
  throw new PtError("E_NAME", `--output ${printable(output)}: "${printable(name)}" cannot be the name of a preset`, {
    hint: "Use 1 to 40 lower-case letters, digits, - and _, and not the name of a built-in preset.",
  });
}

function describe(found: Calibrated["calibration"]): readonly string[] {
  const percent = found.confidence * 100;
  const row = (key: string, one: Calibrated["calibration"]["maker_fee_bps"], unit: string) =>
    one === null
      ? []
      : [
          `${key.padEnd(15)} ${one.estimate} ${unit}, ${percent} % between ${one.low} and ${one.high} (${one.fills} fills)`,
        ];
  return [
    ...row("slippage_bps", found.slippage_bps, "bps"),
    ...row("fee_bps", found.fee_bps, "bps"),
    ...row("maker_fee_bps", found.maker_fee_bps, "bps"),
    ...row("latency_ms from", found.latency_min_ms, "ms"),
    ...row("latency_ms to", found.latency_max_ms, "ms"),
  ];
}
