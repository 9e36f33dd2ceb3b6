import { createStream } from "@powertrader/core/random";
import { PatternMemory, predict, type TimeframeModel } from "@powertrader/strategies/pattern-memory";
import { type BenchRow, median, row, timed } from "./row.ts";

const MEMORIES = 50_000;
const QUERIES = 200_000;
/** What training aims at. */
const MATCHES = 20;

/** Predictions from a large memory: patterns and memories are moves of the same kind, about twenty of them alike. */
export async function memoryBench(): Promise<readonly BenchRow[]> {
  const random = createStream(1, "memory");
  const memory = PatternMemory.of(
    Array.from({ length: MEMORIES }, (_, i) => {
      const moves = { close: random.normal(), high: random.uniform(), low: -random.uniform() };
      return { timeMs: i, body: random.normal(), ...moves, closeWeight: 1, highWeight: 1.25, lowWeight: 0.75 };
    }),
  );
  const bodies = Float64Array.from({ length: QUERIES }, () => random.normal());
  const model: TimeframeModel = {
    timeframe: "1hour",
    threshold: thresholdFor(memory, bodies.subarray(0, 2000)),
    memory,
    normalizeWeights: false,
  };

  let matches = 0;
  let sum = 0;
  const query = () => {
    matches = 0;
    for (let i = 0; i < QUERIES; i++) {
      const lines = predict(model, bodies[i]!, 100);
      matches += lines.matches;
      sum += lines.high;
    }
  };
  await timed(query);
  const ms: number[] = [];
  for (let i = 0; i < 7; i++) ms.push(await timed(query));
  if (!Number.isFinite(sum)) throw new Error("a prediction was no number");
  return [
    row("pattern queries at 50,000 memories", (1000 * QUERIES) / median(ms), "queries/s", { atLeast: 300_000 }),
    row("memories alike, on average", matches / QUERIES, "memories"),
  ];
}

/** The threshold at which these patterns find about so many memories as training aims at. */
function thresholdFor(memory: PatternMemory, bodies: Float64Array): number {
  let [low, high] = [0, 100];
  for (let i = 0; i < 30; i++) {
    const middle = (low + high) / 2;
    const found = bodies.reduce((total, body) => total + memory.matches(body, middle).length, 0);
    if (found < MATCHES * bodies.length) low = middle;
    else high = middle;
  }
  return high;
}
