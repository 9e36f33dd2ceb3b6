import type { ExitPlan, OrderTerms } from "@powertrader/core/engine";
import type { OrderIntent } from "@powertrader/core/strategy";
import fc from "fast-check";
import { expect, it } from "vitest";
import { decodeSentIntent, encodeSentIntent } from "./intent-line.ts";
import { decodeSentSignal, encodeSentSignal } from "./signal-line.ts";

/** JSON knows no negative zero, and no market does either. */
const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
const numberOrNull = fc.option(number);
const text = fc.string({ minLength: 1 });
const side = fc.constantFrom("buy" as const, "sell" as const);

const terms: fc.Arbitrary<Partial<OrderTerms>> = fc.record(
  {
    orderType: fc.constantFrom("market", "limit", "stop-market", "stop-limit", "take-profit", "trailing-stop"),
    limitPrice: numberOrNull,
    stopPrice: numberOrNull,
    trailShare: numberOrNull,
    timeInForce: fc.constantFrom("GTC", "IOC", "GTD", "DAY"),
    expiresMs: numberOrNull,
    postOnly: fc.boolean(),
    ocoGroup: fc.option(fc.string()),
    positionId: fc.option(fc.string()),
  },
  { requiredKeys: [] },
);

const exits: fc.Arbitrary<ExitPlan> = fc.record({
  stopPrice: numberOrNull,
  stopShare: numberOrNull,
  targets: fc.array(fc.record({ price: numberOrNull, gainShare: numberOrNull, positionShare: number })),
  trailing: fc.option(
    fc.record({ distanceShare: number, activationShare: numberOrNull, activeDistanceShare: numberOrNull }),
  ),
  breakEven: fc.option(fc.record({ activationShare: number, offsetShare: number })),
  timeTargets: fc.array(fc.record({ afterMs: number, gainShare: number })),
  maxBars: numberOrNull,
});

const order = {
  symbol: text,
  side,
  signalId: fc.option(text, { nil: undefined }),
  clientOrderId: fc.option(text, { nil: undefined }),
  terms: fc.option(terms, { nil: undefined }),
};
const intent: fc.Arbitrary<OrderIntent> = fc.oneof(
  fc.record({ kind: fc.constant("enter"), ...order, sizeShare: number, exits: fc.option(exits, { nil: undefined }) }),
  fc.record({ kind: fc.constant("exit"), ...order, qty: number }),
  fc.record(
    { kind: fc.constant("cancel"), symbol: text, reason: fc.string(), clientOrderId: text },
    { requiredKeys: ["kind", "symbol", "reason"] },
  ),
  fc.record(
    { kind: fc.constant("protect"), symbol: text, positionId: text, exits },
    { requiredKeys: ["kind", "symbol", "exits"] },
  ),
) as fc.Arbitrary<OrderIntent>;

it("any intent that a policy can have comes through", () => {
  fc.assert(
    fc.property(intent, fc.integer({ min: 1 }), (one, sequence) => {
      const line = encodeSentIntent({ runId: "r", sequence, intent: one });
      expect(line.endsWith("\n")).toBe(true);
      expect(line.indexOf("\n")).toBe(line.length - 1);
      expect(decodeSentIntent(line)).toEqual({ runId: "r", sequence, intent: one });
    }),
    { numRuns: Number(process.env.PT_PROPERTY_RUNS ?? 300) },
  );
});

it("any opinion that a source can have comes through", () => {
  const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
  const draft = fc.record({
    direction: fc.constantFrom("long" as const, "short" as const, "close" as const),
    signalId: optional(text),
    strategy: optional(fc.string()),
    strength: optional(number),
    size: optional(number),
    stopLoss: optional(number),
    takeProfit: optional(number),
    tag: optional(fc.string()),
    reason: optional(fc.string()),
    data: optional(fc.dictionary(fc.stringMatching(/^[a-z]+$/), fc.oneof(number, fc.string(), fc.array(number)))),
  });
  fc.assert(
    fc.property(draft, (one) => {
      const sent = { runId: "r", sequence: 3, ts: 60, symbol: "BTC-USDT", draft: one };
      expect(JSON.stringify(decodeSentSignal(encodeSentSignal(sent, 60)))).toBe(
        JSON.stringify({ ...sent, draft: ordered(one) }),
      );
    }),
    { numRuns: Number(process.env.PT_PROPERTY_RUNS ?? 300) },
  );
});

/** In the order in which a decoder makes the keys. */
function ordered({
  signalId,
  strategy,
  direction,
  strength,
  size,
  stopLoss,
  takeProfit,
  tag,
  reason,
  data,
}: Record<string, unknown>) {
  return { signalId, strategy, direction, strength, size, stopLoss, takeProfit, tag, reason, data };
}
