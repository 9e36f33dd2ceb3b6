import { z } from "zod";
import { num, secondsSchema, toMs, toSeconds } from "./wire.ts";

/** Equity and cash at a moment, quote currency. */
export interface EquityPoint {
  readonly tsMs: number;
  readonly equity: number;
  readonly cash: number;
}

/** One line of `equity.jsonl`. The first is the start with the initial capital, then one per tick at its close. */
const equityLine = z.object({ ts: secondsSchema, equity: z.number(), cash: z.number() });

export function encodeEquity(tsMs: number, equity: number, cash: number): string {
  return `{"ts":${num(toSeconds(tsMs))},"equity":${num(equity)},"cash":${num(cash)}}`;
}

/** @throws ZodError when the line does not follow the contract */
export function decodeEquity(value: unknown): EquityPoint {
  const line = equityLine.parse(value);
  return { tsMs: toMs(line.ts), equity: line.equity, cash: line.cash };
}
