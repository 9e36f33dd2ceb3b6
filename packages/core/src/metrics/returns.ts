/** Simple return from each point to the next: `points[i + 1] ÷ points[i] − 1`. One fewer than there are points. */
export function simpleReturns(points: Float64Array): Float64Array {
  const returns = new Float64Array(Math.max(0, points.length - 1));
  for (let i = 0; i < returns.length; i++) returns[i] = points[i + 1]! / points[i]! - 1;
  return returns;
}

/** Arithmetic mean; `NaN` of nothing. */
export function mean(values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}

/** Sample standard deviation (n − 1); `NaN` below two values. */
export function deviation(values: Float64Array): number {
  const centre = mean(values);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i]! - centre) ** 2;
  return Math.sqrt(sum / (values.length - 1));
}
