import type { Metric } from "../metrics/index.ts";

/** What a fold's model scored, higher is better: on the rows it was trained on and on those it had not seen. */
export interface FoldScore {
  readonly train: number;
  readonly test: number;
}

export interface ScoreStatistics {
  readonly mean: number;
  /** Population standard deviation (n): the folds are all there are. */
  readonly deviation: number;
  readonly min: number;
  readonly max: number;
}

export interface FoldSummary {
  readonly train: ScoreStatistics;
  readonly test: ScoreStatistics;
  /** Mean train score ÷ mean test score: 1 is no overfitting, 2 says that half of the score did not carry over. */
  readonly overfittingRatio: Metric;
  /** Share of the tests with a score above 0. */
  readonly consistencyShare: number;
}

/**
 * How a walk-forward went as a whole.
 * @throws RangeError without folds or when a score is not finite
 */
export function summarizeFolds(scores: readonly FoldScore[]): FoldSummary {
  if (scores.length === 0) throw new RangeError("there are no folds to summarize");
  const train = statisticsOf(scores.map((score) => score.train));
  const test = statisticsOf(scores.map((score) => score.test));
  const wins = scores.filter((score) => score.test > 0).length;
  return { train, test, overfittingRatio: ratioOf(train, test), consistencyShare: wins / scores.length };
}

/** The quotient says something only of gains: a loss over a loss would look like a score that carried over. */
function ratioOf(train: ScoreStatistics, test: ScoreStatistics): Metric {
  if (!(test.mean > 0)) return { reason: "the mean test score is not above 0" };
  if (!(train.mean > 0)) return { reason: "the mean train score is not above 0" };
  const ratio = train.mean / test.mean;
  return Number.isFinite(ratio) ? ratio : { reason: "too large for a number" };
}

function statisticsOf(scores: readonly number[]): ScoreStatistics {
  const wrong = scores.find((score) => !Number.isFinite(score));
  if (wrong !== undefined) throw new RangeError(`a score must be finite, was ${wrong}`);
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  const variance = scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / scores.length;
  return { mean, deviation: Math.sqrt(variance), min: Math.min(...scores), max: Math.max(...scores) };
}
