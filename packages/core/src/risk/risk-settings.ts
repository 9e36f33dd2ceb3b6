import { z } from "zod";
import { MINUTE_MS } from "../market/timeframe.ts";
import type { RiskLimits } from "./limits.ts";
import { RISK_PROFILE_NAMES, RISK_PROFILES } from "./profiles.ts";
import { type SizeRule, shareSchema, sizeRuleSchema } from "./size-rule.ts";

const minutes = z
  .int()
  .min(1)
  .max(10 * 365 * 24 * 60);

/** `limits` in configuration files. Missing: as the profile says, else none; `null`: none. */
const limitsSchema = z
  .strictObject({
    max_position_qty: z.number().gt(0).max(1e15).nullable(),
    max_notional_share: shareSchema.nullable(),
    max_open_positions: z.int().min(1).max(10_000).nullable(),
    max_exposure_share: shareSchema.nullable(),
    daily_loss_share: shareSchema.nullable(),
    drawdown_halt_share: shareSchema.nullable(),
    cooldown_minutes: minutes.nullable(),
    loss_cooldown_minutes: minutes.nullable(),
    correlation_cap: z.number().min(0).max(1).nullable(),
    correlation_bars: z.int().min(3).max(100_000),
  })
  .partial();

const tables = {
  size: sizeRuleSchema.optional(),
  /** Default distances of the protective exits, fractions of the entry price. */
  stop_loss_share: z.number().gt(0).lt(1).nullable().optional(),
  take_profit_share: z.number().gt(0).max(100).nullable().optional(),
  /** A stop further away is drawn in to this. */
  max_stop_share: z.number().gt(0).lt(1).nullable().optional(),
  limits: limitsSchema.optional(),
};

const coinSchema = z.strictObject(tables);

/** What a profile, a configuration or one coin of it may say. */
export type RiskTables = z.infer<typeof coinSchema>;

const coinName = z.string().regex(/^[A-Z0-9]{1,20}$/, "expected a coin in capitals, e.g. BTC");

/** Everything said: as `config.json` records it. Giving it back gives the same. */
export type RiskConfig = Complete & {
  readonly profile: (typeof RISK_PROFILE_NAMES)[number] | null;
  readonly per_coin: Readonly<Record<string, RiskTables>>;
};

type Filled<Table> = { readonly [Key in keyof Table]-?: Exclude<Table[Key], undefined> };

/** With nothing left open. */
type Complete = Filled<Omit<RiskTables, "limits">> & { readonly limits: Filled<z.infer<typeof limitsSchema>> };

/**
 * `risk` in configuration files: own keys over those of the profile over no limits at all. `size` is replaced as a
 * whole, `limits` key by key; `per_coin` says it the same way for one coin.
 */
export const riskConfigSchema = z
  .strictObject({
    profile: z.enum(RISK_PROFILE_NAMES).nullable().default(null),
    ...tables,
    per_coin: z.record(coinName, coinSchema).default({}),
  })
  .transform(({ profile, per_coin, ...own }, context): RiskConfig => {
    const common = over(over(NOTHING_SAID, profile === null ? {} : RISK_PROFILES[profile]), own);
    for (const [path, message] of contradictions(common)) context.issues.push(issue(path, message, own));
    for (const [coin, table] of Object.entries(per_coin)) {
      for (const [path, message] of contradictions(over(common, table))) {
        context.issues.push(issue(["per_coin", coin, ...path], message, table));
      }
    }
    return { profile, ...common, per_coin };
  });

const NOTHING_SAID: Complete = {
  size: { rule: "signal" },
  stop_loss_share: null,
  take_profit_share: null,
  max_stop_share: null,
  limits: {
    max_position_qty: null,
    max_notional_share: null,
    max_open_positions: null,
    max_exposure_share: null,
    daily_loss_share: null,
    drawdown_halt_share: null,
    cooldown_minutes: null,
    loss_cooldown_minutes: null,
    correlation_cap: null,
    correlation_bars: 100,
  },
};

