import { dirname, join } from "node:path";
import { type ModelSource, modelsInFolder } from "@powertrader/strategies/pattern-memory";
import { readGivenModels } from "../../training/given-models.ts";
import { RunModels } from "../../training/run-models.ts";
import type { Session } from "../wire/session.ts";

/**
 * The models of a run as its thinker finds them: those it was given, or those that the orchestrator trains into the run
 * folder. It publishes no tick at or after a training before that is done, so one look per batch of ticks is enough.
 */
export class SessionModels implements ModelSource {
  readonly #source: ModelSource;
  readonly #known = new Map<string, ReturnType<ModelSource["modelAt"]>>();

  constructor(folder: string, { model_dir: modelDir, symbols }: Session) {
    this.#source = modelDir === null ? modelsInFolder(join(dirname(folder), "models")) : given(modelDir, symbols);
  }

  /** Looks again when it is asked next. */
  refresh(): void {
    this.#known.clear();
  }

  modelAt(symbol: string, nowMs: number): ReturnType<ModelSource["modelAt"]> {
    if (!this.#known.has(symbol)) this.#known.set(symbol, this.#source.modelAt(symbol, nowMs));
    return this.#known.get(symbol);
  }
}

function given(folder: string, symbols: readonly string[]): ModelSource {
  const models = new RunModels();
  for (const model of readGivenModels(folder, symbols, Number.POSITIVE_INFINITY).models)
    models.put(model.symbol, model);
  return models;
}
