import type { TimeRange } from "@powertrader/core/market";
import {
  anchoredFolds,
  cutoffAllows,
  type Fold,
  type FoldOptions,
  labelAllowed,
  modelId,
  retrainSchedule,
  rollingFolds,
} from "@powertrader/core/walk-forward";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

const numRuns = Number(process.env.PT_PROPERTY_RUNS ?? 150);

/** fast-check prints the seed and the counterexample when `check` does not hold. */
function forAll<T>(values: fc.Arbitrary<T>, check: (value: T) => void): void {
  fc.assert(
    fc.property(values, (value) => {
      check(value);
    }),
    { numRuns },
  );
}

type Sizes = Required<FoldOptions>;

/** Any sizes that folds can be built of, a row a millisecond; half of them with tests back to back. */
const sizes: fc.Arbitrary<Sizes> = fc
  .record({
    fromMs: fc.integer({ min: -1000, max: 1000 }),
    purgeMs: fc.nat(20),
    embargoMs: fc.oneof(fc.constant(0), fc.nat(20)),
    trainExtra: fc.integer({ min: 1, max: 80 }),
    testMs: fc.integer({ min: 1, max: 40 }),
    pause: fc.oneof(fc.constant(0), fc.nat(30)),
    rest: fc.nat(250),
  })
  .map(({ fromMs, purgeMs, embargoMs, trainExtra, testMs: wanted, pause, rest }) => {
    const testMs = pause === 0 ? Math.max(wanted, embargoMs + 1) : wanted;
    const trainMs = purgeMs + embargoMs + trainExtra;
    const stepMs = Math.max(testMs, embargoMs + 1) + pause;
    return { range: { fromMs, toMs: fromMs + trainMs + testMs + rest }, trainMs, testMs, stepMs, purgeMs, embargoMs };
  });

const builders = { rollingFolds, anchoredFolds };
const anyBuilder = fc.constantFrom(...Object.values(builders));

const rowsIn = ({ fromMs, toMs }: TimeRange) => Array.from({ length: toMs - fromMs }, (_, i) => fromMs + i);
const trained = ({ train }: Fold) => train.flatMap(rowsIn);

/** What is wrong with these folds: D40 and D41, said anew row by row. The furthest label looks `purgeMs` ahead. */
function faultsOf(folds: readonly Fold[], { range, trainMs, testMs, stepMs, purgeMs, embargoMs }: Sizes): string[] {
  const faults: string[] = [];
  folds.forEach(({ train, test, cutoffMs }, n) => {
    const say = (fault: string) => faults.push(`fold ${n}: ${fault}`);
    const rows = train.flatMap(rowsIn);
    if (rows.length === 0) say("nothing to train on");
    if (rows.some((row, i) => i > 0 && row <= rows[i - 1]!)) say("train rows out of order");
    if (train.some(({ fromMs, toMs }) => fromMs < range.fromMs || toMs + purgeMs > test.fromMs)) say("train too wide");
    if (rows.some((row) => row + 1 + purgeMs > cutoffMs)) say("a label crosses the cutoff");
    if (cutoffMs > test.fromMs) say("the cutoff lies in the test");
    const isEmbargoed = (row: number) => folds.some((one) => one.test.toMs <= row && row < one.test.toMs + embargoMs);
    if (rows.some(isEmbargoed)) say("trains on an embargo");
    if (test.fromMs !== range.fromMs + trainMs + n * stepMs) say("test starts elsewhere");
    if (test.toMs - test.fromMs !== testMs) say("test of another length");
    if (test.toMs > range.toMs) say("test leaves the range");
  });
  const tested = folds.flatMap(({ test }) => rowsIn(test));
  if (tested.some((row, i) => i > 0 && row <= tested[i - 1]!)) faults.push("tests overlap or are out of order");
  const [first, last] = [folds[0]!.test, folds.at(-1)!.test];
  if (stepMs === testMs && tested.length !== last.toMs - first.fromMs) faults.push("tests do not cover their time");
  if (last.fromMs + stepMs + testMs <= range.toMs) faults.push("a fold is missing");
  return faults;
}

