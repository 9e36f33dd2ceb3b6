import { idleSettings, type RequestedConfig } from "@powertrader/core/config";
import { didYouMean } from "@powertrader/core/errors";
import { idleForStrategy, sizesItself } from "./idle-for-strategy.ts";

/**
 * What a configuration says in vain. No error, because a file may serve many runs; and nothing about where it was said, so
 * that a run repeated from its own `config.json` has the same notes.
 */
export function settingNotes(config: RequestedConfig): readonly string[] {
  // The `config.json` of such a run has no size, which is said beside the strategy's name instead.
  const isSaid = (key: string) => key === "size" && sizesItself(config);
  const idle = [...idleSettings(config), ...idleForStrategy(config)].filter(
    ({ key, isDefault }) => !isDefault && !isSaid(key),
  );
  return [
    ...idle.map(({ key, value, because }) => `${key} = ${textOf(value)} changes nothing: ${because}`),
    ...untradedNote("execution_model.per_coin", Object.keys(config.execution_model.per_coin), config.coins),
    ...untradedNote("risk.per_coin", Object.keys(config.risk.per_coin), config.coins),
  ];
}

function textOf(value: unknown): string {
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** A table for a whole venue names many. */
const MOST_NAMED = 5;

/** Names coins that have a table of their own and are not traded, each with a traded one that may have been meant. */
function untradedNote(key: string, named: readonly string[], traded: readonly string[]): readonly string[] {
  const untraded = named.filter((coin) => !traded.includes(coin));
  if (untraded.length === 0) return [];
  const meant = traded.filter((coin) => !named.includes(coin));
  const shown = untraded.slice(0, MOST_NAMED).map((coin) => `${coin}${didYouMean(coin, meant)}`);
  const others = untraded.length - shown.length;
  const list = others === 0 ? shown.join(", ") : `${shown.join(", ")} and ${others} more`;
  return [`${key} names coins that are not traded: ${list}`];
}
