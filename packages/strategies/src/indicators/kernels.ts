/**
 * A causal computation over a column: row `i` of `out` depends on rows up to `i` of `values` only. It goes on where it
 * stopped, from the row after the last one it did, so that a column may grow.
 */
export interface Kernel {
  /** Computes the rows up to the end of `values`. @param from - the first row that it has not done yet */
  extend(values: Float64Array, out: Float64Array, from: number): void;
}

/**
 * Simple moving average; `NaN` in the first `period − 1` rows.
 * A running sum whose rounding errors are summed beside it (Ogita, Rump and Oishi, "Accurate sum and dot product",
 * 2005): it does not drift, however long the series, and the two chains of additions run side by side.
 */
export function smaKernel(period: number): Kernel {
  let keptSum = 0;
  let keptError = 0;
  return {
    extend(values, out, from) {
      let sum = keptSum;
      let error = keptError;
      for (let i = from; i < values.length; i++) {
        const change = i >= period ? values[i]! - values[i - period]! : values[i]!;
        const next = sum + change;
        error += change - (next - sum);
        sum = next;
        out[i] = i >= period - 1 ? (sum + error) / period : Number.NaN;
      }
      keptSum = sum;
      keptError = error;
    },
  };
}

/** Highest value of the last `period` rows, this one included; `NaN` in the first `period − 1` rows. */
export function highestKernel(period: number): Kernel {
  return extremeKernel(period, 1);
}

/** Lowest value of the last `period` rows, this one included; `NaN` in the first `period − 1` rows. */
export function lowestKernel(period: number): Kernel {
  return extremeKernel(period, -1);
}

/**
 * Blocks of `period` rows: the extreme of any window is that of the end of one block and the start of the next
 * (van Herk, "A fast algorithm for local minimum and maximum filters", 1992): three comparisons a row for any period.
 * `sign` −1 finds the lowest.
 */
function extremeKernel(period: number, sign: 1 | -1): Kernel {
  /** Extreme from a row of the last whole block to its end. */
  const toBlockEnd = new Float64Array(period);
  /** Extreme from the start of the present block to the last row that was done. */
  let kept = Number.NaN;
  return {
    extend(values, out, from) {
      const { length } = values;
      for (let i = from; i < length; ) {
        const blockStart = i - (i % period);
        const to = Math.min(blockStart + period, length);
        let soFar = i === blockStart ? values[i]! : kept;
        for (; i < to; i++) {
          if (sign * values[i]! > sign * soFar) soFar = values[i]!;
          const start = i - period + 1;
          if (start < 0) {
            out[i] = Number.NaN;
            continue;
          }
          const before = start === blockStart ? soFar : toBlockEnd[start - (blockStart - period)]!;
          out[i] = sign * before > sign * soFar ? before : soFar;
        }
        kept = soFar;
        if (to - blockStart < period) return;
        let fromHere = values[to - 1]!;
        for (let j = to - 1; j >= blockStart; j--) {
          if (sign * values[j]! > sign * fromHere) fromHere = values[j]!;
          toBlockEnd[j - blockStart] = fromHere;
        }
      }
    },
  };
}
