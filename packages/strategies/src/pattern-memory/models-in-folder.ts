import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { asSystemError } from "@powertrader/core/errors";
import { loadModel, type PatternModel } from "./load-model.ts";
import { cutoffFolder, MODEL_FILES, parseCutoffFolder } from "./model-folder.ts";
import type { ModelSource } from "./model-source.ts";

/**
 * The models below `modelsDir`, `<COIN>/<cutoff>/` each. The folder of a coin is looked at whenever it is asked for, so that a
 * model counts as soon as it is there; each is read once, when it comes into force. What has no manifest is no model.
 *
 * The source throws PtError E_MODEL for a model that is broken.
 */
export function modelsInFolder(modelsDir: string): ModelSource {
  const shelves = new Map<string, Shelf>();
  return {
    modelAt(symbol, nowMs) {
      let shelf = shelves.get(symbol);
      if (shelf === undefined) {
        shelf = new Shelf(join(modelsDir, symbol.split("-", 1)[0]!));
        shelves.set(symbol, shelf);
      }
      return shelf.modelAt(nowMs);
    },
  };
}

/** The models of one coin. Names of cutoffs sort like the cutoffs, so that old ones need not be read to be passed over. */
class Shelf {
  readonly #folder: string;
  #name = "";
  #model: PatternModel | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  modelAt(nowMs: number): PatternModel | undefined {
    const latest = cutoffFolder(nowMs);
    if (this.#name > latest) this.#name = "";
    const newer = namesIn(this.#folder)
      .filter((name) => name > this.#name && name <= latest && this.#isModel(name))
      .sort()
      .at(-1);
    if (newer !== undefined) this.#model = loadModel(join(this.#folder, newer));
    else if (this.#name === "") this.#model = undefined;
    this.#name = newer ?? this.#name;
    return this.#model;
  }

  #isModel(name: string): boolean {
    return parseCutoffFolder(name) !== undefined && existsSync(join(this.#folder, name, MODEL_FILES.manifest));
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw asSystemError(error, folder);
  }
}
