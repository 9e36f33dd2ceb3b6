import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { PtError } from "@powertrader/core/errors";
import { decodeSignal, faultOf, sha256 } from "@powertrader/core/files";
import { parseCoin, parseSymbol, printable } from "@powertrader/core/market";
import { SIGNAL_TERMS, type Signal } from "@powertrader/core/strategy";
import { formatTime } from "@powertrader/core/time";
import { csvRows, type RowReader } from "./csv-rows.ts";
import { parseMoment } from "./parse-moment.ts";
import { REPLAY_SIGNALS } from "./replay-source.ts";

/** The signals of a file, earliest first. */
export interface SignalLog {
  /** Name of the file, without its folder. */
  readonly file: string;
  readonly sha256: string;
  readonly signals: readonly Signal[];
}

/** What the signals may be about. */
export interface TradedSymbols {
  readonly symbols: readonly string[];
  /** Completes signals that name a coin only. */
  readonly quote: string;
}

/** Stands in for an id until one is given. */
const UNNAMED = "unnamed";

/**
 * Reads the signals of another run or another tool: JSONL of the contract, whose `signal_id` and `strategy` may be
 * missing, or CSV with a header. Lines may stand in any order.
 * @throws PtError E_FILE naming file and line
 */
export function readSignalLog(path: string, traded: TradedSymbols): SignalLog {
  const bytes = readFile(path);
  const lines = readAll(path, bytes.toString("utf8"), traded);
  lines.sort((a, b) => a.signal.tsMs - b.signal.tsMs);
  refuseTwins(path, lines, "two signals", ({ signal }) => `${signal.symbol} at ${formatTime(signal.tsMs)}`);
  const named = lines.filter(({ signal }) => signal.signalId !== UNNAMED);
  refuseTwins(path, named, "two lines", ({ signal }) => `the id ${printable(signal.signalId)}`);
  return { file: basename(path), sha256: sha256(bytes), signals: withIds(lines.map(({ signal }) => signal)) };
}

interface Line {
  readonly line: number;
  readonly signal: Signal;
}

function readFile(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new PtError("E_FILE", `cannot read ${path} (${(error as NodeJS.ErrnoException).code})`, {
      hint: "Check the path of --signals.",
      cause: error,
    });
  }
}

function readAll(path: string, text: string, traded: TradedSymbols): Line[] {
  const found: Line[] = [];
  let read: RowReader | undefined;
  for (const [i, end] of text
    .replace(/^\uFEFF/, "")
    .split("\n")
    .entries()) {
    const line = end.trim();
    if (line === "") continue;
    try {
      if (read !== undefined) found.push({ line: i + 1, signal: signalOf(read(line), traded) });
      else if (/^[[{]/.test(line)) {
        read = jsonRow;
        found.push({ line: i + 1, signal: signalOf(read(line), traded) });
      } else read = csvRows(line);
    } catch (error) {
      throw new PtError("E_FILE", `${path}:${i + 1}: ${faultOf(error)}`, {
        hint: "Signals are JSON objects, one a line, or CSV with a header; see docs/file-formats.md.",
        cause: error,
      });
    }
  }
  return found;
}

function jsonRow(line: string): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(line);
  if (value === null || typeof value !== "object" || Array.isArray(value)) throw new Error("not one JSON object");
  return value as Record<string, unknown>;
}

function signalOf(row: Readonly<Record<string, unknown>>, { symbols, quote }: TradedSymbols): Signal {
  const signal = decodeSignal({
    ...row,
    signal_id: row.signal_id ?? UNNAMED,
    strategy: row.strategy ?? REPLAY_SIGNALS,
    ts: parseMoment(row.ts) / 1000,
  });
  const symbol = signal.symbol.includes("-") ? parseSymbol(signal.symbol) : `${parseCoin(signal.symbol)}-${quote}`;
  if (!symbols.includes(symbol))
    throw new Error(`${symbol} is not traded; --coins and --quote say ${symbols.join(", ")}`);
  refuseBadNumbers(signal);
  return { ...signal, symbol };
}

function refuseBadNumbers({ strength, size, stopLoss, takeProfit, data }: Signal): void {
  if (!(strength >= 0 && strength <= 1)) throw new Error(`strength ${strength} is not from 0 to 1`);
  const positive = { size, stop_loss: stopLoss, take_profit: takeProfit };
  for (const [name, value] of Object.entries(positive)) {
    if (value !== undefined && !(value > 0)) throw new Error(`${name} ${value} is not above 0`);
  }
  if (size !== undefined && size > 1) throw new Error(`size ${size} is above 1: it is a fraction of equity`);
  for (const name of SIGNAL_TERMS) {
    const value = data?.[name];
    if (value === undefined || value === null || (typeof value === "number" && value > 0)) continue;
    throw new Error(`data.${name} ${printable(JSON.stringify(value))} is not a number above 0`);
  }
}

/** @throws PtError E_FILE when two lines are the same thing */
function refuseTwins(path: string, lines: readonly Line[], what: string, thing: (line: Line) => string): void {
  const seen = new Map<string, number>();
  for (const one of lines) {
    const name = thing(one);
    const before = seen.get(name);
    if (before !== undefined) {
      const [first, second] = [before, one.line].sort((a, b) => a - b);
      throw new PtError("E_FILE", `${path}:${second}: ${what} for ${name}, the other on line ${first}`, {
        hint: "Keep one of them.",
      });
    }
    seen.set(name, one.line);
  }
}

/** Numbers the signals that have no id, per symbol in their order, around the ids that are taken. */
function withIds(signals: readonly Signal[]): readonly Signal[] {
  const taken = new Set(signals.map(({ signalId }) => signalId));
  const counts = new Map<string, number>();
  return signals.map((signal) => {
    if (signal.signalId !== UNNAMED) return signal;
    let count = counts.get(signal.symbol) ?? 0;
    let signalId: string;
    do signalId = `${signal.symbol}-s${++count}`;
    while (taken.has(signalId));
    counts.set(signal.symbol, count);
    return { ...signal, signalId };
  });
}
