import { createProgress, type Frame } from "@powertrader/core/cli";
import { PtError } from "@powertrader/core/errors";
import {
  parseExchange,
  parseSymbol,
  parseTimeframe,
  printable,
  shortTimeframe,
  timeframeMs,
} from "@powertrader/core/market";
import { Command } from "commander";
import type { ImportReport } from "../import/import-series.ts";
import type { RowsReport } from "../import/judge-rows.ts";
import type { Rejection } from "../import/rejections.ts";
import type { Calendar } from "../import/time-judges.ts";
import { countOf, describeGaps, describeRange, gapsToWire, rangeToWire, suggestReplay } from "./describe.ts";
import { addCommonFlags, addLockFlag, cacheDirFlag, cacheDirOf, parseKind, parseLockWait } from "./flags.ts";

interface Flags {
  readonly kind: string;
  readonly exchange: string;
  readonly symbol: string;
  readonly timeframe: string;
  readonly columns?: string;
  readonly calendar: string;
  readonly lockWait: string;
  readonly cacheDir?: string;
}

const LISTED = 10;

const EXAMPLES = `
FILE is CSV, CSV.gz, or JSON (rows as objects, or exchange tuples such as Binance klines); - reads stdin.
Times are seconds, milliseconds or microseconds since 1970, or ISO dates (UTC); rows may come in any order.
Of several rows of a time the one that was written last is taken: the last of the file, the first where it runs newest first.
Rows that repeat it are counted as duplicates, rows that differ from it are listed as conflicts. Nothing is stored unless
more than half of the rows are good, or when all are of a longer timeframe.

--kind mark stores candles of the price that a futures venue values positions at; a volume in the file is passed over.
--kind funding stores settlements, time and rate (longs pay shorts a rate above 0); --timeframe is the usual time between
two. Times up to 15 seconds off a whole minute are taken for it.

Examples:
  $ npx --no -- pt-cache import my-candles.csv --exchange binance --symbol BTC-USDT --timeframe 1h
  $ npx --no -- pt-cache import goog.csv --exchange stocks --symbol GOOG-USD --timeframe 1d --calendar as-is
  $ npx --no -- pt-cache import my-funding.csv --kind funding --exchange binance --symbol BTC-USDT --timeframe 8h
  $ npx --no -- pt-cache import my-mark-candles.csv --kind mark --exchange binance --symbol BTC-USDT --timeframe 1h
  $ zcat bars.gz | npx --no -- pt-cache import - --exchange own --symbol BTC-USDT --timeframe 5m --columns time,open,high,low,close,-,volume`;

/** `pt-cache import FILE`: candles or funding rates from a file into the cache. */
export function importCommand(frame: Frame): Command {
  const command = new Command("import")
    .description("read candles, mark candles or funding rates from a file into the cache")
    .argument("<file>", "CSV, CSV.gz or JSON; - reads stdin")
    .option("--kind <kind>", "what the rows are: candles, mark or funding", "candles")
    .requiredOption("--exchange <name>", "folder of the cache to write")
    .requiredOption("--symbol <BASE-QUOTE>", "e.g. BTC-USDT")
    .requiredOption("--timeframe <tf>", "bar length, e.g. 1h or 1hour; of funding the time between settlements")
    .option(
      "--columns <names>",
      "what stands in each place of a row without header: time,open,high,low,close,volume; of funding time,rate",
    )
    .option(
      "--calendar <kind>",
      "24x7: bars missing on the grid are gaps; as-is: sessions and weekends are none",
      "24x7",
    )
    .addHelpText("after", EXAMPLES);
  return addCommonFlags(addLockFlag(command)).action((file: string, flags: Flags) => run(file, flags, frame));
}

