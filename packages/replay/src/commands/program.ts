import type { Frame } from "@powertrader/core/cli";
import { Command } from "commander";
import { calibrateCommand } from "./calibrate.ts";
import { configCommand } from "./config.ts";
import { executionCommand } from "./execution.ts";
import { fillCommand } from "./fill.ts";
import { initCommand } from "./init.ts";
import { runCommand } from "./run.ts";
import { strategiesCommand } from "./strategies.ts";

/** `pt-replay`: without a subcommand it replays. */
export function createProgram(frame: Frame): Command {
  const program = new Command("pt-replay")
    .description("Replays history through a strategy and writes a run folder.")
    .usage("[options] [command]")
    .version("0.1.0", "--version")
    .helpCommand(false);
  const run = runCommand(frame);
  program.addCommand(run, { isDefault: true, hidden: true });
  for (const make of [initCommand, configCommand, executionCommand, fillCommand, calibrateCommand, strategiesCommand])
    program.addCommand(make(frame));
  // The default command is a hidden subcommand, so that subcommands keep their own options; its flags are listed here.
  program.configureHelp({ visibleOptions: () => [...run.options, ...program.options] });
  program.addHelpText(
    "after",
    `
Examples:
  $ npx --no -- pt-replay --start-date 2024-01-01 --coins BTC,ETH,DOGE
  $ npx --no -- pt-replay --start-date 2024-01-01 --coins BTC --strategy sma-crossover --param fast=50 --param slow=200 --param direction=long
  $ npx --no -- pt-replay --config backtest_results/demo/config.json --output-dir backtest_results/again`,
  );
  return program;
}
