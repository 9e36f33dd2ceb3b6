import { addGlobalFlags, createProgress, type Frame } from "@powertrader/core/cli";
import { didYouMean, PtError } from "@powertrader/core/errors";
import { Command } from "commander";
import { addSettingFlags } from "./flags.ts";
import { settingsOf } from "./settings.ts";

/** The default command: replays and writes a run folder. */
export function runCommand(frame: Frame): Command {
  const command = new Command("run").argument("[unexpected...]");
  addSettingFlags(command)
    .option("--signals <file>", "with --mode replay-signals: JSONL or CSV of signals, see docs/file-formats.md")
    .option("--warm-cache", "fetch missing candles first")
    .option("--no-run", "with --warm-cache: only fetch");
  return addGlobalFlags(command).action(async (words: readonly string[]) => {
    refuseWords(words, command);
    const { signals, warmCache, run } = command.opts<{ signals?: string; warmCache?: boolean; run: boolean }>();
    if (!run && !warmCache)
      throw new PtError("E_USAGE", "--no-run goes with --warm-cache", { hint: "Add --warm-cache." });
    await replay(frame, command, { signals, warmFirst: warmCache === true, run });
  });
}

interface Asked {
  readonly signals: string | undefined;
  readonly warmFirst: boolean;
  readonly run: boolean;
}

async function replay(frame: Frame, command: Command, { signals, warmFirst, run }: Asked): Promise<void> {
  const { console, signal } = frame;
  const resolved = await settingsOf(command);
  if (warmFirst) {
    const { warmCacheFor } = await import("../run/warm-cache.ts");
    const status = await warmCacheFor(resolved, signals, frame);
    if (status !== 0) process.exitCode = status;
    if (status !== 0 || !run) return;
  }
  const { prepareRun } = await import("../run/prepare-run.ts");
  const { newRunDir, refuseUsedFolder } = await import("../run/run-folder.ts");
  const { formatCount, formatMoney } = await import("@powertrader/core/format");
  const { executeRun } = await import("../run/execute-run.ts");
  const { describeRun, summaryOf } = await import("../run/summary.ts");

  if (resolved.outputDir !== undefined) refuseUsedFolder(resolved.outputDir);
  const prepared = prepareRun(resolved, signals);
  const folder = resolved.outputDir ?? newRunDir(Date.now());
  const display = createProgress(console, "replaying");
  try {
    const result = await executeRun(prepared, {
      folder,
      bars: resolved.bars,
      command: ["pt-replay", ...process.argv.slice(2)],
      signal,
      onStart: () => {
        for (const line of describeRun(prepared.config)) console.note(line);
      },
      onProgress: ({ bar, bars, nowMs, pnl, trades }) =>
        display.update(
          bar / bars,
          () => `${new Date(nowMs).toISOString().slice(0, 10)}  PnL ${formatMoney(pnl)}  ${formatCount(trades)} trades`,
        ),
    });
    display.end();
    if (frame.flags.json) console.out(JSON.stringify(result, null, 2));
    else console.out(summaryOf(result, prepared.config, folder));
  } finally {
    display.end();
  }
}

function refuseWords(words: readonly string[], command: Command): void {
  if (words.length === 0) return;
  const known = (command.parent?.commands ?? []).map((one) => one.name()).filter((name) => name !== "run");
  throw new PtError("E_USAGE", `unknown command ${words[0]}${didYouMean(words[0]!, known)}`, {
    hint: `Commands: ${known.join(", ")}; without one pt-replay replays.`,
  });
}
