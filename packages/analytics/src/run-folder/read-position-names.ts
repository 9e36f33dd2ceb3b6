import { existsSync } from "node:fs";
import { join } from "node:path";
import { decodeSimOrder, faultOf, RUN_FILES, readLines } from "@powertrader/core/files";
import { brokenFolder } from "./broken-folder.ts";

/**
 * Names of the positions that orders worked for, by order id. Most runs name none: lines without a name are not decoded.
 * @throws PtError E_RUN_FOLDER naming the line that cannot be read
 */
export function readPositionNames(folder: string): ReadonlyMap<string, string> {
  const path = join(folder, RUN_FILES.orders);
  const names = new Map<string, string>();
  if (!existsSync(path)) return names;
  let row = 0;
  for (const line of readLines(path)) {
    row++;
    if (!line.includes('"position_id"')) continue;
    try {
      const { clientOrderId, terms } = decodeSimOrder(JSON.parse(line));
      if (terms.positionId !== null) names.set(clientOrderId, terms.positionId);
    } catch (error) {
      const hint = "The file was damaged or edited; run the backtest again.";
      throw brokenFolder(`${path}:${row}`, faultOf(error), hint, error);
    }
  }
  return names;
}
