import { existsSync } from "node:fs";
import type { Frame } from "@powertrader/core/cli";
import { shortTimeframe } from "@powertrader/core/market";
import { formatDate } from "@powertrader/core/time";
import { Command } from "commander";
import type { SeriesSummary } from "../survey/list-series.ts";
import { gapsToWire, rangeToWire, table } from "./describe.ts";
import { addCommonFlags, cacheDirOf, foldersOf } from "./flags.ts";

const HEAD = [
  "exchange",
  "kind",
  "symbol",
  "tf",
  "from",
  "to",
  "rows",
  "gaps",
  "missing",
  "empty",
  "segments",
  "source",
];

const EXAMPLES = `
rows: candles, of kind funding settlements; gaps: holes in what was fetched, missing: rows that should be in them;
empty: rows that the source confirmed not to exist.

Examples:
  $ npx --no -- pt-cache ls
  $ npx --no -- pt-cache ls --exchange kucoin --json`;

/** `pt-cache ls`: what the cache holds. */
export function lsCommand(frame: Frame): Command {
  const command = new Command("ls")
    .description("list the series in the cache")
    .option("--exchange <name>", "only this exchange")
    .addHelpText("after", EXAMPLES);
  return addCommonFlags(command).action((flags: { readonly exchange?: string; readonly cacheDir?: string }) =>
    run(flags, frame),
  );
}

async function run(
  flags: { readonly exchange?: string; readonly cacheDir?: string },
  { console, flags: { json } }: Frame,
): Promise<void> {
  const cacheDir = cacheDirOf(flags);
  await foldersOf(cacheDir, flags.exchange);
  const { listSeries } = await import("../survey/list-series.ts");
  const series = listSeries(cacheDir, flags.exchange?.trim());
  if (json) return console.out(JSON.stringify({ schema_version: 1, series: series.map(toWire) }));
  if (series.length > 0) return console.out(table(HEAD, series.map(toRow)));
  console.note(existsSync(cacheDir) ? `${cacheDir} holds no candles` : `there is no cache folder ${cacheDir} yet`);
  console.note("next: npx --no -- pt-cache warm --exchange kucoin --coins BTC,ETH,DOGE --start-date 2024-01-01");
}

function toRow({ exchange, kind, symbol, timeframe, segments, sources, content }: SeriesSummary): readonly string[] {
  const name = [exchange, kind, symbol, shortTimeframe(timeframe)];
  const origin = [String(segments), sources.join(", ")];
  if ("damage" in content) return [...name, "", "", "", "", "", "", String(segments), "damaged: see pt-cache verify"];
  const { range, rows, gaps, confirmedEmptyBars } = content;
  const span = range === undefined ? ["", ""] : [formatDate(range.fromMs), formatDate(range.toMs)];
  return [...name, ...span, ...[rows, gaps.count, gaps.bars, confirmedEmptyBars].map(String), ...origin];
}

function toWire({ exchange, kind, symbol, timeframe, segments, sources, content }: SeriesSummary): object {
  const series = { exchange, kind, symbol, timeframe, segments, sources };
  if ("damage" in content) return { ...series, damage: content.damage };
  return {
    ...series,
    ...(content.range === undefined ? { start_ts: null, end_ts: null } : rangeToWire(content.range)),
    [kind === "funding" ? "settlements" : "candles"]: content.rows,
    gaps: gapsToWire(content.gaps),
    confirmed_empty_bars: content.confirmedEmptyBars,
    coverage: content.coverage.map(({ fromMs, toMs }) => [fromMs / 1000, toMs / 1000]),
  };
}
