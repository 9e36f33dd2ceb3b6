import { type IntrabarMode, OpenExits, resolveExit, timedBar } from "@powertrader/core/engine";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  barsOf,
  HOUR,
  type Move,
  move,
  numRuns,
  type PlanWish,
  plan,
  planOf,
  QUARTER,
} from "../fixtures/random-orders.ts";
import { START_MS } from "../fixtures/scripted-run.ts";

/** A position as it stands before a bar, the bar, and the quarters it is made of. */
function situationOf(moves: fc.Arbitrary<readonly [Move, Move, Move, Move]>) {
  return fc
    .record({
      power: fc.integer({ min: -8, max: 6 }),
      isLong: fc.boolean(),
      /** Price of the bar's first trade over the entry price, and best price before. */
      from: fc.double({ min: 0.93, max: 1.07, noNaN: true }),
      best: fc.double({ min: 1, max: 1.08, noNaN: true }),
      moves,
      plan,
      leverage: fc.constantFrom(1, 1, 5, 50),
      /** How far into the bar's range the position is entered; `null` for an older position. */
      enteredShare: fc.oneof(fc.constant(null), fc.double({ min: 0, max: 1, noNaN: true })),
      limitFill: fc.constantFrom("touch" as const, "through" as const),
      stopFill: fc.constantFrom("open-if-gapped" as const, "at-stop" as const),
      trailFrom: fc.constantFrom("earlier-bars" as const, "this-bar" as const),
    })
    .map((one) => {
      const price = 10 ** one.power;
      const { hours, quarters } = barsOf([one.moves], price * one.from, START_MS);
      const bar = timedBar(hours, 0, HOUR);
      const inside = Math.min(bar.high, bar.low + (bar.high - bar.low) * (one.enteredShare ?? 0));
      // Below the open a price is reached on the way down, above it on the way up; at the open it is no entry inside.
      const isInside = one.enteredShare !== null && inside !== bar.open;
      const entered = isInside
        ? { price: inside, moved: inside < bar.open ? ("down" as const) : ("up" as const) }
        : undefined;
      // A stop on the winning side is refused with its order.
      const plan = { ...one.plan, stop: one.plan.stop !== null && one.plan.stop < 1 ? one.plan.stop : null };
      const finer = [{ timeframeMs: QUARTER, columns: quarters }];
      return { ...one, plan, bar, finer, entered, enteredAt: isInside ? inside : price };
    });
}

const situation = situationOf(fc.tuple(move, move, move, move));

type Situation = typeof situation extends fc.Arbitrary<infer T> ? T : never;

function exitsOf(one: Situation, plan: PlanWish = one.plan): OpenExits {
  const { isLong, enteredAt, leverage, entered } = one;
  const exits = new OpenExits(
    planOf(plan, enteredAt, isLong),
    isLong,
    entered === undefined ? START_MS - HOUR : START_MS,
    undefined,
    {
      leverage,
      maintenanceShare: 0.005,
    },
  );
  exits.entryPrice = enteredAt;
  exits.enteredQty = 1;
  exits.see(enteredAt);
  if (entered === undefined) exits.see(isLong ? enteredAt * one.best : enteredAt / one.best);
  exits.entered = entered;
  return exits;
}

function rulesOf({ stopFill, limitFill, trailFrom }: Situation, intrabar: IntrabarMode) {
  return { stopFill, limitFill, trailFrom, intrabar };
}

function decide(one: Situation, intrabar: IntrabarMode, plan: PlanWish = one.plan) {
  return resolveExit(exitsOf(one, plan), one.bar, rulesOf(one, intrabar), one.finer);
}

/** What the position is worth to its holder at the end of the bar, by unit: more is better. */
function worth(one: Situation, intrabar: IntrabarMode, plan: PlanWish): number {
  const price = decide(one, intrabar, plan).hit?.price ?? one.bar.close;
  return one.isLong ? price : -price;
}

/** A plan whose levels do not move within a bar: a stop, a target, no more. */
const still = (plan: PlanWish): PlanWish => ({
  ...plan,
  trailing: null,
  breakEven: null,
  timeTargets: plan.timeTargets.filter(({ gainShare }) => gainShare > 0),
});

/** The same bar of quarters that begin where the one before ended: over a jump between them a stop is worse than its level. */
const joined = situationOf(
  fc
    .tuple(move, move, move, move)
    .map(
      ([first, ...rest]) =>
        [first, ...rest.map((one) => ({ ...one, gap: 1 }))] as unknown as readonly [Move, Move, Move, Move],
    ),
);

/** At its level through a gap, as others fill: a convention of one reading of the bar, not something that can happen. */
const real = (one: Situation): Situation => ({ ...one, stopFill: "open-if-gapped" });

