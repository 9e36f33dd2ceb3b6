import { formatDate, parseDate } from "@powertrader/core/time";

/** Names inside `models/<COIN>/` and inside the folder of one model. */
export const MODEL_FILES = {
  /** Name of the folder of the model that was trained last. */
  current: "current",
  /** What the trainer is doing. */
  status: "trainer_status.json",
  /** Written last: a folder without it is no model. */
  manifest: "manifest.json",
} as const;

/** `2024-01-01`, or `2024-01-01T060000Z`: the folder of the model of a cutoff. */
export function cutoffFolder(cutoffMs: number): string {
  return formatDate(cutoffMs).replaceAll(":", "");
}

const FOLDER = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2})(\d{2})(\d{2})Z)?$/;

/** The cutoff that a folder is named after; `undefined` for other names. */
export function parseCutoffFolder(name: string): number | undefined {
  const [, day, hour, minute, second] = FOLDER.exec(name) ?? [];
  if (day === undefined) return undefined;
  try {
    const cutoffMs = parseDate(hour === undefined ? day : `${day}T${hour}:${minute}:${second}Z`, name);
    return cutoffFolder(cutoffMs) === name ? cutoffMs : undefined;
  } catch {
    return undefined; // no day of the calendar
  }
}
