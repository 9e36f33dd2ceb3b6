/** Why a metric does not exist for this curve, in words that finish the sentence "undefined: …". */
export interface NoValue {
  readonly reason: string;
}

/** A finite number, or the reason why there is none. */
export type Metric = number | NoValue;

/** Metrics as `result.json` and `metrics.json` hold them: an undefined one is `null`, and `undefined` says why. */
export interface MetricSet {
  readonly values: Readonly<Record<string, number | null>>;
  readonly undefined: Readonly<Record<string, string>>;
}

export function isDefined(metric: Metric): metric is number {
  return typeof metric === "number";
}

/** Splits metrics into values and reasons. A number that left the range of doubles is undefined, never Infinity. */
export function metricSet(metrics: Readonly<Record<string, Metric>>): MetricSet {
  const values: Record<string, number | null> = {};
  const reasons: Record<string, string> = {};
  for (const [name, metric] of Object.entries(metrics)) {
    const isNumber = isDefined(metric) && Number.isFinite(metric);
    values[name] = isNumber ? metric + 0 : null;
    if (!isNumber) reasons[name] = isDefined(metric) ? "too large for a number" : metric.reason;
  }
  return { values, undefined: reasons };
}
