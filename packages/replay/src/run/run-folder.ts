import { createHash, randomUUID } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import type { RunConfig } from "@powertrader/core/config";
import type { CurveColumns, RunRecorder, Series } from "@powertrader/core/engine";
import { asSystemError, PtError } from "@powertrader/core/errors";
import {
  barsFile,
  chainManifest,
  encodeCashFlow,
  encodeColumns,
  encodeEquity,
  encodeOrderEvent,
  encodeSignal,
  encodeSimFill,
  encodeSimOrder,
  encodeTrade,
  HASHED_FILES,
  hashFile,
  JsonlWriter,
  makeFolder,
  type Result,
  RUN_FILES,
  sha256OfFile,
  writeFileAtomic,
  writeFileInBackground,
} from "@powertrader/core/files";
import { bucketOpen, timeframeMs } from "@powertrader/core/market";
import { MODEL_FILES } from "@powertrader/strategies/pattern-memory";

/** `backtest_results/backtest_2024-01-31_235959_1a2b3c4d`, from the wall clock and a random id. */
export function newRunDir(nowMs: number): string {
  const [day, time] = new Date(nowMs).toISOString().slice(0, 19).split("T");
  return join("backtest_results", `backtest_${day}_${time!.replaceAll(":", "")}_${randomUUID().slice(0, 8)}`);
}

/**
 * @throws PtError E_OUT_EXISTS when the folder holds anything: runs are never merged
 */
export function refuseUsedFolder(folder: string): void {
  let names: readonly string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw asSystemError(error, folder);
  }
  if (names.length === 0) return;
  throw new PtError(
    "E_OUT_EXISTS",
    `${folder} is not empty: it has ${names[0]}${names.length > 1 ? ` and ${names.length - 1} more` : ""}`,
    {
      hint: "Choose another --output-dir, or remove the folder first.",
    },
  );
}

/** Writes a run folder while the run goes on. `manifest.json` comes last: without it the folder is partial. */
export class RunFolder implements RunRecorder {
  readonly path: string;
  readonly #writers: ReadonlyMap<string, JsonlWriter>;
  readonly #signals: JsonlWriter;
  readonly #orders: JsonlWriter;
  readonly #events: JsonlWriter;
  readonly #fills: JsonlWriter;
  readonly #trades: JsonlWriter;
  readonly #flows: JsonlWriter;
  #bars: Promise<unknown> = Promise.resolve();

  constructor(folder: string) {
    // Resolved first: the system and node read `absent/../there` differently.
    const path = resolve(folder);
    refuseUsedFolder(path);
    this.path = path;
    try {
      makeFolder(path);
    } catch (error) {
      throw asSystemError(error, path);
    }
    const writers = new Map<string, JsonlWriter>();
    const open = (name: string) => {
      const writer = new JsonlWriter(join(path, name));
      writers.set(name, writer);
      return writer;
    };
    this.#writers = writers;
    this.#signals = open(RUN_FILES.signals);
    this.#orders = open(RUN_FILES.orders);
    this.#events = open(RUN_FILES.orderEvents);
    this.#fills = open(RUN_FILES.fills);
    this.#trades = open(RUN_FILES.trades);
    this.#flows = open(RUN_FILES.cashFlows);
  }

  signal: RunRecorder["signal"] = (signal) => this.#signals.append(encodeSignal(signal));
  order: RunRecorder["order"] = (order) => this.#orders.append(encodeSimOrder(order));
  orderEvent: RunRecorder["orderEvent"] = (event) => this.#events.append(encodeOrderEvent(event));
  fill: RunRecorder["fill"] = (fill) => this.#fills.append(encodeSimFill(fill));
  trade: RunRecorder["trade"] = (trade) => this.#trades.append(encodeTrade(trade));
  cashFlow: RunRecorder["cashFlow"] = (flow) => this.#flows.append(encodeCashFlow(flow));

