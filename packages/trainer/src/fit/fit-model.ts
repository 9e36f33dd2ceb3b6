import { setImmediate as breathe } from "node:timers/promises";
import { PtError } from "@powertrader/core/errors";
import type { ModelSettings, PatternTimeframe, TimeframeFile } from "@powertrader/strategies/pattern-memory";
import type { TrainingSeries } from "../series/training-series.ts";
import { type EarlierFit, TimeframeFit } from "./timeframe-fit.ts";

/** Candles between two looks at the signal. */
const CANDLES_AT_ONCE = 2_000;

export interface FitOptions {
  readonly settings: ModelSettings;
  /** Where an earlier training of exactly these candles stopped, by timeframe. */
  readonly earlier?: ReadonlyMap<PatternTimeframe, EarlierFit>;
  readonly signal?: AbortSignal;
  /** @param done - share of all candles, 0 to 1 */
  readonly onProgress?: (done: number, timeframe: PatternTimeframe) => void;
}

/**
 * Learns every timeframe in one chronological pass of its own.
 * @throws PtError E_CANCELLED when the signal is aborted
 */
export async function fitModel(
  series: readonly TrainingSeries[],
  { settings, earlier, signal, onProgress }: FitOptions,
): Promise<readonly TimeframeFile[]> {
  const fits = series.map(
    ({ timeframe, columns }) => new TimeframeFit(timeframe, columns, settings, earlier?.get(timeframe)),
  );
  const left = () => fits.reduce((sum, fit) => sum + fit.left, 0);
  const atStart = left();
  for (const fit of fits) {
    while (fit.left > 0) {
      await breathe();
      if (signal?.aborted) throw cancelled();
      fit.advance(CANDLES_AT_ONCE);
      onProgress?.(1 - left() / atStart, fit.result().timeframe);
    }
  }
  await breathe();
  if (signal?.aborted) throw cancelled();
  return fits.map((fit) => fit.result());
}

function cancelled(): PtError {
  return new PtError("E_CANCELLED", "stopped before the model was learnt; nothing of it was written", {
    hint: "Run the same command again; models that were there before still stand.",
  });
}
