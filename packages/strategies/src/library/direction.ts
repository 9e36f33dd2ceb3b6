import type { Direction } from "@powertrader/core/strategy";
import { z } from "zod";

/** Which side of the market a strategy may take. */
export const directionParam = z
  .enum(["both", "long", "short"])
  .default("both")
  .describe("sides taken: both, long or short; the other side closes");

/** What an upward (`long`) or downward (`short`) event means when only some sides are allowed. */
export function allowed(wanted: "long" | "short", direction: z.infer<typeof directionParam>): Direction {
  return direction === "both" || direction === wanted ? wanted : "close";
}
