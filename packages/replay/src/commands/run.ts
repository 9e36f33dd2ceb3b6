import { rmSync } from "node:fs";
import { addGlobalFlags, createProgress, type Frame } from "@powertrader/core/cli";
import type { ResolvedSettings } from "@powertrader/core/config";
import { didYouMean, PtError } from "@powertrader/core/errors";
import type { EventLogOptions } from "@powertrader/core/log";
import { Command } from "commander";
import type { ProcessOptions } from "../processes/orchestrator/process-driver.ts";
import type { PlannedRun } from "../run/plan-runs.ts";
import type { FinishedRun } from "../run/summary.ts";
import { addSettingFlags } from "./flags.ts";
import { addLogFlags, logOptions } from "./log-flags.ts";
import {
  addProcessFlags,
  componentsOf,
  type GivenProcessOptions,
  processOptions,
  processOptionsOf,
  refuseOtherComponents,
} from "./process-flags.ts";
import { settingsOfInterrupted, settingsOfRuns } from "./settings.ts";

/** The default command: replays and writes a run folder, or one for each risk profile. */
export function runCommand(frame: Frame): Command {
  const command = new Command("run").argument("[unexpected...]");
  addSettingFlags(command)
    .option("--signals <file>", "with --mode replay-signals: JSONL or CSV of signals, see docs/file-formats.md")
    .option("--warm-cache", "fetch missing candles first")
    .option("--no-run", "with --warm-cache: only fetch")
    .option("--resume <dir>", "finish an interrupted run; only --cache-dir, --model and flags of processes go with it");
  addProcessFlags(command);
  addLogFlags(command);
  return addGlobalFlags(command).action(async (words: readonly string[]) => {
    refuseWords(words, command);
    const { resume } = command.opts<{ resume?: string }>();
    if (resume !== undefined) return await resumeRun(frame, command, resume);
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
  const { console } = frame;
  const how = { processes: processOptions(command), log: logOptions(command, console) };
  const [first, ...others] = await settingsOfRuns(command);
  const decide = (one: ResolvedSettings) =>
    decidedBy(one, how.processes, command.getOptionValue("config") ?? "the configuration");
  const settings = [await decide(first), ...(await Promise.all(others.map(decide)))] as const;
  if (warmFirst) {
    const { warmCacheFor } = await import("../run/warm-cache.ts");
    const status = await warmCacheFor(settings[0], signals, frame);
    if (status !== 0) process.exitCode = status;
    if (status !== 0 || !run) return;
  }
  const { planRuns } = await import("../run/plan-runs.ts");
  const { comparisonOf, summaryOf } = await import("../run/summary.ts");

  const finished: FinishedRun[] = [];
  for (const planned of planRuns(settings, signals)) {
    const { prepared, folder } = planned;
    const result = await execute(planned, frame, how);
    finished.push({ config: prepared.config, result, folder });
    if (!frame.flags.json) console.out(summaryOf(result, prepared.config, folder));
  }
  const isCompared = finished.length > 1;
  if (isCompared && !frame.flags.json) console.out(comparisonOf(finished));
  if (!frame.flags.json) return;
  const results = finished.map(({ result }) => result);
  console.out(JSON.stringify(isCompared ? results : results[0], null, 2));
}

/** Computes an interrupted run once more and puts it in its place. */
async function resumeRun(frame: Frame, command: Command, dir: string): Promise<void> {
  const { openInterruptedRun, replaceInterrupted, resumeFolder } = await import("../run/resume-run.ts");
  const { planRuns } = await import("../run/plan-runs.ts");
  const { summaryOf } = await import("../run/summary.ts");
  const interrupted = openInterruptedRun(dir);
  const begun = await settingsOfInterrupted(command, interrupted);
  const settings = await decidedBy(begun, processOptions(command));
  const processes = processOptionsOf(command, interrupted);
  const work = resumeFolder(interrupted.folder);
  const [planned] = planRuns([{ ...settings, outputDir: work, bars: interrupted.bars }], interrupted.signals);
  const how = { processes, log: logOptions(command, frame.console) };
  try {
    const result = await execute(planned!, frame, how);
    replaceInterrupted(interrupted.folder, work);
    frame.console.out(
      frame.flags.json ? JSON.stringify(result, null, 2) : summaryOf(result, planned!.prepared.config, dir),
    );
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/**
 * Settings with the record of who decides.
 * @throws PtError E_USAGE when what is recorded in `file`, or in a run folder, was decided by somebody else
 */
async function decidedBy(
  settings: ResolvedSettings,
  processes: GivenProcessOptions | undefined,
  file?: string,
): Promise<ResolvedSettings> {
  const { components: recorded, ...config } = settings.config;
  const components = await componentsOf(processes);
  refuseOtherComponents(recorded, components, { ...(file !== undefined && { file }), mode: config.mode });
  return { ...settings, config: { ...config, ...(components && { components }) } };
}

interface How {
  readonly processes: GivenProcessOptions | undefined;
  readonly log: EventLogOptions;
}

/** Executes one run under the eyes of the operator. */
async function execute(
  { prepared, folder, inputs, label }: PlannedRun,
  { console, signal }: Frame,
  { processes, log }: How,
) {
  const { formatCount, formatMoney } = await import("@powertrader/core/format");
  const { executeRun } = await import("../run/execute-run.ts");
  const { describeRun } = await import("../run/summary.ts");
  if (signal.aborted) throw new PtError("E_CANCELLED", `cancelled before the run ${label} began`);
  const display = createProgress(console, `replaying ${label}`.trimEnd());
  const startedMs = performance.now();
  const rate = (bar: number, left: number) => {
    const perSecond = (1000 * bar) / (performance.now() - startedMs);
    return processes && `  ${formatCount(Math.round(perSecond))} ticks/s, ${Math.ceil(left / perSecond)} s left`;
  };
  return executeRun(prepared, {
    ...(processes && {
      driver: await driverOf(prepared, { ...processes, modelDir: inputs.model, note: console.note }),
    }),
    folder,
    inputs,
    command: ["pt-replay", ...process.argv.slice(2)],
    log,
    signal,
    onStart: () => {
      for (const line of describeRun(prepared.config)) console.note(line);
    },
    onProgress: ({ bar, bars: all, nowMs, pnl, trades }) =>
      display.update(
        bar / all,
        () =>
          `${new Date(nowMs).toISOString().slice(0, 10)}  PnL ${formatMoney(pnl)}  ${formatCount(trades)} trades${rate(bar, all - bar) ?? ""}`,
      ),
  }).finally(() => display.end());
}

async function driverOf(prepared: PlannedRun["prepared"], processes: ProcessOptions) {
  if (prepared.config.mode === "replay-signals") {
    throw new PtError("E_USAGE", "--processes does not go with --mode replay-signals", {
      hint: "The signals are there already: leave --processes out.",
    });
  }
  const { createProcessDriver } = await import("../processes/orchestrator/process-driver.ts");
  return createProcessDriver(prepared, processes);
}

function refuseWords(words: readonly string[], command: Command): void {
  if (words.length === 0) return;
  const known = (command.parent?.commands ?? []).map((one) => one.name()).filter((name) => name !== "run");
  throw new PtError("E_USAGE", `unknown command ${words[0]}${didYouMean(words[0]!, known)}`, {
    hint: `Commands: ${known.join(", ")}; without one pt-replay replays.`,
  });
}
