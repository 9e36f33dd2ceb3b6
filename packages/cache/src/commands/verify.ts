import type { Frame } from "@powertrader/core/cli";
import { PtError } from "@powertrader/core/errors";
import { Command } from "commander";
import type { Finding, VerifyReport } from "../survey/verify-cache.ts";
import { countOf } from "./describe.ts";
import { addCommonFlags, existingCacheDirOf, foldersOf } from "./flags.ts";

interface Flags {
  readonly exchange?: string;
  readonly cacheDir?: string;
}

const EXAMPLES = `
Examples:
  $ npx --no -- pt-cache verify
  $ npx --no -- pt-cache verify --exchange kucoin --json`;

/** `pt-cache verify`: reads everything and says what is damaged. */
export function verifyCommand(frame: Frame): Command {
  const command = new Command("verify")
    .description("read every segment against its sidecar and list damage (exit status 3 when there is any)")
    .option("--exchange <name>", "only this exchange")
    .addHelpText("after", EXAMPLES);
  return addCommonFlags(command).action((flags: Flags) => run(flags, frame));
}

async function run(flags: Flags, { console, flags: { json } }: Frame): Promise<void> {
  const cacheDir = existingCacheDirOf(flags);
  await foldersOf(cacheDir, flags.exchange);
  const { verifyCache } = await import("../survey/verify-cache.ts");
  const report = verifyCache(cacheDir, flags.exchange?.trim());
  for (const file of report.setAside) console.note(`moved aside earlier: ${file}`);
  if (report.findings.length > 0) {
    if (!json) console.out(report.findings.map(describe).join("\n"));
    throw damageError(report.findings, cacheDir);
  }
  const { exchanges, segments, rows } = report;
  if (json) {
    console.out(
      JSON.stringify({
        ...{ schema_version: 1, exchanges, segments },
        ...{ candles: rows.candles, mark_candles: rows.mark, settlements: rows.funding },
        ...{ findings: [], set_aside: report.setAside },
      }),
    );
  } else {
    console.out(`sound: ${countOf(segments, "segment")}, ${describeRows(rows)}, ${countOf(exchanges, "exchange")}`);
  }
}

/** `3 candles`, and what else there is. */
function describeRows({ candles, mark, funding }: VerifyReport["rows"]): string {
  return [
    ...(candles > 0 || mark + funding === 0 ? [countOf(candles, "candle")] : []),
    ...(mark > 0 ? [countOf(mark, "mark candle")] : []),
    ...(funding > 0 ? [countOf(funding, "settlement")] : []),
  ].join(", ");
}

function describe({ folder, file, kind, reason }: Finding): string {
  return `${folder}/${file}: ${kind}: ${reason}`;
}

function damageError(findings: readonly Finding[], cacheDir: string): PtError {
  const candlesLost = findings.some(({ kind }) => kind === "segment" || kind === "sidecar");
  return new PtError("E_CACHE_CORRUPT", `${cacheDir} has ${countOf(findings.length, "damaged file")}`, {
    hint: candlesLost
      ? "Fetch or import the ranges in the file names again (pt-cache warm, pt-cache import): that replaces the files."
      : "Run pt-cache rebuild-index.",
    details: { findings },
  });
}
