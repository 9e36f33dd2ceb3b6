import type { ResolvedSettings } from "@powertrader/core/config";
import { STRATEGIES } from "@powertrader/strategies";

/** Settings with what the strategy of the run wants where neither flag, variable, file nor preset says anything. */
export function withStrategyDefaults(resolved: ResolvedSettings): ResolvedSettings {
  const { mode, strategy } = resolved.config;
  const wanted = mode === "replay" ? STRATEGIES.find(({ name }) => name === strategy)?.runDefaults : undefined;
  if (wanted === undefined) return resolved;
  const origin = new Map(resolved.origin);
  let config = resolved.config as Readonly<Record<string, unknown>>;
  for (const [key, value] of Object.entries(wanted)) {
    if (origin.get(key) !== "default") continue;
    origin.set(key, `strategy ${strategy}`);
    config = withValue(config, key.split("."), value);
  }
  return { ...resolved, config: config as unknown as ResolvedSettings["config"], origin };
}

function withValue(
  table: Readonly<Record<string, unknown>>,
  [key, ...inner]: readonly string[],
  value: unknown,
): Readonly<Record<string, unknown>> {
  if (inner.length === 0) return { ...table, [key!]: value };
  return { ...table, [key!]: withValue(table[key!] as Readonly<Record<string, unknown>>, inner, value) };
}
