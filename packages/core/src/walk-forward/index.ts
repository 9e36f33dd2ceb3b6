export { cutoffAllows, labelAllowed } from "./cutoff.ts";
export { anchoredFolds, type Fold, type FoldOptions, rollingFolds } from "./folds.ts";
export { type ModelIdentity, modelId } from "./model-id.ts";
export { retrainSchedule } from "./retrain-schedule.ts";
export { type FoldScore, type FoldSummary, summarizeFolds } from "./summarize-folds.ts";
