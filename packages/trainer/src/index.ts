export {
  DEFAULT_MIN_CANDLES,
  type PreparedTraining,
  prepareTraining,
  runTraining,
  type TrainOptions,
  type TrainReport,
  trainCoin,
} from "./train-coin.ts";
