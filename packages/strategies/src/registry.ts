import { didYouMean, PtError, plainIssue } from "@powertrader/core/errors";
import { printable } from "@powertrader/core/market";
import type { z } from "zod";
import { breakout } from "./library/breakout.ts";
import { buyAndHold } from "./library/buy-and-hold.ts";
import { mtfTrend } from "./library/mtf-trend.ts";
import { smaCrossover } from "./library/sma-crossover.ts";
import { powertrader } from "./powertrader/powertrader.ts";
import type { StrategyDefinition } from "./strategy-definition.ts";

/** The strategies that can be chosen by name. */
export const STRATEGIES: readonly StrategyDefinition[] = [
  smaCrossover,
  breakout,
  mtfTrend,
  buyAndHold,
  powertrader,
].map((definition) => definition as unknown as StrategyDefinition);

/** @throws PtError E_STRATEGY_NAME with the nearest name */
export function findStrategy(name: string): StrategyDefinition {
  const found = STRATEGIES.find((strategy) => strategy.name === name);
  if (found !== undefined) return found;
  const names = STRATEGIES.map((strategy) => strategy.name);
  throw new PtError("E_STRATEGY_NAME", `unknown strategy "${printable(name)}"${didYouMean(name, names)}`, {
    hint: `Strategies: ${names.join(", ")}.`,
  });
}

/**
 * The parameters of a strategy with defaults filled in.
 * @throws PtError E_STRATEGY_PARAM for an unknown name or a value out of bounds
 */
export function resolveParams(
  strategy: StrategyDefinition,
  given: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const known = Object.keys(strategy.params.shape);
  for (const name of Object.keys(given)) {
    if (known.includes(name)) continue;
    throw new PtError(
      "E_STRATEGY_PARAM",
      `${strategy.name} has no parameter "${printable(name)}"${didYouMean(name, known)}`,
      { hint: parametersOf(strategy) },
    );
  }
  const parsed = strategy.params.safeParse(given);
  if (parsed.success) return parsed.data;
  throw invalidParam(strategy, given, parsed.error);
}

function parametersOf(strategy: StrategyDefinition): string {
  const known = Object.keys(strategy.params.shape);
  return known.length === 0 ? "It has none." : `Its parameters: ${known.join(", ")}.`;
}

function invalidParam(
  strategy: StrategyDefinition,
  given: Readonly<Record<string, unknown>>,
  error: z.ZodError,
): PtError {
  const issue = error.issues[0]!;
  const name = issue.path[0] as string | undefined;
  const why = plainIssue(issue.message);
  if (name === undefined) {
    return new PtError("E_STRATEGY_PARAM", `${strategy.name}: ${why}`, { hint: parametersOf(strategy), cause: error });
  }
  const value = typeof given[name] === "number" ? String(given[name]) : JSON.stringify(given[name]);
  return new PtError("E_STRATEGY_PARAM", `${strategy.name}: ${name} = ${printable(value)}: ${why}`, {
    hint: `${name}: ${strategy.params.shape[name]?.description}.`,
    cause: error,
  });
}
