import type { ModelSource, PatternModel } from "@powertrader/strategies/pattern-memory";

type Model = Pick<PatternModel, "cutoffMs" | "timeframes">;

/** The models that are in force in one run, the latest of each symbol. */
export class RunModels implements ModelSource {
  readonly #bySymbol = new Map<string, Model>();

  /** From now on this is the model of `symbol`. */
  put(symbol: string, model: Model): void {
    this.#bySymbol.set(symbol, model);
  }

  modelAt(symbol: string, nowMs: number): Model | undefined {
    const model = this.#bySymbol.get(symbol);
    return model !== undefined && model.cutoffMs <= nowMs ? model : undefined;
  }
}
