export interface RetrainOptions {
  readonly startMs: number;
  readonly endMs: number;
  readonly intervalMs: number;
}

/**
 * The moments at which a run trains, ascending: at its start, before the first tick, then after every interval. Each
 * moment is the cutoff of its training. None falls on the end: no tick would be left whose orders could fill.
 *
 * The moments are a grid from the start on, wherever ticks lie: at a tick, the model in force is that of the last
 * moment at or before it.
 *
 * @throws RangeError when the run is empty or a number is not whole
 */
export function retrainSchedule({ startMs, endMs, intervalMs }: RetrainOptions): readonly number[] {
  if (!(Number.isSafeInteger(startMs) && Number.isSafeInteger(endMs) && startMs < endMs)) {
    throw new RangeError(`a run must start before it ends, in whole milliseconds: was ${startMs} to ${endMs}`);
  }
  if (!(Number.isSafeInteger(intervalMs) && intervalMs > 0)) {
    throw new RangeError(`intervalMs must be a whole number above 0, was ${intervalMs}`);
  }
  return Array.from({ length: Math.ceil((endMs - startMs) / intervalMs) }, (_, i) => startMs + i * intervalMs);
}
