import type { Analysis } from "../analysis/analyze-run.ts";

/** With less of the capital at work, the return of the account says little. */
const SMALL_SHARE = 0.2;

/** Whether never more than a small part of the capital was at work, so that the return on that part is worth saying. */
export function wasMostlyIdle({ run, metrics: { values } }: Pick<Analysis, "run" | "metrics">): boolean {
  const { peak_deployed: deployed, return_on_deployed: gain } = values;
  if (deployed == null || gain == null) return false;
  return deployed < SMALL_SHARE * run.result.initial_capital;
}