/** `own` where it says something, else `base`. */
function over(base: Complete, own: RiskTables): Complete {
  return {
    ...base,
    ...said(own),
    limits: { ...base.limits, ...said(own.limits ?? {}) },
  } as Complete;
}

/** Without keys whose value is `undefined`. */
function said<T extends object>(table: T): Partial<T> {
  return Object.fromEntries(Object.entries(table).filter(([, value]) => value !== undefined)) as Partial<T>;
}

type Contradiction = readonly [path: readonly string[], message: string];

/** Pairs of numbers of which the first must not be above the second. */
function contradictions({ size, stop_loss_share, max_stop_share, limits }: Complete): readonly Contradiction[] {
  const kelly = size.rule === "kelly" ? size : undefined;
  const found: (Contradiction | undefined)[] = [
    ordered(
      ["limits", "max_notional_share"],
      limits.max_notional_share,
      "max_exposure_share",
      limits.max_exposure_share,
    ),
    ordered(["stop_loss_share"], stop_loss_share, "max_stop_share", max_stop_share),
    ordered(["size", "fallback_share"], kelly?.fallback_share, "max_share", kelly?.max_share),
  ];
  return found.filter((one) => one !== undefined);
}

function ordered(
  path: readonly string[],
  smaller: number | null | undefined,
  largerName: string,
  larger: number | null | undefined,
): Contradiction | undefined {
  if (typeof smaller !== "number" || typeof larger !== "number" || smaller <= larger) return undefined;
  return [path, `must not be above ${largerName} (${larger})`];
}

function issue(path: readonly string[], message: string, input: unknown) {
  return { code: "custom" as const, message, path: [...path], input };
}

/** What holds for the entries of one coin. */
export interface RiskRules {
  readonly size: SizeRule;
  /** Fractions of the entry price; `undefined` is none. */
  readonly stopLossShare: number | undefined;
  readonly takeProfitShare: number | undefined;
  readonly maxStopShare: number | undefined;
  readonly limits: RiskLimits;
}

/** The engine's form of the configuration: the rules of every coin, and of those that have their own. */
export interface RiskSettings {
  readonly common: RiskRules;
  readonly perCoin: ReadonlyMap<string, RiskRules>;
}

export function toRiskSettings(config: RiskConfig): RiskSettings {
  return {
    common: toRules(config),
    perCoin: new Map(Object.entries(config.per_coin).map(([coin, table]) => [coin, toRules(over(config, table))])),
  };
}

/** @param symbol - `BASE-QUOTE` */
export function rulesOf(settings: RiskSettings, symbol: string): RiskRules {
  return settings.perCoin.get(symbol.split("-", 1)[0]!) ?? settings.common;
}

function toRules({ size, stop_loss_share, take_profit_share, max_stop_share, limits }: Complete): RiskRules {
  return {
    size,
    stopLossShare: stop_loss_share ?? undefined,
    takeProfitShare: take_profit_share ?? undefined,
    maxStopShare: max_stop_share ?? undefined,
    limits: {
      maxPositionQty: limits.max_position_qty ?? undefined,
      maxNotionalShare: limits.max_notional_share ?? undefined,
      maxOpenPositions: limits.max_open_positions ?? undefined,
      maxExposureShare: limits.max_exposure_share ?? undefined,
      dailyLossShare: limits.daily_loss_share ?? undefined,
      drawdownHaltShare: limits.drawdown_halt_share ?? undefined,
      cooldownMs: toMs(limits.cooldown_minutes),
      lossCooldownMs: toMs(limits.loss_cooldown_minutes),
      correlationCap: limits.correlation_cap ?? undefined,
      correlationBars: limits.correlation_bars,
    },
  };
}

function toMs(count: number | null): number | undefined {
  return count === null ? undefined : count * MINUTE_MS;
}
