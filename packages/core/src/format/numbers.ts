import { DAY_MS, HOUR_MS, MINUTE_MS } from "../market/timeframe.ts";

const MINUS = "\u2212";
const NO_BREAK = "\u00a0";

/** From here on a number is read by its power of ten, a share in percent earlier. */
const LARGE = 1e15;
const LARGE_PERCENT = 1e6;

/** Numbers as text: grouped by thousands, the same on every machine, whatever its language; very large ones as `1.2e69`. */
export function formatNumber(value: number, digits: number): string {
  if (Math.abs(value) >= LARGE) return scientific(value);
  const [whole, fraction] = Math.abs(value).toFixed(digits).split(".") as [string, string?];
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  const text = fraction === undefined ? grouped : `${grouped}.${fraction}`;
  return value < 0 && /[1-9]/.test(text) ? MINUS + text : text;
}

function scientific(value: number): string {
  const text = Math.abs(value).toExponential(1).replace("e+", "e");
  return value < 0 ? MINUS + text : text;
}

export function formatCount(value: number): string {
  return formatNumber(value, 0);
}

/** Quote currency with two digits after the point, more for very small amounts. */
export function formatMoney(value: number): string {
  const size = Math.abs(value);
  return formatNumber(value, size > 0 && size < 0.01 ? 6 : 2);
}

/** With its sign, for amounts that are gains or losses. */
export function formatGain(value: number): string {
  const text = formatMoney(value);
  return value > 0 && /[1-9]/.test(text) ? `+${text}` : text;
}

/** A fraction in percent. */
export function formatShare(share: number, digits = 2): string {
  const percent = share * 100;
  const text = Math.abs(percent) >= LARGE_PERCENT ? scientific(percent) : formatNumber(percent, digits);
  return `${text}${NO_BREAK}%`;
}

/** A fraction in percent with its sign. */
export function formatChange(share: number, digits = 2): string {
  const text = formatShare(share, digits);
  return share > 0 && /[1-9]/.test(text) ? `+${text}` : text;
}

/** A price or quantity with six significant digits, at least two of them after the point, without idle zeros. */
export function formatPrice(value: number): string {
  if (value === 0) return "0";
  return withoutIdleZeros(value, Math.min(12, Math.max(2, 5 - Math.floor(Math.log10(Math.abs(value))))));
}

/** A quantity with up to eight digits after the point, as finely as venues count, without idle zeros. */
export function formatQuantity(value: number): string {
  const text = withoutIdleZeros(value, 8);
  return /[1-9]/.test(text) ? text : formatPrice(value);
}

function withoutIdleZeros(value: number, digits: number): string {
  return formatNumber(value, digits)
    .replace(/(\.\d*?)0+$/, "$1")
    .replace(/\.$/, "");
}

export function formatRatio(value: number): string {
  return formatNumber(value, Math.abs(value) >= 1000 ? 0 : 2);
}

/** `2024-01-31`, UTC. */
export function formatDay(timeMs: number): string {
  return isoTime(timeMs).slice(0, 10);
}

/** `2024-01-31 13:45`, UTC. */
export function formatMinute(timeMs: number): string {
  return isoTime(timeMs).slice(0, 16).replace("T", " ");
}

function isoTime(timeMs: number): string {
  const date = new Date(timeMs);
  return Number.isNaN(date.getTime()) ? "unknown" : date.toISOString();
}

/** `3 days`, `5.5 h`, `12 min`. */
export function formatDuration(durationMs: number): string {
  if (durationMs >= 2 * DAY_MS) return `${trimmed(durationMs / DAY_MS)}${NO_BREAK}days`;
  if (durationMs >= HOUR_MS) return `${trimmed(durationMs / HOUR_MS)}${NO_BREAK}h`;
  return `${trimmed(durationMs / MINUTE_MS)}${NO_BREAK}min`;
}

function trimmed(value: number): string {
  return formatNumber(value, value >= 100 ? 0 : 1).replace(/\.0$/, "");
}

/** A setting's value as a short text. */
export function formatSetting(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "—");
}
