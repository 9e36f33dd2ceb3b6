import { addGlobalFlags, createProgress, type Frame } from "@powertrader/core/cli";
import { PtError } from "@powertrader/core/errors";
import { Command } from "commander";
import { addSettingFlags } from "./flags.ts";
import { settingsOf } from "./settings.ts";

interface Flags {
  readonly orders: string;
  readonly output: string;
  readonly events?: string;
}

const USED = new Set([
  "coins",
  "exchange",
  "timeframe",
  "end_date",
  "initial_capital",
  "seed",
  "execution",
  "cache_dir",
]);

/** What only an account has: margin, and cash that moves without a fill. */
const OF_AN_ACCOUNT = new Set(
  ["maintenance_margin", "liquidation_fee_bps", "borrow_rate", "funding"].map((key) => `execution_model.${key}`),
);

const isUsed = (key: string) => USED.has(key) || (key.startsWith("execution_model.") && !OF_AN_ACCOUNT.has(key));

const ABOUT = `
FILE holds orders as sim_orders.jsonl does (docs/file-formats.md). An order may fill in bars that open at or after its ts,
and is judged like those of a run, but there is no account behind it: neither cash nor holdings cut an order, and a sale of
what was not bought is a short position. --initial-capital is what orders with a size_share instead of a qty are a share of.

Examples:
  $ npx --no -- pt-replay fill --orders backtest_results/demo/sim_orders.jsonl --config backtest_results/demo/config.json
  $ pt-replay fill --orders my-orders.jsonl --exchange kucoin --timeframe 1h --execution kraken --output my-fills.jsonl`;

/** `pt-replay fill`: lets orders from a file meet the cached candles and writes their fills. */
export function fillCommand({ console, flags: { json }, signal }: Frame): Command {
  const command = new Command("fill")
    .description("fill the orders of a file, whoever decided them, and write the fills")
    .requiredOption("--orders <file>", "orders, one JSON document a line")
    .option("--output <file>", "fills, in the format of sim_fills.jsonl; - for stdout", "-")
    .option("--events <file>", "what became of orders that did not fill, in the format of order_events.jsonl")
    .addHelpText("after", ABOUT);
  addSettingFlags(command, isUsed);
  return addGlobalFlags(command).action(async ({ orders, output, events }: Flags) => {
    const isPiped = output === "-";
    if (json && isPiped) {
      throw new PtError("E_USAGE", "--json and the fills both want stdout", { hint: "Say --output FILE." });
    }
    const { refuseOverwrite, writeLines } = await import("../fill/write-lines.ts");
    refuseOverwrite(isPiped ? [events] : [output, events]);
    const { fillOrders } = await import("../fill/fill-orders.ts");
    const { describeFilled, filledToWire } = await import("../fill/summary.ts");
    const { encodeOrderEvent, encodeSimFill } = await import("@powertrader/core/files");
    const display = createProgress(console, "filling");
    const filled = await fillOrders(orders, await settingsOf(command), {
      signal,
      onProgress: ({ bar, bars, nowMs }) =>
        display.update(bar / bars, () => new Date(nowMs).toISOString().slice(0, 10)),
    }).finally(() => display.end());
    for (const note of filled.notes) console.note(`note: ${note}`);
    if (events !== undefined) writeLines(events, filled.events.map(encodeOrderEvent));
    if (!isPiped) writeLines(output, filled.fills.map(encodeSimFill));
    filled.keep();
    if (json) return console.out(JSON.stringify(filledToWire(filled, output, events)));
    if (isPiped) for (const fill of filled.fills) console.out(encodeSimFill(fill));
    const say = isPiped ? console.note : console.out;
    for (const line of describeFilled(filled)) say(line);
  });
}