describe("folds", () => {
  it("end their training a purge before the test and honour every embargo; tests cover their time once", () => {
    forAll(fc.tuple(anyBuilder, sizes), ([build, one]) => expect(faultsOf(build(one), one)).toEqual([]));
  });

  it("train on every row that the rules leave", () => {
    forAll(sizes, (one) => {
      for (const [name, build] of Object.entries(builders)) {
        const folds = build(one);
        folds.forEach((fold, n) => {
          const fromMs = name === "anchoredFolds" ? one.range.fromMs : fold.cutoffMs - one.trainMs;
          const earlier = folds.slice(0, n).map(({ test }) => test.toMs);
          const isEmbargoed = (row: number) => earlier.some((endMs) => endMs <= row && row < endMs + one.embargoMs);
          const rows = rowsIn({ fromMs, toMs: fold.cutoffMs - one.purgeMs }).filter((row) => !isEmbargoed(row));
          expect(trained(fold)).toEqual(rows);
        });
      }
    });
  });

  it("never change when later data is added", () => {
    forAll(fc.tuple(anyBuilder, sizes, fc.nat(300)), ([build, one, more]) => {
      const folds = build(one);
      const longer = build({ ...one, range: { ...one.range, toMs: one.range.toMs + more } });
      expect(longer.slice(0, folds.length)).toEqual(folds);
    });
  });

  it("move with their range", () => {
    forAll(fc.tuple(anyBuilder, sizes, fc.integer()), ([build, one, by]) => {
      const moved = ({ fromMs, toMs }: TimeRange) => ({ fromMs: fromMs + by, toMs: toMs + by });
      expect(build({ ...one, range: moved(one.range) })).toEqual(
        build(one).map((fold) => ({
          train: fold.train.map(moved),
          test: moved(fold.test),
          cutoffMs: fold.cutoffMs + by,
        })),
      );
    });
  });

  describe("are judged by a check that sees", () => {
    const purged = sizes.filter(({ purgeMs }) => purgeMs > 0);

    it("folds without a purge", () => {
      forAll(fc.tuple(anyBuilder, purged), ([build, one]) => {
        const faults = faultsOf(build({ ...one, purgeMs: 0 }), one);
        expect(faults).toContain("fold 0: a label crosses the cutoff");
      });
    });

    it("folds without an embargo", () => {
      const range = { fromMs: 0, toMs: 110 };
      const one = { range, trainMs: 50, testMs: 20, stepMs: 20, purgeMs: 0, embargoMs: 3 };
      for (const build of Object.values(builders)) {
        expect(faultsOf(build({ ...one, embargoMs: 0 }), one)).toEqual(["fold 2: trains on an embargo"]);
      }
    });

    it("a last test that is shorter, a test twice, and one that is left out", () => {
      forAll(fc.tuple(anyBuilder, sizes), ([build, one]) => {
        const folds = build(one);
        const last = folds.at(-1)!;
        const late = { fromMs: last.test.fromMs + one.stepMs, toMs: one.range.toMs };
        fc.pre(folds.length > 1 && late.fromMs < late.toMs);
        const shorter = { train: last.train, test: late, cutoffMs: late.fromMs };
        expect(faultsOf([...folds, shorter], one)).toContain(`fold ${folds.length}: test of another length`);
        expect(faultsOf([...folds, last], one)).toContain("tests overlap or are out of order");
        expect(faultsOf(folds.slice(0, -1), one)).toContain("a fold is missing");
      });
    });
  });
});

interface Candle {
  readonly openMs: number;
  readonly close: number;
}

interface Market {
  readonly timeframeMs: number;
  readonly candles: readonly Candle[];
  readonly one: Sizes;
}

/** Candles with holes over a range that folds are built of; nothing is aligned to anything, as with weeks and days. */
const market: fc.Arbitrary<Market> = fc
  .record({
    one: sizes,
    timeframeMs: fc.integer({ min: 1, max: 6 }),
    offset: fc.nat(5),
    closes: fc.array(fc.option(fc.integer({ min: 1, max: 1000 }), { freq: 5 }), { minLength: 450, maxLength: 450 }),
  })
  .map(({ one, timeframeMs, offset, closes }) => ({
    one,
    timeframeMs,
    candles: closes.flatMap((close, i) => {
      const openMs = one.range.fromMs - offset + i * timeframeMs;
      return close === null || openMs + timeframeMs > one.range.toMs ? [] : [{ openMs, close }];
    }),
  }));

type MayLearn = (candles: readonly Candle[], i: number, timeframeMs: number, fold: Fold) => boolean;

const isTrainRow = ({ openMs }: Candle, timeframeMs: number, { train }: Fold) =>
  train.some(({ fromMs, toMs }) => openMs >= fromMs && cutoffAllows(openMs, timeframeMs, toMs));

const mayLearn: MayLearn = (candles, i, timeframeMs, fold) =>
  isTrainRow(candles[i]!, timeframeMs, fold) && labelAllowed(candles[i + 1]?.openMs, timeframeMs, fold.cutoffMs);

/** Judges by when candles open, as a trainer that leaks does. */
const mayLearnByOpen: MayLearn = (candles, i, _, { cutoffMs }) =>
  candles[i]!.openMs < cutoffMs && candles[i + 1] !== undefined;

/** The smallest model there is: how rows are scaled, and the mean of the candles that follow them. */
function learn(candles: readonly Candle[], timeframeMs: number, fold: Fold, may: MayLearn = mayLearn): string {
  const rows = candles.map((_, i) => i).filter((i) => may(candles, i, timeframeMs, fold));
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const inputs = rows.map((i) => candles[i]!.close);
  const model = { count: rows.length, scale: mean(inputs), label: mean(rows.map((i) => candles[i + 1]!.close)) };
  return Object.values(model).join(" ");
}

const poisoned = (candles: readonly Candle[], isPoisoned: (candle: Candle) => boolean) =>
  candles.map((candle) => (isPoisoned(candle) ? { ...candle, close: Number.POSITIVE_INFINITY } : candle));

