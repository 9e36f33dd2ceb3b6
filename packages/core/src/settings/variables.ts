import { RUN_SETTINGS, variableName } from "./run-settings.ts";

/** Variables that are no settings of a run: name, what it is for, default. */
export const OTHER_VARIABLES = [
  ["PT_RESULTS_DIR", "folder in which pt-analyze looks for runs", "backtest_results"],
  ["PT_LOG_LEVEL", "how much events.jsonl of a replay says, like --log-level", "info"],
  ["PT_DEBUG", "print the stack of every error, like --debug", ""],
] as const;

/** What `pt-replay --processes` tells the components that it starts: docs/replay-protocol.md. */
const COMPONENT_VARIABLES = ["PT_IPC_DIR", "PT_RUN_ID", "PT_COMPONENT", "PT_DOORBELL_IN", "PT_DOORBELL_OUT"];

/** Read by the tests of this project; programs under test inherit them. */
const TEST_VARIABLES = ["PT_KILLS", "PT_POINTS", "PT_PROPERTY_RUNS", "PT_STATES"];

/** Every `PT_…` variable that means something to somebody. */
export function knownVariables(): readonly string[] {
  const others = OTHER_VARIABLES.map(([name]) => name);
  return [...RUN_SETTINGS.map(variableName), ...others, ...COMPONENT_VARIABLES, ...TEST_VARIABLES];
}
