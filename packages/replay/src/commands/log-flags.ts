import type { Console } from "@powertrader/core/cli";
import { didYouMean, PtError } from "@powertrader/core/errors";
import { type EventLogOptions, LOG_LEVELS, type LogLevel } from "@powertrader/core/log";
import { printable } from "@powertrader/core/market";
import type { Command } from "commander";

/** `--log-level` and `--verbose`. */
export function addLogFlags(command: Command): Command {
  return command
    .option(
      "--log-level <level>",
      `how much events.jsonl says: ${LOG_LEVELS.join(", ")} (default: PT_LOG_LEVEL, else info)`,
    )
    .option("--verbose", "show the events as they happen");
}

/** @throws PtError E_USAGE or E_ENV for a level that is none */
export function logOptions(command: Command, console: Console): EventLogOptions {
  const { logLevel, verbose } = command.opts<{ logLevel?: string; verbose?: true }>();
  const variable = process.env.PT_LOG_LEVEL;
  const level =
    logLevel !== undefined
      ? parseLevel(logLevel, "E_USAGE", "--log-level")
      : variable !== undefined && parseLevel(variable, "E_ENV", "PT_LOG_LEVEL");
  return { ...(level && { level }), ...(verbose && { echo: console.note }) };
}

function parseLevel(text: string, code: "E_USAGE" | "E_ENV", from: string): LogLevel {
  const level = LOG_LEVELS.find((one) => one === text.trim());
  if (level !== undefined) return level;
  throw new PtError(code, `${from}: "${printable(text)}" is no level${didYouMean(text, LOG_LEVELS)}`, {
    hint: `Levels: ${LOG_LEVELS.join(", ")}.`,
  });
}
