import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { hostname } from "node:os";
import { join, resolve } from "node:path";
import { asSystemError, PtError } from "@powertrader/core/errors";
import { isAlive, RUN_FILES, readLines } from "@powertrader/core/files";
import { z } from "zod";

/** What of `run.json` it takes to run again: where on this machine the run read from. */
const runJsonSchema = z.object({
  status: z.string(),
  pid: z.int().positive().optional(),
  host: z.string().optional(),
  mode: z.string(),
  components: z.object({ thinker: z.string(), trader: z.string() }).optional(),
  inputs: z.object({
    cache_dir: z.string(),
    model: z.string().nullable(),
    signals: z.string().nullable(),
    bars: z.boolean(),
  }),
});

/** An interrupted run, as far as its folder tells. */
export interface InterruptedRun {
  readonly folder: string;
  /** Its `config.json`. */
  readonly configFile: string;
  readonly mode: string;
  /** Who decided, where that was not the process itself. */
  readonly components: Readonly<Record<"thinker" | "trader", string>> | undefined;
  readonly cacheDir: string;
  readonly model: string | undefined;
  readonly signals: string | undefined;
  readonly bars: boolean;
}

/**
 * Looks at the folder of a run that did not come to its end.
 * @throws PtError E_RUN_FOLDER when there is nothing to resume, or nothing to resume from; E_LOCKED when it is under way
 */
export function openInterruptedRun(folder: string): InterruptedRun {
  const path = resolve(folder);
  const configFile = join(path, RUN_FILES.config);
  if (existsSync(join(path, RUN_FILES.manifest))) {
    throw new PtError("E_RUN_FOLDER", `${folder} is complete: there is nothing to resume`, {
      hint: `Look at it: npx --no -- pt-analyze ${folder}`,
    });
  }
  const runFile = join(path, RUN_FILES.run);
  for (const file of [configFile, runFile]) {
    if (existsSync(file)) continue;
    throw new PtError("E_RUN_FOLDER", `${file} is not there: the run had not begun`, {
      hint: "Name the folder of an interrupted run, or start the run again.",
    });
  }
  const { status, pid, host, mode, components, inputs } = readRunJson(runFile);
  if (status === "running" && pid !== undefined && host === hostname() && isReplay(pid)) {
    throw new PtError("E_LOCKED", `${folder} is a run that is under way, in process ${pid}`, {
      hint: "Wait for it to end, or end it first.",
    });
  }
  return {
    folder: path,
    configFile,
    mode,
    components,
    cacheDir: inputs.cache_dir,
    model: inputs.model ?? undefined,
    signals: inputs.signals ?? undefined,
    bars: inputs.bars,
  };
}

function readRunJson(path: string): z.infer<typeof runJsonSchema> {
  try {
    return runJsonSchema.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch (error) {
    throw new PtError("E_RUN_FOLDER", `${path} does not say where the run read its candles from`, {
      hint: "Start the run again with --config config.json and another --output-dir.",
      cause: error,
    });
  }
}

const WORK = ".resume-";

/**
 * Where the run is computed once more, inside its folder so that it can be moved into place. What other attempts left is removed.
 * @throws PtError E_LOCKED when another one is at work
 */
export function resumeFolder(folder: string): string {
  for (const name of readdirSync(folder).filter((one) => one.startsWith(WORK))) {
    const pid = Number(name.slice(WORK.length));
    if (pid !== process.pid && isAlive(pid)) {
      throw new PtError("E_LOCKED", `${folder} is being resumed by process ${pid}`, { hint: "Wait for it to end." });
    }
    rmSync(join(folder, name), { recursive: true, force: true });
  }
  return join(folder, `${WORK}${process.pid}`);
}

/** Whether a process is a replay: numbers of processes are given again. Where nobody can tell, it is one. */
function isReplay(pid: number): boolean {
  if (pid === process.pid || !isAlive(pid)) return false;
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("pt-replay");
  } catch {
    return true;
  }
}

/**
 * Puts a run that was computed once more in the place of the interrupted one. The manifest is moved last: whatever
 * interrupts this, the run can be resumed again.
 * @throws PtError E_RUN_FOLDER when the two do not begin alike; the interrupted run stands
 */
export function replaceInterrupted(folder: string, work: string): void {
  refuseOtherPast(folder, work);
  try {
    const names = readdirSync(work).filter((name) => name !== RUN_FILES.manifest);
    for (const name of [...names, RUN_FILES.manifest]) {
      const target = join(folder, name);
      if (statSync(join(work, name)).isDirectory()) rmSync(target, { recursive: true, force: true });
      renameSync(join(work, name), target);
    }
    rmSync(work, { recursive: true, force: true });
    // They were made of a part of the run.
    for (const name of [RUN_FILES.metrics, RUN_FILES.report]) rmSync(join(folder, name), { force: true });
  } catch (error) {
    throw asSystemError(error, folder);
  }
}

/** Every line that the interrupted run had written must be a line of the whole one. */
const WRITTEN = [
  RUN_FILES.signals,
  RUN_FILES.orders,
  RUN_FILES.orderEvents,
  RUN_FILES.fills,
  RUN_FILES.trades,
  RUN_FILES.cashFlows,
] as const;

function refuseOtherPast(folder: string, work: string): void {
  for (const name of WRITTEN) {
    const path = join(folder, name);
    if (!existsSync(path)) continue;
    const whole = readLines(join(work, name));
    let line = 0;
    for (const before of readLines(path)) {
      line++;
      const now = whole.next();
      if (now.done !== true && now.value === before) continue;
      throw new PtError("E_RUN_FOLDER", `${path}:${line} is not what the same run writes today`, {
        hint: "The program or the candles have changed: start the run again in another folder.",
        details: { file: name, line, was: before, is: now.done === true ? null : now.value },
      });
    }
  }
}
