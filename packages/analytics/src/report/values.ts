import { formatChange, formatGain } from "@powertrader/core/format";
import type { MetricSet } from "@powertrader/core/metrics";
import { formatMetric, METRIC_CATALOGUE } from "../format/metric-catalogue.ts";
import { type Html, html } from "./html.ts";

/** A dash that says on hover and to screen readers why there is no value. */
export function noValue(reason: string): Html {
  return html`<span class="none" title="${reason}" aria-label="not defined: ${reason}">—</span>`;
}

/** A value that may be missing. */
export function orDash(
  value: number | null | undefined,
  format: (value: number) => Html | string,
  reason: string,
): Html {
  return value === null || value === undefined ? noValue(reason) : html`${format(value)}`;
}

/** A gain in green, a loss in red, both with their sign. */
export function gain(value: number): Html {
  return html`<span class="${toneOf(value)}">${formatGain(value)}</span>`;
}

/** A fraction as a coloured change in percent. */
export function change(share: number): Html {
  return html`<span class="${toneOf(share)}">${formatChange(share)}</span>`;
}

export function toneOf(value: number): string {
  return value > 0 ? "gain" : value < 0 ? "loss" : "even";
}

/** Why a metric is `null`. */
export function reasonOf(metrics: MetricSet, name: string): string {
  return Object.hasOwn(metrics.undefined, name) ? metrics.undefined[name]! : "not recorded by this run";
}

/** A metric as it is printed in a table: the value, or a dash with the reason beside it. */
export function metricValue(metrics: MetricSet, name: string): Html {
  const value = Object.hasOwn(metrics.values, name) ? metrics.values[name] : null;
  if (value === null || value === undefined) {
    const reason = reasonOf(metrics, name);
    return html`${noValue(reason)} <small class="why">${reason}</small>`;
  }
  const unit = METRIC_CATALOGUE[name]?.unit;
  if (unit === undefined) return html`${value}`;
  const text = formatMetric(value, unit);
  return unit === "change" || unit === "gain" ? html`<span class="${toneOf(value)}">${text}</span>` : html`${text}`;
}
