import type { Frame } from "@powertrader/core/cli";
import { didYouMean, PtError } from "@powertrader/core/errors";
import { Command } from "commander";
import { addCommonFlags, resultsDirOf } from "./flags.ts";

/** Names in a run folder may hold what would paint the terminal. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}]/gu;

/** The default command: analyzes one run and writes `metrics.json` and `report.html` into its folder. */
export function reportCommand(frame: Frame): Command {
  const command = new Command("report")
    .argument("[run]", "run folder, or latest for the newest one")
    .argument("[unexpected...]")
    .option("--no-report", "write metrics.json only");
  return addCommonFlags(command).action(async (run: string | undefined, unexpected: readonly string[]) => {
    await report(frame, command, oneRun(run, unexpected));
  });
}

async function report({ console, flags }: Frame, command: Command, run: string): Promise<void> {
  const { writeReport } = await import("../write-report.ts");
  const { latestRun } = await import("../run-folder/list-runs.ts");
  const { summaryOf } = await import("../terminal/summary.ts");
  const folder = run === "latest" ? latestRun(resultsDirOf(command)) : run;
  const written = writeReport(folder, { withPage: command.opts<{ report: boolean }>().report });
  if (flags.json) return console.out(JSON.stringify(written.metrics, null, 2));
  for (const warning of written.analysis.warnings) console.note(`warning: ${warning.replace(UNPRINTABLE, "?")}`);
  if (!flags.quiet) console.out(summaryOf(written.analysis));
  console.out(written.pagePath === undefined ? `metrics: ${written.metricsPath}` : `report: ${written.pagePath}`);
  console.note("next: open the report in a browser, or list all runs: npx --no -- pt-analyze ls");
}

function oneRun(run: string | undefined, unexpected: readonly string[]): string {
  if (run === undefined || run.trim() === "") {
    throw new PtError("E_USAGE", "a run folder is needed", {
      hint: "Give one, or the newest: npx --no -- pt-analyze latest; ls lists them.",
    });
  }
  if (unexpected.length === 0) return run;
  throw new PtError("E_USAGE", `one run at a time: unexpected ${unexpected[0]}${didYouMean(run, ["ls", "latest"])}`, {
    hint: "See pt-analyze --help.",
  });
}
