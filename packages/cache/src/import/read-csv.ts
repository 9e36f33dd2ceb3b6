import { PtError } from "@powertrader/core/errors";
import type { SeriesRows } from "@powertrader/core/files";
import { printable } from "@powertrader/core/market";
import { parse } from "csv-parse/sync";
import { decimalCommaIn, parseNumber, parseTime } from "./parse-values.ts";
import type { RawRows, ReadOptions } from "./raw-rows.ts";
import { Rejections } from "./rejections.ts";
import { RowBuffer, valuesFor } from "./row-buffer.ts";
import { defaultLayout, layoutOfHeader, placesOf, type RowLayout } from "./row-layout.ts";
import type { RowSchema } from "./row-schema.ts";

const DELIMITERS = [",", ";", "\t", "|"] as const;
/** A banner above the header is shorter than this. */
const HEAD_LINES = 50;
const LONGEST_LINE = 1 << 16;

/** How to take a line apart. */
interface Dialect {
  readonly delimiter: string;
  /** Where the columns of the schema stand, in their order. */
  readonly places: readonly number[];
  /** The line that told is a header, no row. */
  readonly isHeader: boolean;
}

/**
 * Reads rows from CSV: a header by name or `options.columns` by place or numbers in their order, after any banner lines.
 * A row is one line; the delimiter is found by trying.
 *
 * @throws PtError E_IMPORT when no line tells how to read the rest
 */
export async function readCsv<R extends SeriesRows>(
  chunks: AsyncIterable<Uint8Array>,
  options: ReadOptions<R>,
): Promise<RawRows<R>> {
  const { schema } = options;
  const buffer = new RowBuffer(schema.format);
  const values = valuesFor(schema.format);
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
        if (dialect === undefined && lineNumber >= HEAD_LINES) throw unreadable(schema);
        if (dialect === undefined || dialect.isHeader) continue;
      }
      read++;
      const fault = readRow(fieldsOf(line, dialect.delimiter), dialect.places, schema, values);
      if (fault === undefined) buffer.push(lineNumber, values);
      else rejections.add(lineNumber, fault);
    }
    options.onRows?.(read);
  }
  if (dialect === undefined && !isEmpty) throw unreadable(schema);
  return { buffer, rejections, read, unit: "line" };
}

/** Reads the values of one row; says why when it cannot. */
function readRow(
  fields: readonly string[],
  places: readonly number[],
  schema: RowSchema<SeriesRows>,
  values: Float64Array,
): string | undefined {
  const time = fields[places[0]!] ?? "";
  values[0] = schema.momentOf(parseTime(time));
  if (Number.isNaN(values[0])) return `"${printable(time)}" is not a time`;
  for (let i = 1; i < places.length; i++) values[i] = parseNumber(fields[places[i]!] ?? "");
  const fault = schema.fault(values);
  return fault === undefined ? undefined : (decimalCommaIn(fields) ?? fault);
}

function dialectOf(line: string, { schema, symbol, columns }: ReadOptions<SeriesRows>): Dialect | undefined {
  const found = DELIMITERS.map((delimiter) => ({ delimiter, fields: fieldsOf(line, delimiter) })).filter(
    ({ fields }) => fields.length >= schema.columns.length,
  );
  for (const { delimiter, fields } of found) {
    const layout = columns ?? defaultLayout(schema);
    if (looksLikeRow(fields, layout, schema)) return { delimiter, places: placesOf(schema, layout), isHeader: false };
    const named = columns === undefined ? layoutOfHeader(fields, symbol, schema) : undefined;
    if (named !== undefined) return { delimiter, places: placesOf(schema, named), isHeader: true };
  }
  return undefined;
}

function looksLikeRow(fields: readonly string[], layout: RowLayout, { sure }: RowSchema<SeriesRows>): boolean {
  const at = (column: string) => fields[layout[column]!] ?? "";
  const isNumber = (text: string) => !Number.isNaN(parseNumber(text)) || decimalCommaIn([text]) !== undefined;
  return !Number.isNaN(parseTime(at("time"))) && sure.every((column) => isNumber(at(column)));
}

function unreadable({ columns }: RowSchema<SeriesRows>): PtError {
  return new PtError("E_IMPORT", `no header and no row of ${columns.join(", ")} at the start of the file`, {
    hint: `Say which columns to take, e.g. --columns ${columns.join(",")}.`,
  });
}

/** Quoted lines are rare among numbers and go the slow way. */
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
      throw new PtError("E_IMPORT", "a line is longer than 64 KiB: this is no CSV of rows");
    }
    yield lines;
  }
  yield [rest + decoder.decode()];
}
