import { z } from "zod";
import type { Trade } from "../engine/order.ts";
import { num, quantitySchema, secondsSchema, text, toMs, toSeconds } from "./wire.ts";

/** One line of `trades.jsonl`: a round trip, flat to flat. */
const tradeLine = z.object({
  trade_id: z.string().min(1),
  symbol: z.string(),
  side: z.enum(["long", "short"]),
  qty: quantitySchema,
  entry_ts: secondsSchema,
  entry_price: z.number().positive(),
  exit_ts: secondsSchema,
  exit_price: z.number().positive(),
  pnl: z.number(),
  pnl_pct: z.number(),
  fees: z.number(),
  exit_reason: z.string(),
  bars_held: z.number().int().nonnegative().default(0),
  mae_pct: z.number().nonnegative().default(0),
  mfe_pct: z.number().nonnegative().default(0),
  /** Stands only where something flowed. */
  flows: z.number().default(0),
  /** Stands only where the policy named the position. */
  position_id: z.string().nullish(),
});

export function encodeTrade(trade: Trade): string {
  return (
    `{"trade_id":${text(trade.tradeId)},"symbol":${text(trade.symbol)},"side":"${trade.side}","qty":${num(trade.qty)},` +
    `"entry_ts":${num(toSeconds(trade.entryMs))},"entry_price":${num(trade.entryPrice)},` +
    `"exit_ts":${num(toSeconds(trade.exitMs))},"exit_price":${num(trade.exitPrice)},"pnl":${num(trade.pnl)},` +
    `"pnl_pct":${num(trade.pnlPct)},"fees":${num(trade.fees)},"exit_reason":${text(trade.exitReason)},` +
    `"bars_held":${num(trade.barsHeld)},"mae_pct":${num(trade.maePct)},"mfe_pct":${num(trade.mfePct)}` +
    (trade.flows === 0 ? "" : `,"flows":${num(trade.flows)}`) +
    (trade.positionId === null ? "}" : `,"position_id":${text(trade.positionId)}}`)
  );
}

/** @throws ZodError when the line does not follow the contract */
export function decodeTrade(value: unknown): Trade {
  const line = tradeLine.parse(value);
  return {
    tradeId: line.trade_id,
    symbol: line.symbol,
    side: line.side,
    qty: line.qty,
    entryMs: toMs(line.entry_ts),
    entryPrice: line.entry_price,
    exitMs: toMs(line.exit_ts),
    exitPrice: line.exit_price,
    pnl: line.pnl,
    pnlPct: line.pnl_pct,
    fees: line.fees,
    exitReason: line.exit_reason,
    barsHeld: line.bars_held,
    maePct: line.mae_pct,
    mfePct: line.mfe_pct,
    flows: line.flows,
    positionId: line.position_id ?? null,
  };
}
