import { formatDuration, formatPrice, formatSetting } from "@powertrader/core/format";
import { MINUTE_MS } from "@powertrader/core/market";

type Table = Readonly<Record<string, unknown>>;
export type SettingRow = readonly [name: string, value: string];

/** Every setting of a table, whether it is set or not; keys of inner tables after their table's name. */
export function settingRows(table: Table, prefix = ""): readonly SettingRow[] {
  return Object.entries(table).flatMap(([name, value]): readonly SettingRow[] => {
    const path = `${prefix}${name}`;
    return isTable(value) && isSet(value) ? settingRows(value, `${path}.`) : [[path, listInWords(value)]];
  });
}

/** `exits` of a configuration: what is set, distances and gains in percent of the entry price. */
export function exitRows({ break_even_offset: offset, ...exits }: Table): readonly SettingRow[] {
  const isOffsetUsed = isSet(exits.break_even_at) && offset !== 0;
  return rowsOf({ ...exits, break_even_offset: isOffsetUsed ? offset : null }, "");
}

/** `risk` of a configuration: what is set, keys of inner tables after their table's name. */
export function riskRows({ size, limits, ...risk }: Table): readonly SettingRow[] {
  const isSizedBySignal = isTable(size) && size.rule === "signal";
  return rowsOf({ ...risk, size: isSizedBySignal ? null : size, limits: withoutIdle(limits) }, "");
}

/** Correlation is measured over so many bars only where it is capped. */
function withoutIdle(limits: unknown): unknown {
  if (!isTable(limits) || isSet(limits.correlation_cap)) return limits;
  const { correlation_bars: _, ...others } = limits;
  return others;
}

function rowsOf(table: Table, prefix: string): readonly SettingRow[] {
  return Object.entries(table).flatMap(([name, value]): readonly SettingRow[] => {
    const path = `${prefix}${name}`;
    if (!isSet(value)) return [];
    if (!isTable(value)) return [[path, inWords(name, value)]];
    const steps = stepsInWords(name, value);
    return steps === undefined ? rowsOf(value, `${path}.`) : [[path, steps]];
  });
}

/** Tables whose keys are numbers: targets by gain, and by time. */
function stepsInWords(name: string, table: Table): string | undefined {
  const steps = Object.entries(table).map(([key, value]) => [Number(key), Number(value)] as const);
  if (steps.some(([key, value]) => Number.isNaN(key) || Number.isNaN(value))) return undefined;
  steps.sort(([a], [b]) => a - b);
  if (name === "take_profit") return steps.map(([at, share]) => `${percent(share)} at ${gain(at)}`).join(", ");
  if (name === "time_targets") return steps.map(([minutes, at]) => `${gain(at)} ${sinceEntry(minutes)}`).join(", ");
  return undefined;
}

function sinceEntry(minutes: number): string {
  return minutes === 0 ? "from the entry on" : `after ${formatDuration(minutes * MINUTE_MS)}`;
}

const GAINS = new Set(["take_profit", "trailing_from", "break_even_at", "break_even_offset"]);
const SHARES = new Set(["share", "stop_loss", "trailing_stop", "trailing_then"]);

function inWords(name: string, value: unknown): string {
  if (typeof value !== "number") return listInWords(value);
  if (GAINS.has(name)) return gain(value);
  if (SHARES.has(name) || name.endsWith("_share")) return percent(value);
  if (name.endsWith("_minutes")) return formatDuration(value * MINUTE_MS);
  return formatSetting(value);
}

function listInWords(value: unknown): string {
  if (!isSet(value)) return "—";
  return Array.isArray(value) ? value.map((item) => formatSetting(item)).join(", ") : formatSetting(value);
}

function gain(share: number): string {
  if (share <= -1) return "at any price";
  return share > 0 ? `+${percent(share)}` : percent(share);
}

function percent(share: number): string {
  return `${formatPrice(share * 100)}\u00a0%`;
}

function isSet(value: unknown): boolean {
  return value !== null && value !== undefined && !(typeof value === "object" && Object.keys(value).length === 0);
}

function isTable(value: unknown): value is Table {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
