export { type Analysis, analyzeRun } from "./analysis/analyze-run.ts";
export { METRICS_SCHEMA_VERSION, metricsDocument } from "./analysis/metrics-document.ts";
export { type ListedRun, latestRun, listRuns } from "./run-folder/list-runs.ts";
export { type RunRecord, readRun } from "./run-folder/read-run.ts";
export { type WriteReportOptions, type WrittenReport, writeReport } from "./write-report.ts";
