import { type RequestedConfig, runConfigSchema } from "./run-config.ts";

/** A setting that changes nothing, because what it tunes is off. */
export interface IdleSetting {
  readonly key: string;
  readonly value: unknown;
  /** Whether it has the value that it would have had anyway. */
  readonly isDefault: boolean;
  /** What is off, e.g. `leverage is 1`. */
  readonly because: string;
  /** With what it would count, e.g. `--leverage above 1`. */
  readonly needs: string;
}

/** What of a configuration changes nothing, whoever says it: a file like `config.json` says everything. */
export function idleSettings(config: RequestedConfig): readonly IdleSetting[] {
  const size = 1 / config.coins.length;
  const said = { ...config, size: config.size ?? size };
  const defaults = { ...DEFAULTS, size };
  return RULES.flatMap(({ key, needs, whyIdle }) => {
    const because = whyIdle(config);
    if (because === undefined) return [];
    const value = valueAt(said, key);
    return [{ key, value, isDefault: value === valueAt(defaults, key), because, needs }];
  });
}

const DEFAULTS = runConfigSchema.parse({});

interface Rule extends Pick<IdleSetting, "key" | "needs"> {
  /** `undefined` where the setting counts. */
  readonly whyIdle: (config: RequestedConfig) => string | undefined;
}

const RULES: readonly Rule[] = [
  {
    key: "size",
    needs: "a risk.size.rule of signal",
    whyIdle: ({ risk: { size, per_coin: coins } }) => {
      const rules = [size, ...Object.values(coins).map((own) => own.size ?? size)].map(({ rule }) => rule);
      return rules.includes("signal") ? undefined : `risk sizes by ${size.rule}`;
    },
  },
  {
    key: "execution_model.impact",
    needs: "--slippage-model volume-share or square-root",
    whyIdle: unlessSlippage("volume-share", "square-root"),
  },
  {
    key: "execution_model.spread_bps",
    needs: "--slippage-model spread",
    whyIdle: unlessSlippage("spread"),
  },
  { key: "execution_model.maintenance_margin", needs: "--leverage above 1", whyIdle: unlessLevered },
  { key: "execution_model.liquidation_fee_bps", needs: "--leverage above 1", whyIdle: unlessLevered },
  {
    key: "exits.break_even_offset",
    needs: "--break-even-at",
    whyIdle: ({ exits }) => (exits.break_even_at === null ? "there is no break_even_at" : undefined),
  },
];

function unlessSlippage(...models: readonly string[]): Rule["whyIdle"] {
  return ({ execution_model: { slippage_model: model } }) =>
    models.includes(model) ? undefined : `slippage_model is ${model}`;
}

function unlessLevered({ leverage }: RequestedConfig): string | undefined {
  return leverage === 1 ? "leverage is 1" : undefined;
}

function valueAt(config: object, key: string): unknown {
  return key.split(".").reduce<unknown>((inner, step) => (inner as Record<string, unknown>)[step], config);
}