  /** Makes every line so far visible to readers. */
  flush(): void {
    for (const writer of this.#writers.values()) writer.flush();
  }

  writeConfig(config: RunConfig): void {
    this.writeJson(RUN_FILES.config, config);
  }

  /** Starts writing the bars, which the simulation only reads; `finishBars` waits for them. */
  startBars(series: readonly Series[]): void {
    this.#bars = Promise.all(
      series.map((one) =>
        writeFileInBackground(join(this.path, barsFile(one.symbol, one.timeframe)), encodeColumns(one.columns)),
      ),
    );
    // Told by `finishBars`, not as an unhandled rejection while the simulation runs.
    this.#bars.catch(() => undefined);
  }

  async finishBars(): Promise<void> {
    await this.#bars;
  }

  writeJson(name: string, value: unknown): void {
    writeFileAtomic(join(this.path, name), `${JSON.stringify(value, null, 2)}\n`, { durable: false });
  }

  /** Closes the line files; the run's hash is over them and the equity of every tick. */
  finishLines(curve: CurveColumns, equityInterval: RunConfig["equity_interval"]): string {
    for (const writer of this.#writers.values()) writer.close();
    writeEquity(join(this.path, RUN_FILES.equity), curve, equityInterval);
    return runHash(this.path, curve);
  }

  /** Writes result and manifest: from now on the folder is complete. */
  seal(result: Result, config: RunConfig, codeVersion: string, withBars: boolean): void {
    this.writeJson(RUN_FILES.result, result);
    const names = [
      RUN_FILES.config,
      ...[...this.#writers.keys()].sort(),
      RUN_FILES.equity,
      RUN_FILES.result,
      ...filesBelow(this.path, RUN_FILES.hubData),
      // Each has the hashes of its model's other files.
      ...filesBelow(this.path, RUN_FILES.models).filter((name) => basename(name) === MODEL_FILES.manifest),
    ];
    const files = names.map((name) => [name, sha256OfFile(join(this.path, name))]);
    // The data's hash is over the very bytes of its file.
    const bars = withBars ? config.data.map((one) => [one.file, one.sha256]) : [];
    const data = config.data.map(({ symbol, timeframe, sha256 }) => ({ symbol, timeframe, sha256 }));
    this.writeJson(
      RUN_FILES.manifest,
      chainManifest({
        files: Object.fromEntries([...files, ...bars]),
        data,
        config_sha256: sha256OfFile(join(this.path, RUN_FILES.config)),
        code_version: codeVersion,
        seed: config.seed,
        result_hash: result.hash,
      }),
    );
  }
}

/** Paths inside the run folder of the files in a folder of it, sorted; none when it is not there. */
function filesBelow(path: string, name: string): readonly string[] {
  const folder = join(path, name);
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(path, join(entry.parentPath, entry.name)))
    .sort();
}

/** One row at the start, then one per tick; with an interval only the last tick of each UTC interval and the last tick. */
function writeEquity(path: string, curve: CurveColumns, interval: RunConfig["equity_interval"]): void {
  const intervalMs = interval === null ? undefined : timeframeMs(interval);
  const writer = new JsonlWriter(path);
  for (let row = 0; row < curve.length; row++) {
    const isLast = row === curve.length - 1;
    // A tick at the boundary is the last one of the interval that ends there.
    if (intervalMs !== undefined && row > 0 && !isLast) {
      const own = bucketOpen(curve.timeMs[row]! - 1, intervalMs);
      if (bucketOpen(curve.timeMs[row + 1]! - 1, intervalMs) === own) continue;
    }
    writer.append(encodeEquity(curve.timeMs[row]!, curve.equity[row]!, curve.cash[row]!));
  }
  writer.close();
}

/** sha256 over the bytes of the line files, then one little-endian Float64 equity per tick. */
function runHash(folder: string, curve: CurveColumns): string {
  const hash = createHash("sha256");
  for (const name of HASHED_FILES) hashFile(join(folder, name), hash);
  const ticks = curve.equity.subarray(1, curve.length);
  hash.update(new Uint8Array(ticks.buffer, ticks.byteOffset, ticks.byteLength));
  return hash.digest("hex");
}
