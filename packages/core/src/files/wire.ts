import { z } from "zod";

/** Seconds in files, milliseconds in code. */
export function toSeconds(timeMs: number): number {
  return timeMs / 1000;
}

export function toMs(seconds: number): number {
  return Math.round(seconds * 1000);
}

/** A finite number as JSON text. A NaN or an infinity must never reach a file. */
export function num(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError(`${value} cannot be written to a file`);
  return `${value}`;
}

/** A finite number or `null` as JSON text. */
export function numOrNull(value: number | null | undefined): string {
  return value === null || value === undefined ? "null" : num(value);
}

/** Strings that JSON writes as they are: ids and symbols. */
const PLAIN = /^[\w.:-]*$/;

/** Any string as JSON text. */
export function text(value: string | undefined): string {
  if (value === undefined) return "null";
  return PLAIN.test(value) ? `"${value}"` : JSON.stringify(value);
}

export const sideSchema = z.enum(["buy", "sell"]);
export const secondsSchema = z.number().nonnegative();
export const quantitySchema = z.number().nonnegative();
