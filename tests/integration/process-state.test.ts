import { randomUUID } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { executionModelSchema, toExecutionModel } from "@powertrader/core/config";
import { createRun } from "@powertrader/core/engine";
import { writeFileAtomic } from "@powertrader/core/files";
import { expect, it } from "vitest";
import { StateFile } from "../../packages/replay/src/processes/orchestrator/state-file.ts";
import { walk } from "../fixtures/candle-cache.ts";
import { FREE, MemoryRecorder } from "../fixtures/scripted-run.ts";

const STATES = Number(process.env.PT_STATES ?? 20_000);

/** Reads the state as fast as it can until it is told to stop; says what it has seen. */
const READER = `
  const { readFileSync } = require("node:fs");
  const { parentPort, workerData: { path, runId, stop } } = require("node:worker_threads");
  const seen = { states: 0, torn: 0, backwards: 0, otherRun: 0, last: 0 };
  const stopped = new Int32Array(stop);
  parentPort.postMessage("ready");
  for (let isLast = false; !isLast; ) {
    // A pause now and then, for the writer to get a processor; the last look comes after the last state.
    isLast = seen.states % 8 === 0 ? Atomics.wait(stopped, 0, 0, 0.2) !== "timed-out" : Atomics.load(stopped, 0) === 1;
    let state;
    try {
      state = JSON.parse(readFileSync(path, "utf8"));
    } catch (error) {
      seen.torn++;
      continue;
    }
    seen.states++;
    if (state.run_id !== runId && seen.last > 0) seen.otherRun++;
    if (state.run_id !== runId) continue;
    if (state.sequence < seen.last) seen.backwards++;
    seen.last = state.sequence;
  }
  parentPort.postMessage(seen);
`;

it(`subprocess synchronization: two readers of ${STATES} states see none torn, none go back, none of another run`, {
  timeout: 3_600_000,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), "pt-state-"));
  const path = join(folder, "backtest_state.json");
  const runId = randomUUID();
  writeFileAtomic(path, JSON.stringify({ run_id: randomUUID(), sequence: 999_999_999, status: "ready" }));
  const stop = new SharedArrayBuffer(4);
  const readers = [1, 2].map(() => new Worker(READER, { eval: true, workerData: { path, runId, stop } }));
  const next = (reader: Worker) => new Promise<Record<string, number>>((resolve) => reader.once("message", resolve));
  await Promise.all(readers.map(next));

  const columns = walk(Date.UTC(2024, 0, 1), "1hour", 200);
  const run = createRun({
    settings: {
      startMs: columns.time[0]!,
      initialCapital: 10_000,
      seed: 1,
      closeAtEnd: false,
      leverage: 1,
      model: toExecutionModel(executionModelSchema.parse(FREE)),
    },
    series: [{ symbol: "BTC-USDT", timeframe: "1hour", columns, warmUpRows: 100 }],
    source: { name: "none", warmUpBars: 0, watch: () => () => undefined },
    policy: { name: "none", onTick: () => [] },
    recorder: new MemoryRecorder(),
  });
  const state = new StateFile(folder, runId);
  for (let sequence = 1; sequence <= STATES; sequence++) {
    run.nowMs += 60_000;
    state.publish(run, sequence, "ready");
  }
  Atomics.store(new Int32Array(stop), 0, 1);
  for (const seen of await Promise.all(readers.map(next))) {
    expect(seen).toMatchObject({ torn: 0, backwards: 0, otherRun: 0, last: STATES });
    expect(seen.states).toBeGreaterThan(10);
  }
});
