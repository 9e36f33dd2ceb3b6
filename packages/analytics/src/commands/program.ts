import type { Frame } from "@powertrader/core/cli";
import { Command } from "commander";
import { listCommand } from "./list.ts";
import { reportCommand } from "./report.ts";

/** `pt-analyze`: without a subcommand it analyzes one run. */
export function createProgram(frame: Frame): Command {
  const program = new Command("pt-analyze")
    .description("Measures a run and writes one offline report about it.")
    .usage("<run folder | latest> [options]\n       pt-analyze ls [options]")
    .version("0.1.0", "--version")
    .helpCommand(false);
  const report = reportCommand(frame);
  program.addCommand(report, { isDefault: true, hidden: true });
  program.addCommand(listCommand(frame));
  // The default command is a hidden subcommand, so that subcommands keep their own options; its flags are listed here.
  program.configureHelp({
    visibleOptions: () => [...report.options, ...program.options],
    visibleArguments: (command) => (command === program ? report : command).registeredArguments.slice(0, 1),
  });
  program.addHelpText(
    "after",
    `
Examples:
  $ npx --no -- pt-analyze latest
  $ npx --no -- pt-analyze backtest_results/demo --json
  $ npx --no -- pt-analyze ls`,
  );
  return program;
}
