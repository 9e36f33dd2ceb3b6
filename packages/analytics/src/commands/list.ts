import type { Frame } from "@powertrader/core/cli";
import { Command } from "commander";
import { addCommonFlags, resultsDirOf } from "./flags.ts";

/** `pt-analyze ls`: all runs of the results folder, newest first. */
export function listCommand({ console, flags }: Frame): Command {
  const command = new Command("ls").description("list the runs in the results folder, newest first");
  return addCommonFlags(command).action(async () => {
    const { listRuns } = await import("../run-folder/list-runs.ts");
    const { runsDocument, runsTable } = await import("../terminal/runs-table.ts");
    const folder = resultsDirOf(command);
    const runs = listRuns(folder);
    if (flags.json) return console.out(JSON.stringify(runsDocument(runs), null, 2));
    if (runs.length === 0) return console.note(`no runs in ${folder} yet`);
    console.out(runsTable(runs));
    console.note("next: npx --no -- pt-analyze latest");
  });
}
