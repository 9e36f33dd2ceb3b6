import type { ExitPlan } from "./exit-plan.ts";
import type { Market } from "./market.ts";
import { OpenExits } from "./open-exits.ts";
import type { Position } from "./position.ts";
import type { Run } from "./run.ts";

/**
 * Gives a position other protective exits than it was entered with, from the next bar on. What it has seen so far (best
 * price, bars, targets) counts on where it had exits before. A level that the price is beyond already leaves at the next
 * open. A flat position has nothing to protect.
 */
export function protectPosition(run: Run, market: Market, position: Position, plan: ExitPlan): void {
  if (position.qty === 0) return;
  const before = position.exits;
  const barMs = before?.entryBarMs ?? market.columns.time[market.row]!;
  const exits = newExits(run, position, plan, barMs, before?.signalId);
  exits.entryPrice = position.entryPrice;
  exits.enteredQty = before?.enteredQty ?? Math.abs(position.qty);
  exits.see(before?.best ?? market.mark);
  exits.bars = before?.bars ?? 0;
  position.exits = exits;
}

/** An exit plan at work for a position, backed by the run's margin. */
export function newExits(
  run: Run,
  position: Position,
  plan: ExitPlan,
  entryBarMs: number,
  signalId: string | undefined,
): OpenExits {
  const { leverage, model } = run.settings;
  const margin = { leverage, maintenanceShare: model.maintenanceShare };
  return new OpenExits(plan, position.qty > 0, entryBarMs, signalId, margin);
}
