export { type Calibrated, calibrate } from "./calibrate/calibrate.ts";
export { type FilledOrders, fillOrders } from "./fill/fill-orders.ts";
export { createProcessDriver, type ProcessOptions } from "./processes/orchestrator/process-driver.ts";
export { type ExecuteOptions, executeRun } from "./run/execute-run.ts";
export { type PreparedRun, prepareRun } from "./run/prepare-run.ts";
export { type RunInputs, readInputs } from "./run/read-inputs.ts";