const MODES = ["drill-down", "ohlc-path", "nearest-extreme"] as const;

describe("what a bar does to a position", () => {
  it.each(MODES)("is no worse by %s than the pessimistic reading, no better than the optimistic one", (mode) => {
    fc.assert(
      fc.property((mode === "drill-down" ? joined : situation).map(real), (one) => {
        const plan = still(one.plan);
        const value = worth(one, mode, plan);
        expect(value).toBeGreaterThanOrEqual(worth(one, "pessimistic", plan));
        expect(value).toBeLessThanOrEqual(worth(one, "optimistic", plan));
      }),
      { numRuns: numRuns * 10 },
    );
  });

  it.each(["pessimistic", "optimistic", ...MODES] as const)("happens by %s at a price that the bar has", (mode) => {
    fc.assert(
      fc.property(mode === "drill-down" ? joined : situation, (one) => {
        const { hit } = decide(one, mode);
        if (hit === undefined) return;
        expect(hit.price).toBeGreaterThanOrEqual(hit.bar.low);
        expect(hit.price).toBeLessThanOrEqual(hit.bar.high);
        expect(hit.bar.openMs).toBeGreaterThanOrEqual(one.bar.openMs);
        expect(hit.bar.closeMs).toBeLessThanOrEqual(one.bar.closeMs);
      }),
      { numRuns: numRuns * 10 },
    );
  });

  it.each(["pessimistic", "optimistic", ...MODES] as const)(
    "by %s at a fixed stop is at its level or worse, at a target at its level or better",
    (mode) => {
      fc.assert(
        fc.property(situation, (one) => {
          const plan = still(one.plan);
          const exits = exitsOf(one, plan);
          const { hit } = decide(one, mode, plan);
          if (hit === undefined) return;
          const level = hit.by === "stop" ? exits.stopAt(exits.best) : exits.targetAt(START_MS);
          const isBetter = one.isLong ? hit.price > level : hit.price < level;
          const isWorse = one.isLong ? hit.price < level : hit.price > level;
          expect([hit.by, hit.by === "stop" ? isBetter : isWorse]).toEqual([hit.by, false]);
        }),
        { numRuns: numRuns * 10 },
      );
    },
  );

  it("that no level of the position can have met leaves it alone, in every mode", () => {
    fc.assert(
      fc.property(situation, (one) => {
        const plan = still(one.plan);
        const exits = exitsOf(one, plan);
        const [stop, target] = [exits.stopAt(exits.best), exits.targetAt(START_MS)];
        const { high, low } = one.bar;
        const reaches = one.isLong ? low <= stop || high >= target : high >= stop || low <= target;
        if (reaches) return;
        for (const mode of ["pessimistic", "optimistic", ...MODES] as const) {
          expect(decide(one, mode, plan)).toEqual({ hit: undefined, doubt: undefined });
        }
      }),
      { numRuns: numRuns * 10 },
    );
  });

  it.each(["pessimistic", "optimistic", "ohlc-path", "nearest-extreme"] as const)(
    "by %s lies between the worst and the best that is said to be possible",
    (mode) => {
      fc.assert(
        fc.property(situation.map(real), (one) => {
          const plan = still(one.plan);
          const { hit, doubt } = decide(one, mode, plan);
          if (doubt === undefined) return;
          const price = hit?.price ?? one.bar.close;
          expect(price).toBeGreaterThanOrEqual(Math.min(doubt.worst, doubt.best));
          expect(price).toBeLessThanOrEqual(Math.max(doubt.worst, doubt.best));
          expect(one.isLong ? doubt.worst <= doubt.best : doubt.worst >= doubt.best).toBe(true);
        }),
        { numRuns: numRuns * 10 },
      );
    },
  );

  it("is the same in every mode where nothing is said to be in doubt", () => {
    fc.assert(
      fc.property(situation.map(real), (one) => {
        const plan = still(one.plan);
        const { hit, doubt } = decide(one, "pessimistic", plan);
        if (doubt !== undefined) return;
        for (const mode of ["optimistic", "ohlc-path", "nearest-extreme"] as const) {
          const other = decide(one, mode, plan);
          expect([other.hit?.by, other.hit?.price, other.doubt]).toEqual([hit?.by, hit?.price, undefined]);
        }
      }),
      { numRuns: numRuns * 10 },
    );
  });

  it("does not depend on being asked twice", () => {
    fc.assert(
      fc.property(situation, fc.constantFrom("pessimistic" as const, "optimistic" as const, ...MODES), (one, mode) => {
        const exits = exitsOf(one);
        const ask = () => resolveExit(exits, one.bar, rulesOf(one, mode), one.finer);
        expect(ask()).toEqual(ask());
      }),
      { numRuns },
    );
  });
});
