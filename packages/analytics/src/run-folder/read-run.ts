import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { CashFlow, Fill, OrderEvent, Trade } from "@powertrader/core/engine";
import { asSystemError, PtError } from "@powertrader/core/errors";
import {
  decodeCashFlow,
  decodeOrderEvent,
  decodeSimFill,
  decodeTrade,
  type Manifest,
  manifestSchema,
  type Result,
  RUN_FILES,
  resultSchema,
} from "@powertrader/core/files";
import { z } from "zod";
import { changedFiles } from "./changed-files.ts";
import { readBars, type SeriesBars } from "./read-bars.ts";
import { readDocument } from "./read-document.ts";
import { type EquityRows, readEquity } from "./read-equity.ts";
import { readPositionNames } from "./read-position-names.ts";
import { readRecords } from "./read-records.ts";
import { type RecordedConfig, recordedConfigSchema } from "./recorded-config.ts";
import { refuseHoles } from "./refuse-holes.ts";

/** Everything a run folder says about its run. */
export interface RunRecord {
  readonly config: RecordedConfig;
  readonly result: Result;
  /** Written last: without it the run did not come to its end. */
  readonly manifest: Manifest | undefined;
  /** Files that are not those that the manifest was written for, by their name; bars say so themselves. */
  readonly changedFiles: readonly string[];
  readonly equity: EquityRows;
  /** Whether `equity` holds every tick. A thinned file (`--equity-interval`) draws curves, but says nothing about metrics. */
  readonly hasEveryTick: boolean;
  /** `undefined` where the folder has no such file. */
  readonly trades: readonly Trade[] | undefined;
  readonly fills: readonly Fill[] | undefined;
  readonly orderEvents: readonly OrderEvent[] | undefined;
  readonly cashFlows: readonly CashFlow[];
  /** Names of positions by order id, where a coin had several. */
  readonly positionNames: ReadonlyMap<string, string>;
  /** Series whose bars the folder keeps, in the order of `config.data`. */
  readonly bars: readonly SeriesBars[];
  /** Whether the run stopped before its end. */
  readonly isPartial: boolean;
}

/**
 * Reads a run folder.
 * @throws PtError E_RUN_FOLDER or E_EQUITY naming the file that is missing or wrong
 */
export function readRun(folder: string): RunRecord {
  refuseOtherFolders(folder);
  const { config, result } = readOutcome(folder);
  const manifest = readDocument(folder, RUN_FILES.manifest, manifestSchema);
  const equity = readEquity(folder);
  const bars = config.data.flatMap((series) => readBars(folder, series) ?? []);
  refuseHoles(folder, equity, { result, interval: config.equity_interval, bars });
  return {
    config,
    result,
    manifest,
    changedFiles: manifest === undefined ? [] : changedFiles(folder, manifest),
    equity,
    hasEveryTick: config.equity_interval === null,
    trades: readRecords(folder, RUN_FILES.trades, decodeTrade),
    fills: readRecords(folder, RUN_FILES.fills, decodeSimFill),
    orderEvents: readRecords(folder, RUN_FILES.orderEvents, decodeOrderEvent),
    cashFlows: readRecords(folder, RUN_FILES.cashFlows, decodeCashFlow) ?? [],
    positionNames: readPositionNames(folder),
    bars,
    isPartial: manifest === undefined || result.status === "cancelled",
  };
}

export interface RunOutcome {
  readonly config: RecordedConfig;
  readonly result: Result;
}

/**
 * What was asked and what came out, without the long files.
 * @throws PtError E_RUN_FOLDER
 */
export function readOutcome(folder: string): RunOutcome {
  const config = readDocument(folder, RUN_FILES.config, recordedConfigSchema);
  if (config === undefined) {
    throw new PtError("E_RUN_FOLDER", `${folder} is not a run folder: it has no ${RUN_FILES.config}`, {
      hint: "List the runs with: npx --no -- pt-analyze ls",
      details: { folder },
    });
  }
  const result = readDocument(folder, RUN_FILES.result, resultSchema);
  if (result === undefined) throw unfinished(folder);
  return { config, result };
}

/** A run that failed or still runs says so in `run.json`. */
function unfinished(folder: string): PtError {
  const state = readDocument(
    folder,
    RUN_FILES.run,
    z.looseObject({ status: z.string() }).catch({ status: "unfinished" }),
  );
  const why = state?.status === "failed" ? "the run failed" : "the run has not finished";
  return new PtError("E_RUN_FOLDER", `${join(folder, RUN_FILES.result)} is missing: ${why}`, {
    hint: "Wait for the run to end, or run the backtest again.",
    details: { folder },
  });
}

function refuseOtherFolders(folder: string): void {
  let names: readonly string[];
  try {
    if (!statSync(folder).isDirectory()) {
      throw new PtError("E_RUN_FOLDER", `${folder} is a file, not a run folder`, {
        hint: "Give the folder that pt-replay wrote.",
      });
    }
    names = readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw asSystemError(error, folder);
    throw new PtError("E_RUN_FOLDER", `there is no folder ${folder}`, {
      hint: "List the runs with: npx --no -- pt-analyze ls",
      details: { folder },
    });
  }
  if (names.length > 0) return;
  throw new PtError("E_RUN_FOLDER", `${folder} is empty`, {
    hint: "Give the folder that pt-replay wrote.",
    details: { folder },
  });
}
