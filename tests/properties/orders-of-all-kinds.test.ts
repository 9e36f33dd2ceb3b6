import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { longOnly, numRuns, type RandomRun, runScenario, type Scenario, scenario } from "../fixtures/random-orders.ts";
import { CHECKS } from "./run-checks.ts";

/** Holds a check for many random runs; the seed and the counterexample are printed when it does not. */
function holds(check: (run: RandomRun) => readonly string[], adapt: (one: Scenario) => Scenario): Promise<void> {
  return fc.assert(
    fc.asyncProperty(scenario.map(adapt), async (one) => {
      expect(check(await runScenario(one))).toEqual([]);
    }),
    { numRuns },
  );
}

const any = (one: Scenario): Scenario => one;
/** Delays of less than a bar, and a bar every hour. */
const prompt = (one: Scenario): Scenario => ({
  ...one,
  model: { ...one.model, latency_ms: [50, 500] },
  coins: one.coins.map((moves) => moves.map((four) => four ?? moves[0]!)),
});
/** No delays, and bars are not looked into. */
const coarse = (one: Scenario): Scenario => ({
  ...one,
  model: {
    ...one.model,
    latency_ms: [0, 0],
    intrabar: one.model.intrabar === "drill-down" ? "pessimistic" : one.model.intrabar!,
  },
});

const RULES: readonly (readonly [string, keyof typeof CHECKS, (one: Scenario) => Scenario])[] = [
  ["equity is cash plus positions at their marks, cash what fills and flows made of it", "booksAddUp", any],
  ["what is held is what was bought less what was sold", "fillsMakePositions", any],
  ["all numbers are finite, quantities and prices above zero", "numbersAreSane", any],
  ["a fee is a rate on the notional, and the fixed fee once an order", "feesAreRates", any],
  ["a flat coin earned what its trades say", "tradesAddUp", any],
  ["a trade ends no sooner than it begins", "tradesGoForward", coarse],
  ["the orders of a bar share its volume", "volumeIsShared", any],
  ["an order fills for no more than it asked", "ordersAreNotOverfilled", any],
  ["an exit makes its position smaller and never turns it over", "exitsOnlyReduce", any],
  ["long-only accounts without leverage borrow neither cash nor coins", "nothingIsBorrowed", longOnly],
  ["an order ends once", "ordersEndOnce", any],
  ["a price lies inside its bar", "pricesAreInside", any],
  ["slippage never helps", "slippageIsAdverse", any],
  ["a limit is never exceeded", "limitsHold", any],
  ["a stop fills at its price or worse", "stopsHold", any],
  ["nothing executes before it was decided", "nothingIsEarly", any],
  ["an order whose time is over does not fill", "timeInForceHolds", prompt],
  ["at most one of a group fills", "groupsFillOnce", any],
  ["a trailing stop never goes back", "trailsNeverGoBack", any],
  ["equity moves by what is held when nothing happens", "equityDoesNotTeleport", any],
];

describe("in any run of orders of all kinds", () => {
  it.each(RULES)("%s", (_, name, adapt) => holds(CHECKS[name], adapt));

  it("all kinds of fills and of ends occur: the rules above are about something", async () => {
    const seen = new Set<string>();
    for (const { fills, events } of await examples) {
      for (const { rule } of fills) seen.add(rule);
      for (const { event, reason } of events) seen.add(`${event} ${reason}`);
    }
    for (const rule of ["next_open", "close", "limit", "stop", "take_profit", "stop_loss", "trailing_stop"]) {
      expect(seen).toContain(rule);
    }
    for (const end of ["cancelled oco", "expired time_in_force", "cancelled time_in_force", "refused post_only"]) {
      expect(seen).toContain(end);
    }
    expect(seen).toContain("liquidation");
    expect(seen).toContain("cancelled cut_to_cash");
  });
});

type Fill = RandomRun["fills"][number];

/** Runs to look for an example in. */
const examples = Promise.all(fc.sample(scenario, { numRuns: 400, seed: 1 }).map((one) => runScenario(prompt(one))));

/** The run as it would be had one fill been another. */
function withFill(run: RandomRun, found: Fill, change: Partial<Fill>): RandomRun {
  const swapped = { ...found, ...change };
  return {
    ...run,
    fills: run.fills.map((fill) => (fill === found ? swapped : fill)),
    log: run.log.map((entry) =>
      entry.what === "fill" && entry.fill.clientOrderId === found.clientOrderId && entry.fill.tsMs === found.tsMs
        ? { ...entry, fill: swapped }
        : entry,
    ),
  };
}

describe("the rules find", () => {
  it.each<[string, keyof typeof CHECKS, (fill: Fill) => boolean, (fill: Fill) => Partial<Fill>]>([
    ["a fill that the cash does not know", "booksAddUp", () => true, ({ price }) => ({ price: price * 1.001 })],
    ["a fill that the position does not know", "fillsMakePositions", () => true, ({ qty }) => ({ qty: qty * 1.001 })],
    ["a fee that is no rate", "feesAreRates", () => true, ({ fees }) => ({ fees: fees * 1.01 + 0.01 })],
    ["a sale twice as large as it may be", "exitsOnlyReduce", isLeaving, ({ qty }) => ({ qty: qty * 2.1 })],
    ["more than the bar's volume", "volumeIsShared", ({ rule }) => rule === "next_open", () => ({ qty: 1e30 })],
    ["a price outside the bar", "pricesAreInside", ({ rule }) => rule === "stop", () => ({ price: 1e-30 })],
    ["a limit that is exceeded", "limitsHold", isBuyLimit, ({ price }) => ({ price: price * 1.5 })],
    ["a stop better than its price", "stopsHold", isBuyStop, ({ referencePrice: p }) => ({ referencePrice: p * 0.99 })],
    ["slippage that helps", "slippageIsAdverse", isBuyStop, ({ referencePrice }) => ({ price: referencePrice * 0.99 })],
    ["a fill in the bar of its decision", "nothingIsEarly", ({ rule }) => rule === "next_open", earlier],
    ["a fill out of time", "timeInForceHolds", ({ rule }) => rule === "limit", () => ({ barMs: 1e15 })],
  ])("%s", async (_, name, isFit, change) => {
    const orders = (run: RandomRun) => new Map(run.orders.map((order) => [order.clientOrderId, order]));
    const needsEnd = name === "timeInForceHolds";
    const fits = (run: RandomRun, fill: Fill) =>
      isFit(fill) && (!needsEnd || orders(run).get(fill.clientOrderId)!.terms.expiresMs !== null);
    const run = (await examples).find((one) => one.fills.some((fill) => fits(one, fill)))!;
    const found = run.fills.find((fill) => fits(run, fill))!;
    expect(CHECKS[name](run)).toEqual([]);
    expect(CHECKS[name](withFill(run, found, change(found)))).not.toEqual([]);
  });
});

function isLeaving({ rule, side }: Fill): boolean {
  return rule === "stop_loss" && side === "sell";
}

function isBuyLimit({ rule, side }: Fill): boolean {
  return rule === "limit" && side === "buy";
}

function isBuyStop({ rule, side }: Fill): boolean {
  return rule === "stop" && side === "buy";
}

function earlier({ barMs, tsMs }: Fill): Partial<Fill> {
  return { barMs: barMs - 3_600_000, tsMs: tsMs - 3_600_000 };
}
