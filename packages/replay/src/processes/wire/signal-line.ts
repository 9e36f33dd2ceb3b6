import type { SignalDraft } from "@powertrader/core/strategy";
import { z } from "zod";

/** A line of `ipc/signals.jsonl`: an opinion before the run gives it an id. */
const signalLine = z.object({
  run_id: z.string(),
  sequence: z.int().positive(),
  ts: z.number().nullish(),
  symbol: z.string(),
  direction: z.enum(["long", "short", "close"]),
  signal_id: z.string().min(1).nullish(),
  strategy: z.string().nullish(),
  strength: z.number().nullish(),
  size: z.number().nullish(),
  stop_loss: z.number().nullish(),
  take_profit: z.number().nullish(),
  tag: z.string().nullish(),
  reason: z.string().nullish(),
  data: z.record(z.string(), z.unknown()).nullish(),
});

export interface SentSignal {
  readonly runId: string;
  readonly sequence: number;
  /** Seconds, where the line says it. */
  readonly ts?: number | undefined;
  readonly symbol: string;
  readonly draft: SignalDraft;
}

/** @param timestamp - of the tick, seconds: for readers, the sequence says it already */
export function encodeSentSignal({ runId, sequence, symbol, draft }: SentSignal, timestamp: number): string {
  const line = {
    run_id: runId,
    sequence,
    ts: timestamp,
    symbol,
    direction: draft.direction,
    signal_id: draft.signalId,
    strategy: draft.strategy,
    strength: draft.strength,
    size: draft.size,
    stop_loss: draft.stopLoss,
    take_profit: draft.takeProfit,
    tag: draft.tag,
    reason: draft.reason,
    data: draft.data,
  };
  return `${JSON.stringify(line)}\n`;
}

/** @throws ZodError or SyntaxError when the line does not follow the contract */
export function decodeSentSignal(text: string): SentSignal {
  const line = signalLine.parse(JSON.parse(text));
  return {
    runId: line.run_id,
    sequence: line.sequence,
    ts: line.ts ?? undefined,
    symbol: line.symbol,
    draft: {
      signalId: line.signal_id ?? undefined,
      strategy: line.strategy ?? undefined,
      direction: line.direction,
      strength: line.strength ?? undefined,
      size: line.size ?? undefined,
      stopLoss: line.stop_loss ?? undefined,
      takeProfit: line.take_profit ?? undefined,
      tag: line.tag ?? undefined,
      reason: line.reason ?? undefined,
      data: line.data ?? undefined,
    },
  };
}

/** What a signal says that cannot be at the tick of `nowMs`; `undefined` when all is well. */
export function faultOfSignal({ ts, draft: { size } }: SentSignal, nowMs: number): string | undefined {
  if (ts !== undefined && ts !== nowMs / 1000) return `ts is ${ts}, the tick's timestamp is ${nowMs / 1000}`;
  if (size !== undefined && !(size > 0 && size <= 1)) return `size is ${size}, not above 0 and at most 1`;
  return undefined;
}
