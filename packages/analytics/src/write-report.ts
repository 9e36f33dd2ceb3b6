import { join } from "node:path";
import { RUN_FILES, writeFileAtomic } from "@powertrader/core/files";
import { type Analysis, analyzeRun } from "./analysis/analyze-run.ts";
import { metricsDocument } from "./analysis/metrics-document.ts";
import { readAssets } from "./report/assets.ts";
import { page } from "./report/page.ts";
import { readRun } from "./run-folder/read-run.ts";

export interface WriteReportOptions {
  /** Whether `report.html` is written beside `metrics.json`. True unless said otherwise. */
  readonly withPage?: boolean;
}

export interface WrittenReport {
  readonly analysis: Analysis;
  /** The content of `metrics.json`. */
  readonly metrics: Readonly<Record<string, unknown>>;
  readonly metricsPath: string;
  /** `undefined` when no page was asked for. */
  readonly pagePath: string | undefined;
}

/**
 * Analyzes a run folder and writes `metrics.json` and `report.html` into it. Both depend on the folder alone.
 * @throws PtError E_RUN_FOLDER or E_EQUITY when the folder cannot be read, E_PERM or E_DISK_FULL when it cannot be written
 */
export function writeReport(folder: string, { withPage = true }: WriteReportOptions = {}): WrittenReport {
  const analysis = analyzeRun(readRun(folder));
  const metrics = metricsDocument(analysis);
  const metricsPath = join(folder, RUN_FILES.metrics);
  const pagePath = withPage ? join(folder, RUN_FILES.report) : undefined;
  const text = pagePath === undefined ? undefined : page(analysis, readAssets());
  writeFileAtomic(metricsPath, `${JSON.stringify(metrics, null, 2)}\n`);
  if (pagePath !== undefined && text !== undefined) writeFileAtomic(pagePath, text);
  return { analysis, metrics, metricsPath, pagePath };
}
