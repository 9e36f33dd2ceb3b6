import { addGlobalFlags, type Frame } from "@powertrader/core/cli";
import { PtError } from "@powertrader/core/errors";
import { type Clock, parseDate, systemClock } from "@powertrader/core/time";
import { Command } from "commander";
import { startSimExchange } from "../http/start-sim-exchange.ts";
import { stopAsked } from "./stop-asked.ts";

interface Flags {
  readonly port: string;
  readonly seed: string;
  readonly now?: string;
  readonly exitWithParent?: true;
}

const EXAMPLE = `
Example:
  $ pt-sim-exchange --seed 7 --port 8899
  $ curl 'http://127.0.0.1:8899/api/v1/market/candles?symbol=BTC-USDT&type=1hour&startAt=1704067200&endAt=1704153600'`;

/** `pt-sim-exchange`: opens the exchange, says where, and serves until it is asked to stop. */
export function createProgram(frame: Frame): Command {
  const command = new Command("pt-sim-exchange")
    .description("A local exchange with a synthetic market, speaking KuCoin's candle API on 127.0.0.1")
    .option("--port <n>", "port to listen on; 0 takes any free one", "0")
    .option("--seed <n>", "the same seed gives the same market", "42")
    .option("--now <date>", "stand still at this moment (UTC) instead of following the wall clock")
    .option("--exit-with-parent", "stop when stdin closes, so that a killed parent leaves nothing behind")
    .addHelpText("after", EXAMPLE);
  return addGlobalFlags(command).action((flags: Flags) => serve(flags, frame));
}

async function serve(flags: Flags, { console, flags: { json }, signal }: Frame): Promise<void> {
  const seed = parseInteger(flags.seed, "--seed", Number.MAX_SAFE_INTEGER);
  const port = parseInteger(flags.port, "--port", 65_535);
  const exchange = await startSimExchange({ seed, port, now: clockAt(flags.now) });
  const { url } = exchange;
  console.out(
    json
      ? JSON.stringify({ url, port: exchange.port, seed, pid: process.pid })
      : `pt-sim-exchange listening on ${url} (synthetic market, seed ${seed})`,
  );
  await stopAsked(signal, flags.exitWithParent === true);
  await exchange.close();
}

function clockAt(date: string | undefined): Clock {
  if (date === undefined) return systemClock;
  const nowMs = parseDate(date, "--now");
  return { nowMs: () => nowMs };
}

function parseInteger(text: string, flag: string, max: number): number {
  if (/^\d+$/.test(text) && Number(text) <= max) return Number(text);
  throw new PtError("E_NUMBER", `${flag} is not an integer from 0 to ${max}`, { details: { flag, value: text } });
}
