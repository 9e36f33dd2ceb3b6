import { PtError } from "../errors/index.ts";
import { printable } from "../market/symbol.ts";

const DATE = /^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2}):(\d{2})Z)?$/;

/**
 * Reads `YYYY-MM-DD` (midnight UTC) or `YYYY-MM-DDTHH:MM:SSZ` as epoch milliseconds.
 * Strict: no local times, no roll-over of impossible days.
 * @param name - what the date is for, e.g. `--start-date`, named in the error
 * @throws PtError E_DATE
 */
export function parseDate(text: string, name: string): number {
  const match = DATE.exec(text);
  if (match !== null) {
    const [year, month, day, hour, minute, second] = match.slice(1).map((part) => Number(part ?? 0));
    const timeMs = Date.UTC(year!, month! - 1, day!, hour!, minute!, second!);
    const exists = formatTime(timeMs) === `${text.slice(0, 10)}T${text.slice(11, 19) || "00:00:00"}Z`;
    if (exists && timeMs >= 0) return timeMs;
    if (exists) throw new PtError("E_DATE", `${name}: "${text}" lies before 1970`, { hint: "No candle is that old." });
    throw new PtError("E_DATE", `${name}: "${printable(text)}" does not exist in the calendar`, {
      hint: "Check day, month and hour.",
    });
  }
  throw new PtError("E_DATE", `${name}: "${printable(text)}" is not a date`, {
    hint: "Use YYYY-MM-DD or YYYY-MM-DDTHH:MM:SSZ (UTC).",
  });
}

/** `YYYY-MM-DDTHH:MM:SSZ`; fractions of a second are cut. */
export function formatTime(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 19)}Z`;
}

/** `YYYY-MM-DD` at midnight UTC, else the full time. */
export function formatDate(timeMs: number): string {
  const full = formatTime(timeMs);
  return full.endsWith("T00:00:00Z") ? full.slice(0, 10) : full;
}
