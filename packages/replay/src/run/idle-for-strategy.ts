import { type RequestedConfig, type ResolvedSettings, runConfigSchema } from "@powertrader/core/config";
import { PtError } from "@powertrader/core/errors";
import { STRATEGIES } from "@powertrader/strategies";

interface Idle {
  readonly key: string;
  readonly value: unknown;
  readonly isDefault: boolean;
  readonly because: string;
}

/** Whether the strategy that decides brings a policy of its own, for which `size` and `exits` are nothing. */
export function sizesItself({ mode, strategy }: Pick<RequestedConfig, "mode" | "strategy">): boolean {
  return mode === "replay" && STRATEGIES.find(({ name }) => name === strategy)?.createPolicy !== undefined;
}

/** What of a configuration changes nothing with the strategy that decides. */
export function idleForStrategy(config: RequestedConfig): readonly Idle[] {
  const strategy = config.mode === "replay" ? STRATEGIES.find(({ name }) => name === config.strategy) : undefined;
  const name = config.mode === "replay" ? config.strategy : config.mode;
  if (config.mode === "replay" && strategy === undefined) return [];
  const size = 1 / config.coins.length;
  const said: Readonly<Record<string, unknown>> = { ...flat({ ...config, size: config.size ?? size }) };
  const defaults = flat({ ...DEFAULTS, size });
  const idle = (because: string, ...keys: readonly string[]) =>
    keys.map((key) => ({
      key,
      value: said[key],
      isDefault: JSON.stringify(said[key]) === JSON.stringify(defaults[key]),
      because,
    }));
  const exits = Object.keys(said).filter((key) => key.startsWith("exits."));
  return [
    ...(strategy?.createPolicy === undefined
      ? []
      : [...idle(`${name} sizes its own orders`, "size"), ...idle(`${name} has exits of its own`, ...exits)]),
    ...(strategy?.training === undefined
      ? idle(`${name} has no models`, "walk_forward", "retrain_interval")
      : config.walk_forward
        ? []
        : idle("models are trained once", "retrain_interval")),
  ];
}

/** @throws PtError E_USAGE when a flag asks for something that changes nothing */
export function refuseIdleForStrategy({ config, origin }: ResolvedSettings): void {
  for (const { key, because } of idleForStrategy(config)) {
    const from = origin.get(key);
    if (from?.startsWith("--") !== true) continue;
    throw new PtError("E_USAGE", `${from} changes nothing: ${because}`, { hint: "Leave it out." });
  }
}

const DEFAULTS = runConfigSchema.parse({});

/** The values with those of tables under `table.key`. */
function flat(config: object): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(config).flatMap(([key, value]) =>
      key === "exits" ? Object.entries(value as object).map(([inner, one]) => [`exits.${inner}`, one]) : [[key, value]],
    ),
  );
}
