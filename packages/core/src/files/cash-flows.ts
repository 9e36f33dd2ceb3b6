import { z } from "zod";
import type { CashFlow } from "../engine/order.ts";
import { num, secondsSchema, text, toMs, toSeconds } from "./wire.ts";

/** One line of `cash_flows.jsonl`: cash that moved without a fill. */
const cashFlowLine = z.object({ ts: secondsSchema, symbol: z.string(), kind: z.string(), amount: z.number() });

export function encodeCashFlow(flow: CashFlow): string {
  return (
    `{"ts":${num(toSeconds(flow.tsMs))},"symbol":${text(flow.symbol)},"kind":${text(flow.kind)},` +
    `"amount":${num(flow.amount)}}`
  );
}

/** @throws ZodError when the line does not follow the contract */
export function decodeCashFlow(value: unknown): CashFlow {
  const line = cashFlowLine.parse(value);
  return { tsMs: toMs(line.ts), symbol: line.symbol, kind: line.kind, amount: line.amount };
}
