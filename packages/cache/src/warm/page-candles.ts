import { PtError } from "@powertrader/core/errors";
import { candleFault, type Timeframe, type TimeRange, timeframeMs, WEEK_MS } from "@powertrader/core/market";
import { formatTime } from "@powertrader/core/time";
import type { CandleRow, CandleSource } from "./candle-source.ts";

export interface PagerRequest {
  readonly symbol: string;
  readonly timeframe: Timeframe;
  /** Open times wanted; for bars other than weeks on the timeframe's grid. */
  readonly range: TimeRange;
  /** Bars that close later than this are not closed. */
  readonly nowMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** A stretch of the range that the source has answered for good. */
export interface Page {
  readonly range: TimeRange;
  /** Closed candles that open in it, ascending, each once. */
  readonly rows: readonly CandleRow[];
  readonly requests: number;
}

/**
 * Walks through a range page by page, oldest first. Each page asks for as many bars as the venue sends at once, so that
 * it does not matter from which end the venue cuts; a hole at the start of a page is asked for once more.
 *
 * @throws PtError E_NO_PROGRESS when the venue sends other candles than it was asked for, E_CANDLE_INVALID and
 * E_CANDLE_SHAPE for rows that cannot be candles of this timeframe, and what the source throws
 */
export async function* pageCandles(source: CandleSource, request: PagerRequest): AsyncGenerator<Page> {
  const lengthMs = timeframeMs(request.timeframe);
  let fromMs = request.range.fromMs;
  while (fromMs < request.range.toMs) {
    const range = { fromMs, toMs: Math.min(request.range.toMs, fromMs + source.pageBars * lengthMs) };
    let requests = 1;
    let rows = await ask(source, request, range);
    if (rows === undefined) {
      requests++;
      rows = await ask(source, request, range);
      if (rows === undefined) throw noProgress(source, request, range);
    }
    while (rows.length > 0 && rows[0]![0] - range.fromMs >= lengthMs) {
      requests++;
      const earlier: readonly CandleRow[] = (await ask(source, request, { ...range, toMs: rows[0]![0] })) ?? [];
      if (earlier.length === 0) break;
      rows = [...earlier, ...rows];
    }
    const last = rows.at(-1);
    const answeredMs = last === undefined ? range.toMs : Math.min(range.toMs, last[0] + lengthMs);
    yield { range: { fromMs, toMs: answeredMs }, rows, requests };
    fromMs = answeredMs;
  }
}

/** The sound rows of one answer, or `undefined` when all it holds lies far from what was asked for. */
async function ask(
  source: CandleSource,
  request: PagerRequest,
  range: TimeRange,
): Promise<readonly CandleRow[] | undefined> {
  const { symbol, timeframe, nowMs, signal } = request;
  const answer = await source.fetchPage({ symbol, timeframe, ...range, signal });
  const lengthMs = timeframeMs(timeframe);
  const rows = new Map<number, CandleRow>();
  let near = answer.length === 0;
  for (const row of answer) {
    const openMs = row[0];
    if (!Number.isSafeInteger(openMs)) throw badRow("E_UPSTREAM_BODY", source, request, row, "its time is missing");
    // Venues include the bar at the end of the range, some the one before it.
    if (openMs >= range.fromMs - lengthMs && openMs <= range.toMs + lengthMs) near = true;
    if (openMs < range.fromMs || openMs >= range.toMs || openMs + lengthMs > nowMs) continue;
    checkRow(source, request, row);
    rows.set(openMs, row);
  }
  return near ? [...rows.values()].sort((a, b) => a[0] - b[0]) : undefined;
}

function checkRow(source: CandleSource, request: PagerRequest, row: CandleRow): void {
  const [openMs, ...values] = row;
  if (values.length < 5 || !values.every((value) => typeof value === "number" && !Number.isNaN(value))) {
    throw badRow("E_UPSTREAM_BODY", source, request, row, "a value is missing");
  }
  const lengthMs = timeframeMs(request.timeframe);
  if (lengthMs < WEEK_MS && openMs % lengthMs !== 0) {
    throw badRow("E_CANDLE_SHAPE", source, request, row, `it does not open on the grid of ${request.timeframe} bars`);
  }
  const fault = candleFault(...(values as [number, number, number, number, number]));
  if (fault !== undefined) throw badRow("E_CANDLE_INVALID", source, request, row, fault);
}

function badRow(
  code: "E_UPSTREAM_BODY" | "E_CANDLE_SHAPE" | "E_CANDLE_INVALID",
  source: CandleSource,
  { symbol, timeframe }: PagerRequest,
  row: CandleRow,
  why: string,
): PtError {
  const at = Number.isSafeInteger(row[0]) && Math.abs(row[0]) < 8e15 ? formatTime(row[0]) : String(row[0]);
  return new PtError(code, `${source.name} sent a ${symbol} ${timeframe} candle that cannot be: ${at}, ${why}`, {
    hint: "Nothing of that page was stored; try again later, or choose another exchange.",
    details: { source: source.name, symbol, timeframe, row },
  });
}

function noProgress(source: CandleSource, { symbol, timeframe }: PagerRequest, range: TimeRange): PtError {
  const asked = `${formatTime(range.fromMs)} to ${formatTime(range.toMs)}`;
  return new PtError("E_NO_PROGRESS", `${source.name} twice sent other ${symbol} ${timeframe} candles than ${asked}`, {
    hint: "The exchange does not page by time here; choose another timeframe or exchange.",
    details: { source: source.name, symbol, timeframe, from: range.fromMs / 1000, to: range.toMs / 1000 },
  });
}