describe("a model", () => {
  it("does not change when all that closes after its cutoff does, or is not there", () => {
    forAll(fc.tuple(anyBuilder, market), ([build, { one, timeframeMs, candles }]) => {
      for (const fold of build(one)) {
        const isLate = ({ openMs }: Candle) => openMs + timeframeMs > fold.cutoffMs;
        const model = learn(candles, timeframeMs, fold);
        expect(learn(poisoned(candles, isLate), timeframeMs, fold)).toBe(model);
        const past = candles.filter((candle) => !isLate(candle));
        expect(learn(past, timeframeMs, fold)).toBe(model);
      }
    });
  });

  it("scales by its train rows alone", () => {
    forAll(fc.tuple(anyBuilder, market), ([build, { one, timeframeMs, candles }]) => {
      for (const fold of build(one)) {
        const isOther = (candle: Candle) => !isTrainRow(candle, timeframeMs, fold);
        const scale = (model: string) => model.split(" ").slice(0, 2);
        expect(scale(learn(poisoned(candles, isOther), timeframeMs, fold))).toEqual(
          scale(learn(candles, timeframeMs, fold)),
        );
      }
    });
  });

  it("does not change when later data adds folds", () => {
    forAll(fc.tuple(anyBuilder, market, fc.nat(200)), ([build, { one, timeframeMs, candles }, more]) => {
      const early = candles.filter(({ openMs }) => openMs + timeframeMs <= one.range.toMs - more);
      const range = { ...one.range, toMs: one.range.toMs - more };
      fc.pre(one.trainMs + one.testMs <= range.toMs - range.fromMs);
      const longer = build(one).map((fold) => learn(candles, timeframeMs, fold));
      const models = build({ ...one, range }).map((fold) => learn(early, timeframeMs, fold));
      expect(longer.slice(0, models.length)).toEqual(models);
    });
  });

  it("is seen to change when its trainer judges candles by their open", () => {
    const candles = Array.from({ length: 30 }, (_, i) => ({ openMs: i * 7, close: i + 1 }));
    const [fold] = rollingFolds({ range: { fromMs: 0, toMs: 210 }, trainMs: 100, testMs: 50, purgeMs: 14 });
    const late = poisoned(candles, ({ openMs }) => openMs + 7 > fold!.cutoffMs);
    expect(learn(late, 7, fold!)).toBe(learn(candles, 7, fold!));
    expect(learn(late, 7, fold!, mayLearnByOpen)).not.toBe(learn(candles, 7, fold!, mayLearnByOpen));
  });
});

describe("the retrain schedule", () => {
  it("starts with the run, keeps its interval, stays inside the run, and only grows with it", () => {
    const run = fc.record({
      startMs: fc.integer(),
      lengthMs: fc.integer({ min: 1, max: 5000 }),
      intervalMs: fc.integer({ min: 1, max: 6000 }),
      more: fc.nat(5000),
    });
    forAll(run, ({ startMs, lengthMs, intervalMs, more }) => {
      const endMs = startMs + lengthMs;
      const moments = retrainSchedule({ startMs, endMs, intervalMs });
      expect(moments[0]).toBe(startMs);
      expect(moments).toEqual(moments.map((_, i) => startMs + i * intervalMs));
      expect(moments.at(-1)).toBeLessThan(endMs);
      expect(moments.at(-1)! + intervalMs).toBeGreaterThanOrEqual(endMs);
      const longer = retrainSchedule({ startMs, endMs: endMs + more, intervalMs });
      expect(longer.slice(0, moments.length)).toEqual(moments);
    });
  });
});

type Json = Parameters<typeof modelId>[0]["params"];

/** The same value with the keys of all its objects the other way round. */
function turned(value: Json): Json {
  if (Array.isArray(value)) return value.map(turned);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [key, turned(inner)]),
  );
}

describe("the id of a model", () => {
  const params = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as Json);
  const identity = fc.record({
    dataRange: fc.record({ fromMs: fc.nat(2), toMs: fc.nat(2) }),
    features: fc.array(fc.constantFrom("a", "b"), { maxLength: 3 }),
    params: fc.oneof(params, fc.constantFrom<Json>(null, [], {}, "", 0, "0", [0], ["0"], { 0: 0 }, false)),
    seed: fc.nat(2),
    code: fc.constantFrom("1", "2"),
  });

  it("is the same for the same, whatever the order of keys", () => {
    forAll(identity, (one) => expect(modelId({ ...one, params: turned(one.params) })).toBe(modelId(one)));
  });

  it("is equal for equal identities only", () => {
    forAll(fc.tuple(identity, identity), ([one, other]) => {
      const mixed = { ...other, params: one.params };
      for (const [a, b] of [
        [one, other],
        [one, mixed],
      ] as const) {
        expect(modelId(a) === modelId(b)).toBe(isEqual(a, b));
      }
    });
  });
});

function isEqual(a: unknown, b: unknown): boolean {
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return a === b;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [left, right] = [a, b] as Record<string, unknown>[] as [Record<string, unknown>, Record<string, unknown>];
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && isEqual(left[key], right[key]))
  );
}
