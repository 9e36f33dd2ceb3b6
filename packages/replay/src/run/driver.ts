import { type DriveOptions, type Run, runBacktest } from "@powertrader/core/engine";
import type { SignalSource, TraderPolicy } from "@powertrader/core/strategy";
import type { PreparedRun } from "./prepare-run.ts";
import type { RunFolder } from "./run-folder.ts";

/** What moves a run from tick to tick. Every driver makes the same of the same run. */
export interface Driver {
  /** What `run.json` says of it, `mode` first. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** The first half of the decision as the engine sees it. */
  readonly source: SignalSource;
  /** The second half. @param folder - where a policy keeps files of its own */
  createPolicy(folder: string): TraderPolicy;
  drive(run: Run, folder: RunFolder, options: DriveOptions): Promise<void>;
}

/** Everything in this process. */
export function inProcess({ source, createPolicy }: PreparedRun): Driver {
  return {
    facts: { mode: "in-process" },
    source,
    createPolicy,
    drive: (run, _folder, options) => runBacktest(run, options),
  };
}
