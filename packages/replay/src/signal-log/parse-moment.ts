import { printable } from "@powertrader/core/market";
import { looksLikeMilliseconds, parseDate } from "@powertrader/core/time";

const SECONDS = /^\d+(\.\d+)?$/;
const TIME = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(:\d{2})?(\.\d+)? ?(Z|[+-]\d{2}:?\d{2})?)?$/;

/**
 * The moment that other tools write: seconds since 1970 as number or text, or a date with or without a time. What names no
 * zone is UTC. Epoch milliseconds.
 * @throws Error saying what is wrong
 */
export function parseMoment(value: unknown): number {
  if (typeof value === "number") return ofSeconds(value);
  if (typeof value !== "string") throw new Error("ts is missing");
  const text = value.trim();
  if (SECONDS.test(text)) return ofSeconds(Number(text));
  const match = TIME.exec(text);
  if (match === null) throw new Error(`ts "${printable(text)}" is neither seconds nor YYYY-MM-DD HH:MM:SS`);
  const [, day, minute = "00:00", second = ":00", fraction = "0", zone = "Z"] = match;
  const dayMs = parseDate(`${day}T${minute}${second}Z`, "ts");
  return dayMs + Math.round(Number(fraction) * 1000) - offsetMs(zone);
}

function ofSeconds(seconds: number): number {
  if (!(seconds >= 0 && seconds < Infinity)) throw new Error(`ts ${seconds} is no moment since 1970`);
  if (looksLikeMilliseconds(seconds)) throw new Error(`ts ${seconds} looks like milliseconds; seconds are wanted`);
  return Math.round(seconds * 1000);
}

/** `+02:00` or `+0200` in milliseconds. */
function offsetMs(zone: string): number {
  if (zone === "Z") return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2));
  return (zone.startsWith("-") ? -1 : 1) * minutes * 60_000;
}
