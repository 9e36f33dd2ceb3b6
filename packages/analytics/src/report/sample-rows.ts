/**
 * Rows that draw the same picture as all rows: of every bucket of neighbouring rows the first, the last, and where each
 * column is lowest and highest. No peak or trough is lost. All rows when there are few.
 *
 * @param columns - values of each curve, at least `length` of them
 * @param buckets - how many to make
 * @returns rows, ascending
 */
export function sampleRows(length: number, columns: readonly Float64Array[], buckets: number): Uint32Array {
  const perBucket = 2 + 2 * columns.length;
  if (length <= buckets * perBucket) return Uint32Array.from({ length }, (_, row) => row);
  const rows = new Uint32Array(buckets * perBucket);
  let count = 0;
  for (let bucket = 0; bucket < buckets; bucket++) {
    const from = Math.floor((bucket * length) / buckets);
    const to = Math.floor(((bucket + 1) * length) / buckets);
    const first = count;
    rows[count++] = from;
    rows[count++] = to - 1;
    for (const column of columns) {
      let low = from;
      let high = from;
      for (let row = from + 1; row < to; row++) {
        if (column[row]! < column[low]!) low = row;
        if (column[row]! > column[high]!) high = row;
      }
      rows[count++] = low;
      rows[count++] = high;
    }
    rows.subarray(first, count).sort();
  }
  return rows.subarray(0, count).filter((row, i, all) => i === 0 || row !== all[i - 1]);
}
