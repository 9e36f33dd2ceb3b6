export { DEFAULT_MIN_CANDLES } from "./fit/adapt-threshold.ts";
export {
  type PreparedTraining,
  prepareTraining,
  runTraining,
  type TrainOptions,
  type TrainReport,
  trainCoin,
} from "./train-coin.ts";
