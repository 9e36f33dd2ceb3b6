import type { Frame } from "@powertrader/core/cli";
import { seriesFolder } from "@powertrader/core/files";
import { Command } from "commander";
import type { RebuildReport } from "../survey/rebuild-index.ts";
import { countOf } from "./describe.ts";
import { addCommonFlags, addLockFlag, existingCacheDirOf, foldersOf, parseLockWait } from "./flags.ts";

interface Flags {
  readonly exchange?: string;
  readonly lockWait: string;
  readonly cacheDir?: string;
}

const EXAMPLES = `
Segments that other programs have put into the folder (the same file names and format) are taken in.

Examples:
  $ npx --no -- pt-cache rebuild-index
  $ npx --no -- pt-cache rebuild-index --exchange kucoin`;

/** `pt-cache rebuild-index`: derives the index from what is there. */
export function rebuildIndexCommand(frame: Frame): Command {
  const command = new Command("rebuild-index")
    .description("derive cache_index.json anew, and take in segments of other programs")
    .option("--exchange <name>", "only this exchange")
    .addHelpText("after", EXAMPLES);
  return addCommonFlags(addLockFlag(command)).action((flags: Flags) => run(flags, frame));
}

async function run(flags: Flags, { console, flags: { json }, signal }: Frame): Promise<void> {
  const cacheDir = existingCacheDirOf(flags);
  const waitSeconds = parseLockWait(flags.lockWait);
  const folders = await foldersOf(cacheDir, flags.exchange);
  const { rebuildIndex } = await import("../survey/rebuild-index.ts");
  const reports: RebuildReport[] = [];
  for (const { exchange, kind } of folders) {
    reports.push(await rebuildIndex({ cacheDir, exchange, kind }, { waitSeconds, signal }));
  }
  if (json) return console.out(JSON.stringify({ schema_version: 1, exchanges: reports }));
  for (const { exchange, kind, refused } of reports) {
    const folder = seriesFolder(exchange, kind);
    for (const { file, reason } of refused) console.note(`left out ${folder}/${file}: ${reason}`);
  }
  if (reports.length === 0) return console.note(`${cacheDir} holds no candles`);
  console.out(reports.map(describe).join("\n"));
}

function describe({ exchange, kind, series, segments, adopted, written }: RebuildReport): string {
  const news = adopted.length === 0 ? "" : `, ${adopted.length} taken in`;
  return `${seriesFolder(exchange, kind)}: ${countOf(segments, "segment")} of ${series} series${news}, index ${written ? "written" : "was current"}`;
}
