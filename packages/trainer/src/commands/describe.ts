import type { Console } from "@powertrader/core/cli";
import { shortTimeframe } from "@powertrader/core/market";
import { formatDate } from "@powertrader/core/time";
import Table from "cli-table3";
import type { TrainReport } from "../train-coin.ts";

/** What a training made, as a table. */
export function describe(
  { symbol, folder, outcome, continuedFrom, timeframes }: TrainReport,
  console: Console,
): string {
  const how = outcome === "unchanged" ? "was there already, the same" : "trained";
  const from = continuedFrom === undefined ? "" : `, going on from ${continuedFrom}`;
  const right = { hAlign: "right" } as const;
  const head = ["timeframe", "candles", "from", "patterns", "memories", "threshold", "made of"];
  const table = new Table({
    head: head.map(console.dim),
    style: { head: [], border: [], compact: true, "padding-left": 0, "padding-right": 2 },
    chars: NO_LINES,
    colAligns: ["left", "right", "left", "right", "right", "right", "left"],
  });
  for (const one of timeframes) {
    table.push([
      shortTimeframe(one.timeframe),
      { content: String(one.candles), ...right },
      formatDate(one.first_candle_ts * 1000),
      { content: String(one.patterns), ...right },
      { content: String(one.memories), ...right },
      { content: `${one.threshold.toFixed(2)} %`, ...right },
      one.made_of === "venue" ? "its own candles" : "1h candles",
    ]);
  }
  return `${console.strong(`${symbol}: ${folder}`)} (${how}${from})\n${table.toString().replace(/ +$/gm, "")}`;
}

const LINES = [
  ...["top", "top-mid", "top-left", "top-right", "bottom", "bottom-mid", "bottom-left", "bottom-right"],
  ...["left", "left-mid", "mid", "mid-mid", "right", "right-mid", "middle"],
] as const;
const NO_LINES = Object.fromEntries(LINES.map((name) => [name, ""]));

export function toWire({ coin, symbol, folder, outcome, continuedFrom, timeframes, notes }: TrainReport): object {
  return { coin, symbol, folder, outcome, continued_from: continuedFrom ?? null, timeframes, notes };
}
