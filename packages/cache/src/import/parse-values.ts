import { printable } from "@powertrader/core/market";

/** Seconds, milliseconds and microseconds since the epoch differ by factors of a thousand: magnitude tells. */
const FIRST_SECONDS = 1e8; // 1973; below that, 20240101 would be a moment
const FIRST_MS = 1e11;
const FIRST_US = 1e14;
const END_US = 1e17;

const ISO = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?)? ?(Z|UTC|[+-]\d{2}:?\d{2})?$/;

/** Epoch milliseconds of a number of seconds, milliseconds or microseconds; `NaN` when it can be none of them. */
export function timeOfNumber(value: number): number {
  if (value >= FIRST_SECONDS && value < FIRST_MS) return Math.round(value * 1000);
  if (value >= FIRST_MS && value < FIRST_US) return Math.round(value);
  if (value >= FIRST_US && value < END_US) return Math.round(value / 1000);
  return Number.NaN;
}

/**
 * Epoch milliseconds of a timestamp as files have it: a number (see `timeOfNumber`), `2024-01-31`,
 * `2024-01-31 13:00:00` or ISO 8601; UTC where no offset stands. `NaN` for anything else, impossible dates included.
 */
export function parseTime(text: string): number {
  const number = parseNumber(text);
  return Number.isNaN(number) ? parseIso(text.trim()) : timeOfNumber(number);
}

function parseIso(text: string): number {
  const match = ISO.exec(text);
  if (match === null) return Number.NaN;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0));
  const timeMs = Date.UTC(year!, month! - 1, day!, hour!, minute!, second!);
  const back = new Date(timeMs);
  const real =
    back.getUTCMonth() === month! - 1 && back.getUTCDate() === day && hour! < 24 && minute! < 60 && second! < 60;
  if (!real) return Number.NaN;
  return timeMs + Math.floor(Number(`0.${match[7] ?? 0}`) * 1000) - offsetMs(match[8]);
}

function offsetMs(zone: string | undefined): number {
  if (zone === undefined || zone === "Z" || zone === "UTC") return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2));
  return (zone.startsWith("-") ? -1 : 1) * minutes * 60_000;
}

const DIGIT_0 = 48;
const DIGIT_9 = 57;

/** A decimal number; `NaN` for empty text, hexadecimal and everything else that `Number` takes too kindly. */
export function parseNumber(text: string): number {
  const value = Number(text);
  if (value !== 0 && !Number.isNaN(value)) {
    // 0x10, 0b1 and 0o7 carry a letter in second place; Infinity in the first.
    const second = text.length > 1 ? text.trimStart().charCodeAt(1) : DIGIT_0;
    return second > DIGIT_9 && second !== 101 && second !== 69 ? Number.NaN : value;
  }
  return value === 0 && text.trim() === "" ? Number.NaN : value;
}

/** A number that is none because of its decimal comma; `undefined` when no value is one. */
export function decimalCommaIn(values: readonly unknown[]): string | undefined {
  const written = values.find((value) => typeof value === "string" && /^\s*[-+]?\d+,\d+\s*$/.test(value));
  return written === undefined ? undefined : `"${printable(String(written))}" reads like a decimal comma`;
}

/** A value of a JSON row: a number, or a number as text. */
export function numberOf(value: unknown): number {
  if (typeof value === "number") return value;
  return typeof value === "string" ? parseNumber(value) : Number.NaN;
}

/** A time of a JSON row. */
export function timeOf(value: unknown): number {
  if (typeof value === "number") return timeOfNumber(value);
  return typeof value === "string" ? parseTime(value) : Number.NaN;
}
