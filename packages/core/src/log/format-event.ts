import type { Event } from "./event-log.ts";

/** Keys that stand at the front, or nowhere. */
const FRAME = new Set(["level", "time", "event"]);

/**
 * An event as a line for people: `17:45:02 training  symbol=BTC-USDT cutoff=2024-01-01`. Times in seconds that events
 * carry under `…_ts` and `ts` are shown as dates; what is nested is shown as JSON.
 */
export function formatEvent(event: Event): string {
  const clock = new Date(Number(event.time) * 1000).toISOString().slice(11, 19);
  const level = event.level === "info" || event.level === "debug" ? "" : `${String(event.level).toUpperCase()} `;
  const parts = Object.entries(event).flatMap(([key, value]) =>
    FRAME.has(key) || value === null || value === undefined ? [] : [partOf(key, value)],
  );
  return `${clock} ${level}${String(event.event)}  ${parts.join(" ")}`.trimEnd();
}

function partOf(key: string, value: unknown): string {
  if (key === "message") return String(value);
  if (typeof value === "number" && (key === "ts" || key.endsWith("_ts"))) {
    return `${key === "ts" ? "at" : key.slice(0, -3)}=${new Date(value * 1000).toISOString().slice(0, 16)}Z`;
  }
  return `${key}=${typeof value === "object" ? JSON.stringify(value) : String(value)}`;
}
