export { DEFAULT_MIN_CANDLES } from "./fit/adapt-threshold.ts";
export type { LongerFrom } from "./series/training-series.ts";
export { TrainingCandles } from "./series/training-series.ts";
export {
  CoinTrainer,
  type PreparedTraining,
  type TrainControl,
  type TrainerOptions,
  type TrainOptions,
  type TrainReport,
  trainCoin,
} from "./train-coin.ts";
