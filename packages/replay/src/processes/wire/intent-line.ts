import type { ExitPlan, OrderTerms } from "@powertrader/core/engine";
import type { OrderIntent } from "@powertrader/core/strategy";
import { z } from "zod";

const price = z.number().nullable();

const exitsWire = z.object({
  stop_price: price,
  stop_share: price,
  targets: z.array(z.object({ price, gain_share: price, position_share: z.number() })),
  trailing: z.object({ distance_share: z.number(), activation_share: price, active_distance_share: price }).nullable(),
  break_even: z.object({ activation_share: z.number(), offset_share: z.number() }).nullable(),
  time_targets: z.array(z.object({ after_ms: z.number(), gain_share: z.number() })),
  max_bars: z.number().nullable(),
});

/** Only what differs from a plain market order. */
const termsWire = z.object({
  order_type: z.enum(["market", "limit", "stop-market", "stop-limit", "take-profit", "trailing-stop"]).optional(),
  limit_price: price.optional(),
  stop_price: price.optional(),
  trail_share: price.optional(),
  time_in_force: z.enum(["GTC", "IOC", "GTD", "DAY"]).optional(),
  expires_ms: z.number().nullable().optional(),
  post_only: z.boolean().optional(),
  oco_group: z.string().nullable().optional(),
  position_id: z.string().nullable().optional(),
});

const head = { run_id: z.string(), sequence: z.int().positive(), symbol: z.string() };
const orderWire = {
  ...head,
  side: z.enum(["buy", "sell"]),
  signal_id: z.string().nullish(),
  client_order_id: z.string().min(1).nullish(),
  terms: termsWire.nullish(),
};

/** A line of `ipc/orders.jsonl`: what the trader wants placed. */
const intentLine = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("enter"), ...orderWire, size_share: z.number(), exits: exitsWire.nullish() }),
  z.object({ kind: z.literal("exit"), ...orderWire, qty: z.number() }),
  z.object({ kind: z.literal("cancel"), ...head, reason: z.string(), client_order_id: z.string().nullish() }),
  z.object({ kind: z.literal("protect"), ...head, position_id: z.string().nullish(), exits: exitsWire }),
]);

export interface SentIntent {
  readonly runId: string;
  readonly sequence: number;
  readonly intent: OrderIntent;
}

export function encodeSentIntent({ runId, sequence, intent }: SentIntent): string {
  return `${JSON.stringify({ run_id: runId, sequence, ...toWire(intent) })}\n`;
}

function toWire(intent: OrderIntent): object {
  const { kind, symbol } = intent;
  switch (intent.kind) {
    case "cancel":
      return { kind, symbol, reason: intent.reason, client_order_id: intent.clientOrderId };
    case "protect":
      return { kind, symbol, position_id: intent.positionId, exits: exitsToWire(intent.exits) };
    case "enter":
      return { ...orderToWire(intent), size_share: intent.sizeShare, exits: intent.exits && exitsToWire(intent.exits) };
    case "exit":
      return { ...orderToWire(intent), qty: intent.qty };
  }
}

function orderToWire(order: Extract<OrderIntent, { kind: "enter" | "exit" }>): object {
  return {
    kind: order.kind,
    symbol: order.symbol,
    side: order.side,
    signal_id: order.signalId,
    client_order_id: order.clientOrderId,
    terms: order.terms && termsToWire(order.terms),
  };
}

function termsToWire(terms: Partial<OrderTerms>): z.input<typeof termsWire> {
  return {
    order_type: terms.orderType,
    limit_price: terms.limitPrice,
    stop_price: terms.stopPrice,
    trail_share: terms.trailShare,
    time_in_force: terms.timeInForce,
    expires_ms: terms.expiresMs,
    post_only: terms.postOnly,
    oco_group: terms.ocoGroup,
    position_id: terms.positionId,
  };
}

