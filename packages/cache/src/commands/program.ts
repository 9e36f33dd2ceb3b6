import type { Frame } from "@powertrader/core/cli";
import { Command } from "commander";
import { importCommand } from "./import.ts";
import { lsCommand } from "./ls.ts";
import { rebuildIndexCommand } from "./rebuild-index.ts";
import { verifyCommand } from "./verify.ts";
import { warmCommand } from "./warm.ts";

const EXAMPLES = `
Examples:
  $ npx --no -- pt-cache warm --exchange kucoin --coins BTC,ETH,DOGE --start-date 2024-01-01
  $ npx --no -- pt-cache import my-candles.csv --exchange binance --symbol BTC-USDT --timeframe 1h
  $ npx --no -- pt-cache ls`;

/** `pt-cache`: candles to disk, and what is there. */
export function createProgram(frame: Frame): Command {
  const program = new Command("pt-cache")
    .description("Keeps closed candles on disk, so that a replay never waits for an exchange.")
    .version("0.1.0", "--version")
    .helpCommand(false)
    .addHelpText("after", EXAMPLES);
  for (const make of [warmCommand, importCommand, lsCommand, verifyCommand, rebuildIndexCommand]) {
    program.addCommand(make(frame));
  }
  return program;
}
