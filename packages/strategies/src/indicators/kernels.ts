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

/** Monotonic queue of the rows that can still be the extreme: every row enters and leaves once. `sign` −1 finds the lowest. */
function extremeColumn(values: Float64Array, period: number, sign: 1 | -1): Float64Array {
  const out = new Float64Array(values.length).fill(Number.NaN, 0, Math.min(period - 1, values.length));
  const queue = new Int32Array(values.length);
  let head = 0;
  let tail = 0;
  for (let i = 0; i < values.length; i++) {
    while (tail > head && sign * values[i]! >= sign * values[queue[tail - 1]!]!) tail--;
    queue[tail++] = i;
    if (queue[head]! <= i - period) head++;
    if (i >= period - 1) out[i] = values[queue[head]!]!;
  }
  return out;
}
