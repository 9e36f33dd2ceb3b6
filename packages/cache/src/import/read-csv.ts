import { PtError } from "@powertrader/core/errors";
import { candleFault, printable } from "@powertrader/core/market";
import { parse } from "csv-parse/sync";
import { decimalCommaIn, parseNumber, parseTime } from "./parse-values.ts";
import type { RawRows, ReadOptions } from "./raw-rows.ts";
import { Rejections } from "./rejections.ts";
import { RowBuffer } from "./row-buffer.ts";
import { DEFAULT_LAYOUT, layoutOfHeader, type RowLayout } from "./row-layout.ts";

const DELIMITERS = [",", ";", "\t", "|"] as const;
/** A banner above the header is shorter than this. */
const HEAD_LINES = 50;
const LONGEST_LINE = 1 << 16;

/** How to take a line apart. */
interface Dialect {
  readonly delimiter: string;
  readonly layout: RowLayout;
  /** The line that told is a header, no candle. */
  readonly isHeader: boolean;
}

/**
 * Reads candles from CSV: a header by name or `options.columns` by place or six or more numbers, after any banner lines.
 * A row is one line; the delimiter is found by trying.
 *
 * @throws PtError E_IMPORT when no line tells how to read the rest
 */
export async function readCsv(chunks: AsyncIterable<Uint8Array>, options: ReadOptions): Promise<RawRows> {
  const buffer = new RowBuffer();
  const rejections = new Rejections();
  let dialect: Dialect | undefined;
  let [lineNumber, read, isEmpty] = [0, 0, true];
  for await (const lines of linesIn(chunks)) {
    for (const line of lines) {
      lineNumber++;
      if (line.trim() === "") continue;
      isEmpty = false;
      if (dialect === undefined) {
        dialect = dialectOf(line, options);
        if (dialect === undefined && lineNumber >= HEAD_LINES) throw unreadable();
        if (dialect === undefined || dialect.isHeader) continue;
      }
      read++;
      const fault = readRow(fieldsOf(line, dialect.delimiter), dialect.layout, lineNumber, buffer);
      if (fault !== undefined) rejections.add(lineNumber, fault);
    }
    options.onRows?.(read);
  }
  if (dialect === undefined && !isEmpty) throw unreadable();
  return { buffer, rejections, read, unit: "line" };
}

/** Reads one row into the buffer; says why when it cannot. */
function readRow(fields: readonly string[], layout: RowLayout, line: number, buffer: RowBuffer): string | undefined {
  const at = (column: keyof RowLayout) => fields[layout[column]] ?? "";
  const timeMs = parseTime(at("time"));
  if (Number.isNaN(timeMs)) return `"${printable(at("time"))}" is not a time`;
  const open = parseNumber(at("open"));
  const high = parseNumber(at("high"));
  const low = parseNumber(at("low"));
  const close = parseNumber(at("close"));
  const volume = parseNumber(at("volume"));
  const fault = candleFault(open, high, low, close, volume);
  if (fault !== undefined) return decimalCommaIn(fields) ?? fault;
  buffer.push(line, timeMs, open, high, low, close, volume);
  return undefined;
}

function dialectOf(line: string, options: ReadOptions): Dialect | undefined {
  const found = DELIMITERS.map((delimiter) => ({ delimiter, fields: fieldsOf(line, delimiter) })).filter(
    ({ fields }) => fields.length >= 6,
  );
  for (const { delimiter, fields } of found) {
    const layout = options.columns ?? DEFAULT_LAYOUT;
    if (looksLikeRow(fields, layout)) return { delimiter, layout, isHeader: false };
    const named = options.columns === undefined ? layoutOfHeader(fields, options.symbol) : undefined;
    if (named !== undefined) return { delimiter, layout: named, isHeader: true };
  }
  return undefined;
}

function looksLikeRow(fields: readonly string[], layout: RowLayout): boolean {
  const at = (column: keyof RowLayout) => fields[layout[column]] ?? "";
  const isNumber = (text: string) => !Number.isNaN(parseNumber(text)) || decimalCommaIn([text]) !== undefined;
  return !Number.isNaN(parseTime(at("time"))) && isNumber(at("open")) && isNumber(at("close"));
}

function unreadable(): PtError {
  return new PtError("E_IMPORT", "no header and no row of six numbers at the start of the file", {
    hint: "Say which columns to take, e.g. --columns time,open,high,low,close,volume.",
  });
}

/** Quoted lines are rare among candles and go the slow way. */
function fieldsOf(line: string, delimiter: string): readonly string[] {
  if (!line.includes('"')) return line.split(delimiter);
  try {
    const [fields] = parse(line, { delimiter, relax_quotes: true, relax_column_count: true }) as string[][];
    return fields ?? [];
  } catch {
    return line.split(delimiter);
  }
}

/** The lines of a text, a piece at a time, without their ends. */
async function* linesIn(chunks: AsyncIterable<Uint8Array>): AsyncIterable<readonly string[]> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of chunks) {
    const text = rest + decoder.decode(chunk, { stream: true });
    const lines = text.includes("\r") ? text.split(/\r?\n/) : text.split("\n");
    rest = lines.pop()!;
    if (rest.length > LONGEST_LINE) {
      throw new PtError("E_IMPORT", "a line is longer than 64 KiB: this is no CSV of candles");
    }
    yield lines;
  }
  yield [rest + decoder.decode()];
}
