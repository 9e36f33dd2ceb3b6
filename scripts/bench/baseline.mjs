// The baseline that every ratio of performance.md divides by: a bare event loop over Float64Array columns
// (incremental SMA 10/30 cross, next-open fills, fee, all in, equity column). Median of 7 passes after one warm-up.
export function bareLoop({ open, close }, equity, fast = 10, slow = 30, fee = 0.001, share = 0.99) {
  const n = close.length;
  let cash = 10_000,
    qty = 0,
    pending = 0,
    sumFast = 0,
    sumSlow = 0,
    prevFast = NaN,
    prevSlow = NaN,
    trades = 0;
  for (let i = 0; i < n; i++) {
    if (pending === 1) {
      const q = (cash * share) / (open[i] * (1 + fee));
      cash -= q * open[i] * (1 + fee);
      qty = q;
      pending = 0;
    } else if (pending === 2) {
      cash += qty * open[i] * (1 - fee);
      qty = 0;
      trades++;
      pending = 0;
    }
    const c = close[i];
    sumFast += c;
    sumSlow += c;
    if (i >= fast) sumFast -= close[i - fast];
    if (i >= slow) sumSlow -= close[i - slow];
    if (i >= slow - 1) {
      const f = sumFast / fast,
        s = sumSlow / slow;
      if (prevFast < prevSlow && f > s) {
        if (qty === 0) pending = 1;
      } else if (prevFast > prevSlow && f < s) {
        if (qty > 0) pending = 2;
      }
      prevFast = f;
      prevSlow = s;
    }
    equity[i] = cash + qty * c;
  }
  return { finalEquity: equity[n - 1], trades };
}

// Deterministic 1m candles, seed fixed; momentum tuned so that the strategy about breaks even.
export function candles(n, seed = 12345) {
  let a = seed;
  const random = () => {
    a |= 0;
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const normal = () => {
    let s = 0;
    for (let i = 0; i < 4; i++) s += random();
    return (s - 2) * Math.sqrt(3);
  };
  const column = () => new Float64Array(n);
  const time = column(),
    open = column(),
    high = column(),
    low = column(),
    close = column(),
    volume = column();
  let x = 0,
    momentum = 0,
    previous = 30_000;
  for (let i = 0; i < n; i++) {
    momentum = 0.525 * momentum + 0.002 * normal();
    x = x * (1 - 1e-5) + momentum;
    const c = Math.exp(Math.log(30_000) + x);
    time[i] = 1_577_836_800_000 + i * 60_000;
    open[i] = previous;
    close[i] = c;
    high[i] = Math.max(previous, c) * (1 + 0.0005 * random());
    low[i] = Math.min(previous, c) * (1 - 0.0005 * random());
    volume[i] = 1 + 100 * random();
    previous = c;
  }
  return { time, open, high, low, close, volume };
}
