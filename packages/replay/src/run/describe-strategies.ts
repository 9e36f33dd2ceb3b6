import { STRATEGIES } from "@powertrader/strategies";
import type { z } from "zod";

export interface StrategyDescription {
  readonly name: string;
  readonly summary: string;
  readonly params: readonly { readonly name: string; readonly default: unknown; readonly description: string }[];
}

/** The strategies with their parameters, read off their schemas. */
export function describeStrategies(): readonly StrategyDescription[] {
  return STRATEGIES.map((strategy) => {
    const defaults = strategy.params.parse({}) as Record<string, unknown>;
    const params = Object.entries(strategy.params.shape).map(([name, schema]) => ({
      name,
      default: defaults[name],
      description: (schema as z.ZodType).description ?? "",
    }));
    return { name: strategy.name, summary: strategy.summary, params };
  });
}
