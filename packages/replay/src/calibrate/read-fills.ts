import { readFileSync } from "node:fs";
import type { Side } from "@powertrader/core/engine";
import { PtError } from "@powertrader/core/errors";
import { parseSymbol, printable } from "@powertrader/core/market";
import { parseNumber } from "@powertrader/core/settings";
import { looksLikeMilliseconds } from "@powertrader/core/time";

/** A fill as a venue reports it. */
export interface RealFill {
  /** When the order was decided or sent, epoch milliseconds. */
  readonly tsMs: number;
  /** When it executed; `undefined` where the venue does not say. */
  readonly fillMs: number | undefined;
  readonly symbol: string;
  readonly side: Side;
  readonly qty: number;
  readonly price: number;
  /** Quote currency; negative for a rebate. */
  readonly fee: number;
  readonly isMaker: boolean;
}

const REQUIRED = ["ts", "symbol", "side", "qty", "price", "fee"] as const;
const OPTIONAL = ["fill_ts", "liquidity", "order_type"] as const;
type Column = (typeof REQUIRED)[number] | (typeof OPTIONAL)[number];

/**
 * The fills of a CSV file with a header that names its columns, in any order; other columns are passed over.
 * @throws PtError E_FILE naming file and line of the first row that cannot be one
 */
export function readFills(path: string): readonly RealFill[] {
  const [header = "", ...rows] = textOf(path).split(/\r?\n/);
  const delimiter = [",", ";", "\t"].find((one) => header.includes(one)) ?? ",";
  const names = fieldsOf(header, delimiter).map((name) => name.toLowerCase());
  const missing = REQUIRED.filter((name) => !names.includes(name));
  if (missing.length > 0) {
    throw wrong(
      path,
      1,
      `the header names no column ${missing.join(", ")}`,
      `Columns: ${REQUIRED.join(", ")}; and where known ${OPTIONAL.join(", ")}.`,
    );
  }
  return rows.flatMap((row, i): readonly RealFill[] => {
    if (row.trim() === "") return [];
    const fields = fieldsOf(row, delimiter);
    try {
      return [fillOf((column) => fields[names.indexOf(column)] ?? "")];
    } catch (error) {
      if (!(error instanceof PtError)) throw error;
      throw wrong(path, i + 2, error.message, error.hint);
    }
  });
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8").replace(/^\uFEFF/, "");
  } catch (error) {
    throw new PtError("E_FILE", `cannot read ${path} (${(error as NodeJS.ErrnoException).code})`, { cause: error });
  }
}

function wrong(path: string, line: number, fault: string, hint: string | undefined): PtError {
  return new PtError("E_FILE", `${path}:${line}: ${fault}`, {
    ...(hint !== undefined && { hint }),
    details: { file: path, line },
  });
}

/** The fields of a row, trimmed; a field may stand in quotes. */
function fieldsOf(row: string, delimiter: string): readonly string[] {
  const field = new RegExp(`(?:^|${delimiter})\\s*(?:"((?:[^"]|"")*)"|([^${delimiter}]*))`, "g");
  return [...row.matchAll(field)].map(([, quoted, plain]) => (quoted?.replaceAll('""', '"') ?? plain!).trim());
}

function fillOf(at: (column: Column) => string): RealFill {
  const tsMs = parseMoment(at("ts"), "ts");
  const fillMs = at("fill_ts") === "" ? undefined : parseMoment(at("fill_ts"), "fill_ts");
  if (fillMs !== undefined && fillMs < tsMs) throw new PtError("E_FILE", "fill_ts lies before ts");
  return {
    tsMs,
    fillMs,
    symbol: parseSymbol(at("symbol").replace("/", "-")),
    side: oneOf(at("side"), ["buy", "sell"], "side"),
    qty: positive(at("qty"), "qty"),
    price: positive(at("price"), "price"),
    fee: parseNumber(at("fee"), "fee"),
    isMaker: isMaker(at("liquidity"), at("order_type")),
  };
}

function positive(text: string, name: string): number {
  const value = parseNumber(text, name);
  if (value > 0) return value;
  throw new PtError("E_FILE", `${name} = ${value}: must be above 0`);
}

function oneOf<T extends string>(text: string, names: readonly T[], what: string): T {
  const found = names.find((name) => name === text.toLowerCase());
  if (found !== undefined) return found;
  throw new PtError("E_FILE", `${what}: "${printable(text)}" is not ${names.join(" or ")}`);
}

/** What the venue says; else orders that wait for a price are taken for makers, all others for takers. */
function isMaker(liquidity: string, orderType: string): boolean {
  if (liquidity !== "") return oneOf(liquidity, ["maker", "taker"], "liquidity") === "maker";
  return ["limit", "take-profit"].includes(orderType.toLowerCase());
}

const ISO = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?) ?(Z|UTC|[+-]\d{2}:\d{2})?$/;

function parseMoment(text: string, name: string): number {
  const iso = ISO.exec(text);
  const zone = iso?.[3] === undefined || iso[3] === "UTC" ? "Z" : iso[3];
  const timeMs = iso === null ? numberAsMs(text) : Date.parse(`${iso[1]}T${iso[2]}${zone}`);
  if (timeMs > 0 && timeMs < 1e14) return timeMs;
  throw new PtError("E_FILE", `${name}: "${printable(text)}" is not a time`, {
    hint: "Use seconds or milliseconds since 1970, or YYYY-MM-DDTHH:MM:SSZ.",
  });
}

function numberAsMs(text: string): number {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  return Math.round(looksLikeMilliseconds(value) ? value : value * 1000);
}
