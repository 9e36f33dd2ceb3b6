import type { Fill, Run, RunRecorder, TickListener } from "@powertrader/core/engine";
import type { EventLog } from "@powertrader/core/log";
import { bucketOpen, DAY_MS } from "@powertrader/core/market";
import type { Signal } from "@powertrader/core/strategy";

/** A recorder that also logs every signal and every fill, where the log is that detailed. */
export function withEventsLogged(recorder: RunRecorder, log: EventLog): RunRecorder {
  if (!log.isDebug) return recorder;
  return {
    order: (order) => recorder.order(order),
    orderEvent: (event) => recorder.orderEvent(event),
    trade: (trade) => recorder.trade(trade),
    cashFlow: (flow) => recorder.cashFlow(flow),
    signal: (signal) => {
      recorder.signal(signal);
      log.debug(signalEvent(signal));
    },
    fill: (fill) => {
      recorder.fill(fill);
      log.debug(fillEvent(fill));
    },
  };
}

/** Logs how the run stands: at every tick where the log is that detailed, else at the last tick of each day. */
export class TickLogger implements TickListener {
  dueMs = -Infinity;
  readonly #log: EventLog;

  constructor(log: EventLog) {
    this.#log = log;
  }

  onTick({ nowMs, equity, cash, trades, curve }: Run): void {
    const event = { event: "replay_tick", sequence: curve.length - 1, ts: nowMs / 1000, equity, cash, trades };
    if (this.#log.isDebug) this.#log.debug(event);
    else {
      this.#log.info(event);
      this.dueMs = bucketOpen(nowMs, DAY_MS) + DAY_MS;
    }
  }
}

function signalEvent({ tsMs, signalId, symbol, strategy, direction, strength, reason }: Signal) {
  return {
    event: "neural_signal",
    ts: tsMs / 1000,
    signal_id: signalId,
    symbol,
    strategy,
    signal_type: direction,
    signal_value: strength,
    reason: reason ?? null,
  };
}

function fillEvent(fill: Fill) {
  return {
    event: "trade_execution",
    ts: fill.tsMs / 1000,
    order_id: fill.clientOrderId,
    side: fill.side,
    symbol: fill.symbol,
    qty: fill.qty,
    price: fill.price,
    notional: fill.qty * fill.price,
    fees: fill.fees,
    slippage_bps: fill.slippageBps,
    status: fill.state,
    rule: fill.rule,
    signal_id: fill.signalId ?? null,
  };
}