function exitsToWire(exits: ExitPlan): z.input<typeof exitsWire> {
  return {
    stop_price: exits.stopPrice,
    stop_share: exits.stopShare,
    targets: exits.targets.map((one) => ({
      price: one.price,
      gain_share: one.gainShare,
      position_share: one.positionShare,
    })),
    trailing: exits.trailing && {
      distance_share: exits.trailing.distanceShare,
      activation_share: exits.trailing.activationShare,
      active_distance_share: exits.trailing.activeDistanceShare,
    },
    break_even: exits.breakEven && {
      activation_share: exits.breakEven.activationShare,
      offset_share: exits.breakEven.offsetShare,
    },
    time_targets: exits.timeTargets.map((one) => ({ after_ms: one.afterMs, gain_share: one.gainShare })),
    max_bars: exits.maxBars,
  };
}

/** @throws ZodError or SyntaxError when the line does not follow the contract */
export function decodeSentIntent(text: string): SentIntent {
  const line = intentLine.parse(JSON.parse(text));
  return { runId: line.run_id, sequence: line.sequence, intent: fromWire(line) };
}

function fromWire(line: z.output<typeof intentLine>): OrderIntent {
  const { symbol } = line;
  switch (line.kind) {
    case "cancel":
      return {
        kind: "cancel",
        symbol,
        reason: line.reason,
        ...(line.client_order_id != null && { clientOrderId: line.client_order_id }),
      };
    case "protect":
      return {
        kind: "protect",
        symbol,
        ...(line.position_id != null && { positionId: line.position_id }),
        exits: exitsFromWire(line.exits),
      };
    case "enter":
      return {
        kind: "enter",
        ...orderFromWire(line),
        sizeShare: line.size_share,
        exits: line.exits == null ? undefined : exitsFromWire(line.exits),
      };
    case "exit":
      return { kind: "exit", ...orderFromWire(line), qty: line.qty };
  }
}

function orderFromWire(line: Extract<z.output<typeof intentLine>, { kind: "enter" | "exit" }>) {
  return {
    symbol: line.symbol,
    side: line.side,
    signalId: line.signal_id ?? undefined,
    clientOrderId: line.client_order_id ?? undefined,
    terms: line.terms == null ? undefined : termsFromWire(line.terms),
  };
}

function termsFromWire(wire: z.output<typeof termsWire>): Partial<OrderTerms> {
  return {
    ...(wire.order_type !== undefined && { orderType: wire.order_type }),
    ...(wire.limit_price !== undefined && { limitPrice: wire.limit_price }),
    ...(wire.stop_price !== undefined && { stopPrice: wire.stop_price }),
    ...(wire.trail_share !== undefined && { trailShare: wire.trail_share }),
    ...(wire.time_in_force !== undefined && { timeInForce: wire.time_in_force }),
    ...(wire.expires_ms !== undefined && { expiresMs: wire.expires_ms }),
    ...(wire.post_only !== undefined && { postOnly: wire.post_only }),
    ...(wire.oco_group !== undefined && { ocoGroup: wire.oco_group }),
    ...(wire.position_id !== undefined && { positionId: wire.position_id }),
  };
}

function exitsFromWire(wire: z.output<typeof exitsWire>): ExitPlan {
  return {
    stopPrice: wire.stop_price,
    stopShare: wire.stop_share,
    targets: wire.targets.map((one) => ({
      price: one.price,
      gainShare: one.gain_share,
      positionShare: one.position_share,
    })),
    trailing: wire.trailing && {
      distanceShare: wire.trailing.distance_share,
      activationShare: wire.trailing.activation_share,
      activeDistanceShare: wire.trailing.active_distance_share,
    },
    breakEven: wire.break_even && {
      activationShare: wire.break_even.activation_share,
      offsetShare: wire.break_even.offset_share,
    },
    timeTargets: wire.time_targets.map((one) => ({ afterMs: one.after_ms, gainShare: one.gain_share })),
    maxBars: wire.max_bars,
  };
}