async function run(file: string, flags: Flags, { console, flags: { json }, signal }: Frame): Promise<void> {
  const kind = parseKind(flags.kind);
  const place = {
    cacheDir: cacheDirOf(flags),
    kind,
    exchange: parseExchange(flags.exchange),
    symbol: parseSymbol(flags.symbol),
    timeframe: parseTimeframe(flags.timeframe),
    calendar: parseCalendar(flags.calendar),
    lockWaitSeconds: parseLockWait(flags.lockWait),
  };
  const { parseColumns } = await import("../import/row-layout.ts");
  const { ROW_SCHEMAS } = await import("../import/row-schema.ts");
  const columns =
    flags.columns === undefined ? {} : { columns: parseColumns(flags.columns, ROW_SCHEMAS[kind].columns) };
  const { openInput } = await import("../import/open-input.ts");
  const { importSeries } = await import("../import/import-series.ts");
  const input = await openInput(file);
  const display = createProgress(console, `importing ${input.name}`);
  try {
    const onProgress = (share: number | undefined, rows: number) =>
      display.update(share ?? 0, () => countOf(rows, "row"));
    const report = await importSeries(input, { ...place, ...columns, signal, onProgress });
    display.end();
    listRows(report, console);
    for (const name of report.setAside) console.note(`a damaged file was moved aside: ${name}`);
    if (json) console.out(JSON.stringify(toWire(report)));
    else console.out(describe(report, place.cacheDir, cacheDirFlag(flags)));
    if (report.looksLike !== undefined) console.note(looksLikeNote(report));
  } catch (error) {
    display.end();
    if (error instanceof PtError && "rejections" in error.details)
      listRows(error.details as unknown as RowsReport, console);
    throw error;
  }
}

function parseCalendar(text: string): Calendar {
  if (text === "24x7" || text === "as-is") return text;
  throw new PtError("E_USAGE", `--calendar: "${printable(text)}" is neither 24x7 nor as-is`);
}

function listRows({ rejections, rejected, conflicts, conflicting, unit }: RowsReport, console: Frame["console"]): void {
  list(`rejected ${unit}`, rejections, rejected, console);
  list(`conflict ${unit}`, conflicts, conflicting, console);
}

function list(title: string, rows: readonly Rejection[], count: number, console: Frame["console"]): void {
  for (const { line, reason } of rows.slice(0, LISTED)) console.note(`${title} ${line}: ${reason}`);
  if (count > LISTED) console.note(`… and ${count - LISTED} more`);
}

function describe(report: ImportReport, cacheDir: string, flag: string): string {
  const { exchange, kind, symbol, timeframe, range, gaps } = report;
  const what = `${symbol} ${shortTimeframe(timeframe)}${kind === "candles" ? "" : ` ${kind}`} of ${exchange}`;
  const holes = describeGaps(gaps, timeframeMs(timeframe), kind === "funding" ? "settlement" : "bar");
  return [`${what}: ${describeRange(range)}, ${holes}`, describeRows(report), nextCommand(report, cacheDir, flag)].join(
    "\n",
  );
}

function nextCommand(report: ImportReport, cacheDir: string, flag: string): string {
  const { exchange, kind, symbol, timeframe, range } = report;
  if (kind !== "candles") return `next: npx --no -- pt-cache ls --exchange ${exchange}${flag}`;
  const [coin, quote] = symbol.split("-") as [string, string];
  return suggestReplay({ cacheDir, exchange, coins: [coin], quote, timeframe, fromMs: range.fromMs }, flag);
}

function describeRows(report: ImportReport): string {
  const { read, added, revised, unchanged, outdated, duplicates, conflicting, rejected } = report;
  return [
    `${countOf(read, "row")} read: ${added} stored`,
    `${revised} revised`,
    `${unchanged} known already`,
    ...(outdated === 0 ? [] : [`${outdated} older than the cache`]),
    ...(duplicates === 0 ? [] : [countOf(duplicates, "duplicate")]),
    ...(conflicting === 0 ? [] : [countOf(conflicting, "conflict")]),
    `${rejected} rejected`,
  ].join(", ");
}

function looksLikeNote({ looksLike, timeframe }: ImportReport): string {
  const found = shortTimeframe(looksLike!);
  return `most rows are ${found} apart, not ${shortTimeframe(timeframe)}: was --timeframe ${found} meant?`;
}

function toWire(report: ImportReport): object {
  return {
    schema_version: 1,
    exchange: report.exchange,
    kind: report.kind,
    symbol: report.symbol,
    timeframe: report.timeframe,
    source: report.source,
    rows_read: report.read,
    added: report.added,
    revised: report.revised,
    outdated: report.outdated,
    unchanged: report.unchanged,
    duplicates: report.duplicates,
    conflicting: report.conflicting,
    conflicts: report.conflicts,
    rejected: report.rejected,
    rejections: report.rejections,
    ...rangeToWire(report.range),
    gaps: gapsToWire(report.gaps),
    set_aside: report.setAside,
  };
}
