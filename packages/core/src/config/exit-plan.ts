import { z } from "zod";
import { type ExitPlan, NO_EXITS, type TargetPlan } from "../engine/exit-plan.ts";

const MINUTE_MS = 60_000;
const distance = z.number().gt(0).lt(1);
const gain = z.number().gt(0).max(100);

/** `{"0.05": 0.5, "0.1": 0.5}` with numbers for keys, ascending. */
const table = (keys: z.ZodNumber, values: z.ZodNumber) =>
  z
    .record(z.string(), values)
    .refine((record) => Object.keys(record).length > 0, "a table needs at least one entry")
    .refine(
      (record) => Object.keys(record).every((key) => keys.safeParse(Number(key)).success),
      "a key is not a number in range",
    );

type TakeProfit = number | Readonly<Record<string, number>> | null;

/** `exits` in configuration files: how positions are left whatever the strategy says. Shares are of the entry price. */
export const exitsSchema = z
  .strictObject({
    /** Distance of the stop-loss. */
    stop_loss: distance.nullable().default(null),
    /** Gain of the target, or several: gain → share of the position that leaves there. */
    take_profit: z
      .union([gain, table(gain, z.number().gt(0).max(1))])
      .nullable()
      .default(null),
    /** Distance behind the best price. */
    trailing_stop: distance.nullable().default(null),
    /** Gain from which on the stop trails; before, it does not, or trails at `trailing_stop` when a second distance is set. */
    trailing_from: gain.nullable().default(null),
    /** Second distance, once the gain has been `trailing_from`. */
    trailing_then: distance.nullable().default(null),
    /** Gain at which the stop moves to the entry price … */
    break_even_at: gain.nullable().default(null),
    /** … plus this gain. */
    break_even_offset: z.number().min(0).max(100).default(0),
    /** Minutes since the entry → gain at which the position leaves from then on; −1 leaves at once. */
    time_targets: table(z.number().min(0), z.number().min(-1).max(100)).nullable().default(null),
    /** Bars after which the position leaves at the open, the entry bar counted. */
    max_bars: z.int().min(1).nullable().default(null),
  })
  .refine((exits) => exits.trailing_then === null || exits.trailing_from !== null, {
    path: ["trailing_then"],
    message: "needs trailing_from, the gain from which on it holds",
  })
  .refine((exits) => exits.trailing_from === null || exits.trailing_stop !== null, {
    path: ["trailing_from"],
    message: "needs trailing_stop, the distance",
  })
  .refine((exits) => exits.break_even_at === null || exits.break_even_offset < exits.break_even_at, {
    path: ["break_even_offset"],
    message: "must be less than break_even_at",
  })
  .refine((exits) => sharesOf(exits.take_profit) <= 1 + 1e-9, {
    path: ["take_profit"],
    message: "the shares of the position add up to more than 1",
  });

export type ExitsConfig = z.infer<typeof exitsSchema>;

/** The engine's form of the configured exits; `undefined` when there are none. */
export function toExitPlan(config: ExitsConfig): ExitPlan | undefined {
  const plan: ExitPlan = {
    ...NO_EXITS,
    stopShare: config.stop_loss,
    targets: targetsOf(config.take_profit),
    trailing:
      config.trailing_stop === null
        ? null
        : {
            distanceShare: config.trailing_stop,
            activationShare: config.trailing_from,
            activeDistanceShare: config.trailing_then,
          },
    breakEven:
      config.break_even_at === null
        ? null
        : { activationShare: config.break_even_at, offsetShare: config.break_even_offset },
    timeTargets: ascending(config.time_targets).map(([minutes, gainShare]) => ({
      afterMs: minutes * MINUTE_MS,
      gainShare,
    })),
    maxBars: config.max_bars,
  };
  const isEmpty = JSON.stringify(plan) === JSON.stringify(NO_EXITS);
  return isEmpty ? undefined : plan;
}

function targetsOf(takeProfit: TakeProfit): readonly TargetPlan[] {
  if (takeProfit === null) return [];
  const table = typeof takeProfit === "number" ? { [takeProfit]: 1 } : takeProfit;
  return ascending(table).map(([gainShare, positionShare]) => ({ price: null, gainShare, positionShare }));
}

function ascending(table: Readonly<Record<string, number>> | null): readonly (readonly [number, number])[] {
  const rows = Object.entries(table ?? {}).map(([key, value]) => [Number(key), value] as const);
  return rows.sort(([a], [b]) => a - b);
}

function sharesOf(takeProfit: TakeProfit): number {
  if (takeProfit === null || typeof takeProfit === "number") return 0;
  return Object.values(takeProfit).reduce((sum, share) => sum + share, 0);
}
