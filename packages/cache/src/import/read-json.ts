import { PtError } from "@powertrader/core/errors";
import type { SeriesRows } from "@powertrader/core/files";
import { decimalCommaIn, numberOf, timeOf } from "./parse-values.ts";
import type { RawRows, ReadOptions } from "./raw-rows.ts";
import { Rejections } from "./rejections.ts";
import { RowBuffer, valuesFor } from "./row-buffer.ts";
import { defaultLayout, layoutOfHeader, placesOf } from "./row-layout.ts";
import type { RowSchema } from "./row-schema.ts";

/** V8 holds no longer text; series that large belong into CSV. */
const LARGEST = 500_000_000;

/**
 * Reads rows from a JSON array: objects with named values (the cache's own format), or tuples with the columns of the
 * schema in front (Binance klines, freqtrade) or as `options.columns` says. Numbers may be texts.
 *
 * @throws PtError E_IMPORT when it is not an array of such rows
 */
export async function readJson<R extends SeriesRows>(
  chunks: AsyncIterable<Uint8Array>,
  options: ReadOptions<R>,
): Promise<RawRows<R>> {
  const { schema } = options;
  const elements = parseArray(await textOf(chunks), schema);
  const textsOf = rowReader(elements[0], options);
  const buffer = new RowBuffer(schema.format);
  const values = valuesFor(schema.format);
  const rejections = new Rejections();
  elements.forEach((element, i) => {
    const fault = readRow(textsOf(element), schema, values);
    if (fault === undefined) buffer.push(i + 1, values);
    else rejections.add(i + 1, fault);
  });
  options.onRows?.(elements.length);
  return { buffer, rejections, read: elements.length, unit: "element" };
}

/** How to take the values of the schema's columns out of a row, told by the first one. */
function rowReader(
  first: unknown,
  { schema, symbol, columns }: ReadOptions<SeriesRows>,
): (row: unknown) => readonly unknown[] | undefined {
  if (Array.isArray(first) || first === undefined) {
    const places = placesOf(schema, columns ?? defaultLayout(schema));
    return (row) => (Array.isArray(row) ? places.map((place) => row[place]) : undefined);
  }
  const keys = first !== null && typeof first === "object" ? Object.keys(first) : [];
  const layout = layoutOfHeader(keys, symbol, schema);
  if (layout === undefined) {
    throw new PtError("E_IMPORT", `the first element of the array is not a ${schema.noun}`, {
      hint: `A ${schema.noun} looks like ${schema.example}.`,
    });
  }
  const names = placesOf(schema, layout).map((place) => keys[place]!);
  return (row) => {
    if (row === null || typeof row !== "object" || Array.isArray(row)) return undefined;
    const named = row as Readonly<Record<string, unknown>>;
    return names.map((name) => named[name]);
  };
}

/** Reads the values of one row; says why when it cannot. */
function readRow(
  texts: readonly unknown[] | undefined,
  schema: RowSchema<SeriesRows>,
  values: Float64Array,
): string | undefined {
  if (texts === undefined) return `not a ${schema.noun} like the first`;
  values[0] = schema.momentOf(timeOf(texts[0]));
  if (Number.isNaN(values[0])) return "its time is not a time";
  for (let i = 1; i < texts.length; i++) values[i] = numberOf(texts[i]);
  const fault = schema.fault(values);
  return fault === undefined ? undefined : (decimalCommaIn(texts) ?? fault);
}

function parseArray(text: string, { noun }: RowSchema<SeriesRows>): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(text);
    if (Array.isArray(value)) return value;
  } catch (error) {
    throw new PtError("E_IMPORT", `the JSON is broken: ${(error as Error).message}`, {
      hint: "The file may be cut off; fetch it again.",
      cause: error,
    });
  }
  throw new PtError("E_IMPORT", `the JSON is not an array of ${noun}s`);
}

async function textOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of chunks) {
    size += piece.length;
    if (size > LARGEST) throw new PtError("E_IMPORT", "more than 500 MB of JSON", { hint: "Import CSV instead." });
    pieces.push(piece);
  }
  return new TextDecoder().decode(Buffer.concat(pieces));
}
