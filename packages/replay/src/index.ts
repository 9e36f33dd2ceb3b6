export { type ExecuteOptions, executeRun } from "./run/execute-run.ts";
export { type PreparedRun, prepareRun } from "./run/prepare-run.ts";
