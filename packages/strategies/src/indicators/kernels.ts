/**
 * Simple moving average; `NaN` in the first `period − 1` rows.
 * A running sum whose rounding errors are summed beside it (Ogita, Rump and Oishi, "Accurate sum and dot product",
 * 2005): it does not drift, however long the series, and the two chains of additions run side by side.
 */
export function smaColumn(values: Float64Array, period: number): Float64Array {
  const out = new Float64Array(values.length).fill(Number.NaN, 0, Math.min(period - 1, values.length));
  let sum = 0;
  let error = 0;
  for (let i = 0; i < values.length; i++) {
    const change = i >= period ? values[i]! - values[i - period]! : values[i]!;
    const next = sum + change;
    error += change - (next - sum);
    sum = next;
    if (i >= period - 1) out[i] = (sum + error) / period;
  }
  return out;
}

/** Highest value of the last `period` rows, this one included; `NaN` in the first `period − 1` rows. */
export function highestColumn(values: Float64Array, period: number): Float64Array {
  return extremeColumn(values, period, 1);
}

/** Lowest value of the last `period` rows, this one included; `NaN` in the first `period − 1` rows. */
export function lowestColumn(values: Float64Array, period: number): Float64Array {
  return extremeColumn(values, period, -1);
}

/**
 * Blocks of `period` rows: the extreme of any window is that of the end of one block and the start of the next
 * (van Herk, "A fast algorithm for local minimum and maximum filters", 1992): three comparisons a row for any period.
 * `sign` −1 finds the lowest.
 */
function extremeColumn(values: Float64Array, period: number, sign: 1 | -1): Float64Array {
  const { length } = values;
  const out = new Float64Array(length).fill(Number.NaN, 0, Math.min(period - 1, length));
  /** Extreme from a row to the end of its block. */
  const toBlockEnd = new Float64Array(Math.min(period, length));
  for (let from = 0; from < length; from += period) {
    const to = Math.min(from + period, length);
    let soFar = values[from]!;
    for (let i = from; i < to; i++) {
      if (sign * values[i]! > sign * soFar) soFar = values[i]!;
      const start = i - period + 1;
      if (start < 0) continue;
      const before = start === from ? soFar : toBlockEnd[start - (from - period)]!;
      out[i] = sign * before > sign * soFar ? before : soFar;
    }
    if (to - from < period) break;
    let fromHere = values[to - 1]!;
    for (let i = to - 1; i >= from; i--) {
      if (sign * values[i]! > sign * fromHere) fromHere = values[i]!;
      toBlockEnd[i - from] = fromHere;
    }
  }
  return out;
}
