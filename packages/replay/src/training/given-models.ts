import { existsSync } from "node:fs";
import { join } from "node:path";
import type { ModelRecord } from "@powertrader/core/config";
import { PtError } from "@powertrader/core/errors";
import { sha256 } from "@powertrader/core/files";
import { formatDate, formatTime } from "@powertrader/core/time";
import { currentModelFolder, loadModel, MODEL_FILES, type PatternModel } from "@powertrader/strategies/pattern-memory";

/** Models that a run is given, in the order of its symbols, and what `config.json` says of them. */
export interface GivenModels {
  readonly models: readonly PatternModel[];
  readonly entries: readonly ModelRecord[];
}

/**
 * Reads the model of every symbol.
 * @param folder - of the models of all coins, as `pt-train --output` leaves it, or of one model
 * @param firstTickMs - the first moment at which anything is decided
 * @throws PtError E_MODEL when one is missing, damaged, another coin's, or knows what came after the first tick
 */
export function readGivenModels(folder: string, symbols: readonly string[], firstTickMs: number): GivenModels {
  const isOne = existsSync(join(folder, MODEL_FILES.manifest));
  const models = symbols.map((symbol) => {
    const coin = symbol.split("-", 1)[0]!;
    const path = isOne ? folder : currentModelFolder(folder, coin);
    const model = loadModel(path);
    if (model.symbol !== symbol) throw otherSymbol(path, model, symbol);
    if (model.cutoffMs > firstTickMs) throw lookAhead(path, model, firstTickMs);
    return model;
  });
  return {
    models,
    entries: models.map(({ symbol, cutoffMs, manifestText }) => ({
      symbol,
      cutoff_ts: cutoffMs / 1000,
      sha256: sha256(manifestText),
    })),
  };
}

function otherSymbol(path: string, model: PatternModel, symbol: string): PtError {
  return new PtError("E_MODEL", `${path} is a model of ${model.symbol}, not of ${symbol}`, {
    hint: "Name the folder with the models of all coins, or choose the coin with --coins.",
    details: { path, symbol: model.symbol },
  });
}

function lookAhead(path: string, { cutoffMs }: PatternModel, firstTickMs: number): PtError {
  return new PtError(
    "E_MODEL",
    `${path} has learnt from candles up to ${formatTime(cutoffMs)}, the first tick is at ${formatTime(firstTickMs)}: that would be look-ahead`,
    {
      hint: `Start at ${formatDate(cutoffMs)} or later, or train a model until the start (pt-train --train-until).`,
      details: { path, cutoff: formatTime(cutoffMs) },
    },
  );
}
