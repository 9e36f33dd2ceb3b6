import { addGlobalFlags } from "@powertrader/core/cli";
import { PtError } from "@powertrader/core/errors";
import { type Command, Option } from "commander";

/** Flags that every command takes. */
export function addCommonFlags(command: Command): Command {
  return addGlobalFlags(
    command.addOption(
      new Option("--results-dir <path>", "folder that holds the run folders")
        .env("PT_RESULTS_DIR")
        .default("backtest_results"),
    ),
  );
}

/**
 * Where the run folders are.
 * @throws PtError E_ENV when the variable is set to nothing
 */
export function resultsDirOf(command: Command): string {
  const folder = command.getOptionValue("resultsDir") as string;
  if (folder.trim() !== "") return folder;
  const isVariable = command.getOptionValueSource("resultsDir") === "env";
  throw new PtError(isVariable ? "E_ENV" : "E_USAGE", `${isVariable ? "PT_RESULTS_DIR" : "--results-dir"} is empty`, {
    hint: "Name the folder that holds the run folders, or leave it out.",
  });
}
