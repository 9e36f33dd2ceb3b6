import { sep } from "node:path";
import { formatChange, formatDay, formatRatio, formatShare } from "@powertrader/core/format";
import { printable } from "@powertrader/core/market";
import Table from "cli-table3";
import type { ListedRun } from "../run-folder/list-runs.ts";

/** The runs for other programs: an array, newest first; a folder that cannot be read has an `error`. */
export function runsDocument(runs: readonly ListedRun[]): readonly Readonly<Record<string, unknown>>[] {
  return runs.map(({ name, path, outcome, fault }) => {
    if (outcome === undefined) return { folder: path, id: name, status: "broken", error: fault };
    const { config, result } = outcome;
    return {
      folder: path,
      id: name,
      status: result.status,
      name: config.name,
      tags: config.tags,
      strategy: config.strategy,
      coins: config.coins,
      timeframe: config.timeframe,
      start_ts: result.start_ts,
      end_ts: result.end_ts,
      synthetic: result.synthetic,
      total_return: result.metrics.total_return ?? null,
      max_drawdown: result.metrics.max_drawdown ?? null,
      sharpe: result.metrics.sharpe ?? null,
      hash: result.hash,
    };
  });
}

const HEAD = ["run", "strategy", "coins", "range", "return", "max dd", "sharpe", "hash", "status"];
const NO_LINES = Object.fromEntries(
  ["top", "bottom", "left", "right", "mid"].flatMap((side) =>
    ["", "-mid", "-left", "-right"].map((part) => [`${side}${part}`, ""] as const),
  ),
);

/** What is wrong with a folder that the line names already. */
function within(folder: string, fault: string): string {
  return fault.replaceAll(folder + sep, "");
}

/** The runs as an aligned table without colours or lines. */
export function runsTable(runs: readonly ListedRun[]): string {
  const table = new Table({
    head: HEAD,
    chars: { ...NO_LINES, middle: "  " },
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0, compact: true },
    colAligns: ["left", "left", "left", "left", "right", "right", "right", "left", "left"],
  });
  for (const { name, path, outcome, fault = "" } of runs) {
    if (outcome === undefined) {
      table.push([printable(name), "—", "—", "—", "—", "—", "—", "—", `broken: ${printable(within(path, fault))}`]);
      continue;
    }
    const { config, result } = outcome;
    const { total_return: change, max_drawdown: fall, sharpe } = result.metrics;
    table.push([
      printable(
        [name, config.name ?? "", ...config.tags.map((tag) => `#${tag}`)].filter((part) => part !== "").join(" "),
      ),
      printable(config.strategy),
      printable(config.coins.join(",")),
      `${formatDay(result.start_ts * 1000)} ${formatDay(result.end_ts * 1000)}`,
      change == null ? "—" : formatChange(change),
      fall == null ? "—" : formatShare(fall),
      sharpe == null ? "—" : formatRatio(sharpe),
      printable(result.hash.slice(0, 8)),
      `${result.status}${result.synthetic ? ", synthetic" : ""}`,
    ]);
  }
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}
