import { RUN_SETTINGS, variableName } from "./run-settings.ts";

/** Variables that are no settings of a run: name, what it is for, default. */
export const OTHER_VARIABLES = [
  ["PT_RESULTS_DIR", "folder in which pt-analyze looks for runs", "backtest_results"],
  ["PT_DEBUG", "print the stack of every error, like --debug", ""],
] as const;

/** Read by the tests of this project; programs under test inherit them. */
const TEST_VARIABLES = ["PT_KILLS", "PT_PROPERTY_RUNS"];

/** Every `PT_…` variable that means something to somebody. */
export function knownVariables(): readonly string[] {
  return [...RUN_SETTINGS.map(variableName), ...OTHER_VARIABLES.map(([name]) => name), ...TEST_VARIABLES];
}
