export type { CarrySettings } from "./carry.ts";
export type { CurveColumns, EquityCurve } from "./equity-curve.ts";
export { type ExecutionModel, INTRABAR_MODES, type IntrabarMode } from "./execution-model.ts";
export { type ExitPlan, NO_EXITS } from "./exit-plan.ts";
export type { FeeModel } from "./fees.ts";
export { type FinerSeries, type TimedBar, timedBar } from "./finer-bars.ts";
export { referencePrice } from "./latency.ts";
export { floorToStep } from "./liquidity.ts";
export type { Series } from "./market.ts";
export { OpenExits } from "./open-exits.ts";
export type { CashFlow, Fill, FillRule, Order, OrderEvent, Side, Trade } from "./order.ts";
export { MARKET_TERMS, type OrderTerms, type OrderType, type TimeInForce, termsRefusal } from "./order-terms.ts";
export { type OrderProcessing, processOrders } from "./process-orders.ts";
export type { RunRecorder } from "./recorder.ts";
export { type ExitDecision, resolveExit } from "./resolve-exit.ts";
export { createRun, type Run, type RunParts, type RunSettings, type RunStatus } from "./run.ts";
export {
  type Appointments,
  type DriveOptions,
  finishRun,
  type Progress,
  progressOf,
  runBacktest,
  type TickListener,
  tell,
} from "./run-backtest.ts";
export type { Session } from "./session.ts";
export { type FillOutcome, type FillRequest, simulateFill } from "./simulate-fill.ts";
export { affordableQty } from "./sizing.ts";
export type { SlippageModel } from "./slippage.ts";
export { slippagePaidBps, volatilityFactor } from "./slippage.ts";
export { isAsked, stepMarket, stepOrders, takeSignal } from "./step.ts";
