import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { floorToStep, type Side } from "@powertrader/core/engine";
import { limitStop, notionalSize, riskSize } from "@powertrader/core/risk";
import { describe, expect, it } from "vitest";
import { SHARED } from "../fixtures/bin.ts";

const ORACLE = join(SHARED, "oracles/positions.json");

interface Case {
  readonly id: string;
  readonly f: "risk_to_qty" | "size_to_qty" | "risk_to_size" | "limit_stop_loss";
  readonly capital: number;
  readonly risk_pct: number;
  readonly entry: number;
  readonly stop: number;
  readonly side?: "long" | "short";
  readonly size: number;
  readonly price: number;
  readonly risk_per_qty: number;
  readonly max_pct: number;
  readonly precision?: number;
  readonly fee_rate?: number;
  readonly expected: number;
  readonly expected_rounded?: number;
}

const SIZING = new Set<string>(["risk_to_qty", "size_to_qty", "risk_to_size", "limit_stop_loss"]);

const cases: readonly Case[] = existsSync(ORACLE)
  ? (JSON.parse(readFileSync(ORACLE, "utf8")) as { cases: Case[] }).cases.filter(({ f }) => SIZING.has(f))
  : [];

/** Jesse keeps three fees of a size back before it becomes a quantity; ours is divided by price × (1 + fee). */
const keptForFees = ({ fee_rate = 0 }: Case) => 1 - 3 * fee_rate;

const risked = (one: Case, stop: number): number => {
  const side: Side = stop < one.entry ? "buy" : "sell";
  return one.capital * (riskSize(one.risk_pct / 100, side, one.entry, stop) as number);
};

/** Each of Jesse's functions, put together from ours. */
const OURS: Readonly<Record<Case["f"], (one: Case) => number>> = {
  // Jesse keeps the fees back twice here: once itself, once in size_to_qty.
  risk_to_qty: (one) => floored((risked(one, one.stop) * keptForFees(one) ** 2) / one.entry, one.precision ?? 8),
  size_to_qty: (one) => {
    const equity = 10_000;
    const size = (notionalSize(one.size, equity) as number) * equity;
    return floored((size * keptForFees(one)) / one.price, one.precision ?? 3);
  },
  risk_to_size: (one) => risked(one, one.entry - one.risk_per_qty),
  limit_stop_loss: (one) => limitStop(one.side === "long" ? "buy" : "sell", one.entry, one.stop, one.max_pct / 100),
};

const floored = (qty: number, digits: number) => floorToStep(qty, 10 ** -digits);

describe.skipIf(cases.length === 0)("sizes of Jesse (skipped without ../shared)", () => {
  it("are some of each function", () => {
    expect(new Set(cases.map(({ f }) => f))).toEqual(SIZING);
  });

  it.each(cases)("$id is reproduced", (one) => {
    const ours = OURS[one.f](one);
    if (one.expected_rounded === undefined) expect(ours).toBeCloseTo(one.expected, 9);
    else expect(Math.round(ours)).toBe(one.expected_rounded);
  });
});
