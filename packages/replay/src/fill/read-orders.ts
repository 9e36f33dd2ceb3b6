import { readFileSync } from "node:fs";
import { type Order, termsRefusal } from "@powertrader/core/engine";
import { PtError } from "@powertrader/core/errors";
import { decodeSimOrder, faultOf } from "@powertrader/core/files";
import { parseSymbol, printable } from "@powertrader/core/market";
import { looksLikeMilliseconds } from "@powertrader/core/time";

/** An order of a file and the line it stands on, counted from 1. */
export interface ReadOrder {
  readonly order: Order;
  readonly line: number;
}

/**
 * All orders of a file in the format of `sim_orders.jsonl`. The last line need not end.
 * @throws PtError E_FILE naming file and line of the first order that no venue would take, or of an id that stands twice
 */
export function readOrders(path: string): readonly ReadOrder[] {
  const lineOf = new Map<string, number>();
  const orders = linesOf(path).flatMap((text, i): readonly ReadOrder[] => {
    if (text.trim() === "") return [];
    const line = i + 1;
    const order = orderIn(text, path, line);
    const before = lineOf.get(order.clientOrderId);
    if (before !== undefined) {
      throw wrong(path, line, `client_order_id "${printable(order.clientOrderId)}" stands on line ${before} already`, {
        hint: "Give every order an id of its own: fills name it.",
      });
    }
    lineOf.set(order.clientOrderId, line);
    return [{ order, line }];
  });
  if (orders.length > 0) return orders;
  throw new PtError("E_FILE", `${path} has no orders`, { hint: "One JSON document a line, see docs/file-formats.md." });
}

function linesOf(path: string): readonly string[] {
  try {
    return readFileSync(path, "utf8").split("\n");
  } catch (error) {
    throw new PtError("E_FILE", `cannot read ${path} (${(error as NodeJS.ErrnoException).code})`, { cause: error });
  }
}

function orderIn(text: string, path: string, line: number): Order {
  let order: Order;
  try {
    order = decodeSimOrder(JSON.parse(text));
    parseSymbol(order.symbol);
  } catch (error) {
    throw wrong(path, line, faultOf(error), { cause: error });
  }
  const fault = orderFault(order);
  if (fault !== undefined) throw wrong(path, line, fault);
  return order;
}

/** What the refusals of terms mean for whoever wrote the file. */
const FAULTS: Readonly<Record<string, string>> = {
  invalid_limit_price: "limit_price belongs to limit and stop-limit orders, which need one above 0",
  invalid_stop_price: "stop_price belongs to stop-market, stop-limit, take-profit and trailing-stop orders",
  invalid_trail: "a trailing-stop needs trail_share between 0 and 1, or stop_price; other orders have no trail_share",
  invalid_post_only: "post_only belongs to limit orders that may wait",
  invalid_expiry: "expires_ts belongs to GTD orders, which need one after ts",
};

/** Why an order cannot be simulated, or `undefined`. */
function orderFault({ qty, sizeShare, terms, tsMs, symbol }: Order): string | undefined {
  if (qty === null && sizeShare === null) return "an order needs qty, or size_share";
  if (qty !== null && !(qty > 0)) return `qty = ${qty}: must be above 0`;
  if (qty === null && !(sizeShare! > 0)) return `size_share = ${sizeShare}: must be above 0`;
  if (symbol !== parseSymbol(symbol)) return `symbol "${printable(symbol)}" must be written ${parseSymbol(symbol)}`;
  const fault = timeFault("ts", tsMs);
  if (fault !== undefined) return fault;
  const isOpenDay = terms.timeInForce === "DAY" && terms.expiresMs === null;
  const refusal = termsRefusal(isOpenDay ? { ...terms, timeInForce: "GTC" } : terms, tsMs);
  if (refusal !== undefined) return `${terms.orderType} order: ${FAULTS[refusal] ?? refusal}`;
  return timeFault("expires_ts", terms.expiresMs ?? 0);
}

function timeFault(name: string, timeMs: number): string | undefined {
  const seconds = timeMs / 1000;
  return looksLikeMilliseconds(seconds) ? `${name} ${seconds} looks like milliseconds; seconds are wanted` : undefined;
}

/** An error about a line. */
export function wrong(
  path: string,
  line: number,
  fault: string,
  options: { readonly hint?: string; readonly cause?: unknown } = {},
): PtError {
  return new PtError("E_FILE", `${path}:${line}: ${fault}`, {
    hint: options.hint ?? "The line does not follow docs/file-formats.md; nothing was written.",
    details: { file: path, line },
    cause: options.cause,
  });
}
