import { didYouMean } from "@powertrader/core/errors";
import { printable } from "@powertrader/core/market";
import { parseNumber } from "@powertrader/core/settings";

const NEEDED = ["ts", "symbol", "direction"] as const;
const NUMBERS = ["strength", "size", "stop_loss", "take_profit"] as const;
const COLUMNS: readonly string[] = [...NEEDED, ...NUMBERS, "signal_id", "strategy", "tag", "reason"];

/** Takes a line apart into the keys of the signal contract. */
export type RowReader = (line: string) => Readonly<Record<string, unknown>>;

/**
 * Reads the header of a CSV of signals: columns in any order, unknown ones refused, because a stop that nobody reads
 * would be missed.
 * @throws Error saying what is wrong
 */
export function csvRows(header: string): RowReader {
  const columns = fieldsOf(header).map((name) => name.toLowerCase());
  for (const [i, name] of columns.entries()) {
    if (!COLUMNS.includes(name)) {
      throw new Error(`unknown column "${printable(name)}"${didYouMean(name, COLUMNS)}; known: ${COLUMNS.join(",")}`);
    }
    if (columns.indexOf(name) !== i) throw new Error(`the column ${name} stands there twice`);
  }
  const missing = NEEDED.filter((name) => !columns.includes(name));
  if (missing.length > 0) throw new Error(`no column ${missing.join(", ")} in the header`);
  return (line) => {
    const fields = fieldsOf(line);
    if (fields.length !== columns.length) {
      throw new Error(`${fields.length} fields where the header has ${columns.length}`);
    }
    return Object.fromEntries(columns.map((name, i) => [name, cellValue(name, fields[i]!)]));
  };
}

function cellValue(name: string, field: string): unknown {
  if (field === "") return null;
  return (NUMBERS as readonly string[]).includes(name) ? parseNumber(field, name) : field;
}

const FIELD = /(?:\s*"((?:[^"]|"")*)"\s*|([^",]*))(,|$)/y;

/** The fields of a line, trimmed; quotes hold commas. */
function fieldsOf(line: string): readonly string[] {
  const fields: string[] = [];
  FIELD.lastIndex = 0;
  for (let match = FIELD.exec(line); match !== null; match = FIELD.exec(line)) {
    fields.push((match[1]?.replaceAll('""', '"') ?? match[2]!).trim());
    if (match[3] === "") return fields;
  }
  throw new Error("misplaced quotes");
}
