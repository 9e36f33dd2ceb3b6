import { missingRanges, type TimeRange } from "../market/index.ts";

/** How to cut a range into folds. Sizes are whole milliseconds, or any other unit that the range is in too. */
export interface FoldOptions {
  /** All there is to train and to test on. */
  readonly range: TimeRange;
  /** The time before a test that training gets, purge included; of anchored folds the first one's. */
  readonly trainMs: number;
  readonly testMs: number;
  /** From one test's start to the next, `testMs` by default. A longer step leaves time between tests untested. */
  readonly stepMs?: number;
  /** Cut from the end of the training time: at least as long as the furthest label looks ahead. */
  readonly purgeMs?: number;
  /** Time after each test that no fold trains on. */
  readonly embargoMs?: number;
}

export interface Fold {
  /** What may be trained on, oldest first: one range, more where an embargo lies inside it. Never empty. */
  readonly train: readonly TimeRange[];
  readonly test: TimeRange;
  /** The first instant that training may not see, labels included: the start of the test. */
  readonly cutoffMs: number;
}

/**
 * Folds that train on the `trainMs` before each test.
 *
 * The first test starts `trainMs` after the range does, the others a step later each, as long as a whole test fits:
 * time that is left over at the end is not tested, so that later data adds folds and changes none. With the default
 * step the tests cover the time from the first one's start to the last one's end exactly once.
 *
 * Purge and embargo follow M. López de Prado, "Advances in Financial Machine Learning", Wiley, 2018, chapter 7.
 * Purging (7.4.1) drops training rows whose labels reach into the test, so training ends `purgeMs` before it; tests
 * do not move. An embargo (7.4.2) drops training rows that follow a test at once, because what they are made of still
 * remembers it. A fold of a walk-forward has no training rows after its own test, hence the default of none; one that
 * is asked for holds across folds: `embargoMs` from the end of any test on are never trained on.
 *
 * @throws RangeError naming the numbers, when no fold fits or tests would overlap or nothing would be left of training
 */
export function rollingFolds(options: FoldOptions): readonly Fold[] {
  return buildFolds(options, false);
}

/** Folds that train on everything from the start of the range to each test; else as `rollingFolds`. */
export function anchoredFolds(options: FoldOptions): readonly Fold[] {
  return buildFolds(options, true);
}

function buildFolds(options: FoldOptions, isAnchored: boolean): readonly Fold[] {
  const { range, trainMs, testMs, stepMs = testMs, purgeMs = 0, embargoMs = 0 } = options;
  checkSizes({ range, trainMs, testMs, stepMs, purgeMs, embargoMs });
  const folds: Fold[] = [];
  const embargoes: TimeRange[] = [];
  for (let cutoffMs = range.fromMs + trainMs; cutoffMs + testMs <= range.toMs; cutoffMs += stepMs) {
    const fromMs = isAnchored ? range.fromMs : cutoffMs - trainMs;
    const test = { fromMs: cutoffMs, toMs: cutoffMs + testMs };
    folds.push({ train: missingRanges({ fromMs, toMs: cutoffMs - purgeMs }, embargoes), test, cutoffMs });
    if (embargoMs > 0) embargoes.push({ fromMs: test.toMs, toMs: test.toMs + embargoMs });
  }
  return folds;
}

function checkSizes({ range, trainMs, testMs, stepMs, purgeMs, embargoMs }: Required<FoldOptions>): void {
  for (const [name, value] of Object.entries({ "range.fromMs": range.fromMs, "range.toMs": range.toMs })) {
    if (!Number.isSafeInteger(value)) throw new RangeError(`${name} must be a whole number, was ${value}`);
  }
  for (const [name, size] of Object.entries({ trainMs, testMs, stepMs })) {
    if (!(Number.isSafeInteger(size) && size > 0)) {
      throw new RangeError(`${name} must be a whole number above 0, was ${size}`);
    }
  }
  for (const [name, size] of Object.entries({ purgeMs, embargoMs })) {
    if (!(Number.isSafeInteger(size) && size >= 0)) {
      throw new RangeError(`${name} must be a whole number from 0 on, was ${size}`);
    }
  }
  const rangeMs = range.toMs - range.fromMs;
  if (trainMs + testMs > rangeMs) {
    throw new RangeError(`no fold fits: trainMs ${trainMs} + testMs ${testMs} > range ${rangeMs}`);
  }
  if (stepMs < testMs) throw new RangeError(`tests would overlap: stepMs ${stepMs} < testMs ${testMs}`);
  // Both rules hold whatever the range: with them, an embargo can never swallow the training time of a later fold.
  if (purgeMs + embargoMs >= trainMs) {
    throw new RangeError(`nothing left to train on: purgeMs ${purgeMs} + embargoMs ${embargoMs} >= trainMs ${trainMs}`);
  }
  if (embargoMs >= stepMs) {
    throw new RangeError(
      `nothing after the first test could be trained on: embargoMs ${embargoMs} >= stepMs ${stepMs}`,
    );
  }
}
