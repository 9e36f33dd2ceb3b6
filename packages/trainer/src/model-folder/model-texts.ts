import { hashColumns, sha256 } from "@powertrader/core/files";
import {
  encodeModelManifest,
  encodeTimeframeFile,
  type ModelEntry,
  type ModelManifest,
  type TimeframeFile,
  timeframeFile,
} from "@powertrader/strategies/pattern-memory";
import type { TrainingSeries } from "../series/training-series.ts";
import type { ModelTexts } from "./write-model.ts";

/** The files of a model. They are made of what was learnt and of which candles, and of nothing else. */
export function modelTexts(
  head: Omit<ModelManifest, "timeframes">,
  series: readonly TrainingSeries[],
  learnt: readonly TimeframeFile[],
): ModelTexts & { readonly entries: readonly ModelEntry[] } {
  const files = new Map<string, string>();
  const entries = series.map(({ timeframe, columns, madeOf }, i): ModelEntry => {
    const { patterns, memory, threshold } = learnt[i]!;
    const text = encodeTimeframeFile(learnt[i]!);
    files.set(timeframeFile(timeframe), text);
    return {
      timeframe,
      file: timeframeFile(timeframe),
      sha256: sha256(text),
      made_of: madeOf,
      data_sha256: hashColumns(columns),
      candles: columns.length,
      first_candle_ts: columns.time[0]! / 1000,
      last_candle_ts: columns.time[columns.length - 1]! / 1000,
      patterns,
      memories: memory.length,
      threshold,
    };
  });
  return { name: head.cutoff, files, manifest: encodeModelManifest({ ...head, timeframes: entries }), entries };
}
