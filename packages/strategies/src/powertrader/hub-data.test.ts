import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Fill } from "@powertrader/core/engine";
import { DAY_MS, HOUR_MS } from "@powertrader/core/market";
import type { AccountView, Signal } from "@powertrader/core/strategy";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { HUB_FILES, HubData } from "./hub-data.ts";
import { powertraderParams } from "./params.ts";
import { PowertraderTrader } from "./trader.ts";

let folder: string;
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), "hub-")), "hub_data");
});
afterEach(() => rmSync(join(folder, ".."), { recursive: true }));

const json = (name: string) => JSON.parse(readFileSync(join(folder, name), "utf8"));
const ADA = { symbol: "ADA-USDT", clientOrderId: "ADA-USDT-1", rule: "next_open", state: "filled", fees: 0 } as const;

function hub(hub_status: "midnight" | "tick") {
  const params = powertraderParams.parse({ hub_status, half_spread_bps: 100 });
  return new HubData(new PowertraderTrader(params, ["ADA-USDT", "BTC-USDT"]), params, folder);
}

function account(nowMs: number, mark = 100, qty = 0, pursuit?: "long"): AccountView {
  return {
    ...{ nowMs, equity: 1000, cash: 1000 - qty * mark },
    markOf: (symbol) => (symbol === "ADA-USDT" ? mark : 50),
    positionOf: (symbol) => (symbol === "ADA-USDT" ? qty : 0),
    pursuitOf: (symbol) => (symbol === "ADA-USDT" ? pursuit : undefined),
  };
}

function said(long: number, lowBounds: readonly (number | null)[]): Signal {
  return {
    ...{ signalId: "ADA-USDT-s1", tsMs: 0, strategy: "powertrader", symbol: "ADA-USDT", direction: "long" },
    ...{ strength: 1, size: undefined, stopLoss: undefined, takeProfit: undefined, tag: undefined, reason: undefined },
    data: { long_level: long, short_level: 0, low_bounds: lowBounds },
  };
}

describe("HubData", () => {
  it("writes the status on the first tick of a UTC day and at the end, or at every tick", () => {
    const writtenAt = (status: "midnight" | "tick") => {
      const one = hub(status);
      const times = [DAY_MS + HOUR_MS, DAY_MS + 2 * HOUR_MS, 2 * DAY_MS, 2 * DAY_MS + HOUR_MS].map((nowMs) => {
        one.onTick([], account(nowMs));
        return json(HUB_FILES.status).timestamp * 1000;
      });
      one.onEnd(account(3 * DAY_MS - HOUR_MS));
      times.push(json(HUB_FILES.ledger).last_updated_ts * 1000);
      rmSync(folder, { recursive: true });
      return times.map((timeMs) => timeMs / HOUR_MS);
    };
    expect(writtenAt("midnight")).toEqual([25, 25, 48, 48, 71]);
    expect(writtenAt("tick")).toEqual([25, 26, 48, 49, 71]);
  });

  it("makes its folder with the first tick, and takes no files over", () => {
    const one = hub("tick");
    expect(existsSync(folder)).toBe(false);
    one.onTick([], account(0));
    expect(() => hub("tick").onTick([], account(0))).toThrow(expect.objectContaining({ code: "E_PERM" }));
    one.onEnd(account(0));
    rmSync(folder, { recursive: true });
    writeFileSync(folder, "");
    expect(() => hub("tick").onTick([], account(0))).toThrow(expect.objectContaining({ details: expect.anything() }));
  });

  it("shows what is owned, its lines and what works", () => {
    const one = hub("tick");
    const status = (at: AccountView, ...signals: readonly Signal[]) => {
      one.onTick(signals, at);
      return json(HUB_FILES.status).positions.ADA;
    };
    const fill = { ...ADA, side: "buy", price: 100, tsMs: HOUR_MS } as unknown as Fill;
    status(account(0), said(3, [99, 98, 97, 96, null, null, null]));
    one.onFill({ ...fill, qty: 0.3, state: "partial", fees: 0.1 });
    status(account(HOUR_MS, 100, 0.3, "long"));
    expect(json(HUB_FILES.ledger)).toMatchObject({
      open_positions: { ADA: { usd_cost: 30.1, qty: 0.3 } },
      pending_orders: {
        "ADA-USDT-1": {
          ...{ symbol: "ADA-USDT", side: "buy", buying_power_before: 970, avg_cost_basis: 100, pnl_pct: 0 },
          ...{ tag: null, created_ts: 0 },
        },
      },
    });
    expect(status(account(2 * HOUR_MS, 99, 0.3))).toEqual({
      ...{ quantity: 0.3, avg_cost_basis: 100, current_buy_price: 99 * 1.01, current_sell_price: 99 * 0.99 },
      ...{ gain_loss_pct_buy: expect.closeTo(-0.01, 9), gain_loss_pct_sell: expect.closeTo(-1.99, 9) },
      ...{ value_usd: expect.closeTo(0.3 * 98.01, 9), dca_triggered_stages: 0, next_dca_display: "-2.50% / N4" },
      ...{ dca_line_price: 97.5, dca_line_source: "HARD", dca_line_pct: -2.5 },
      ...{ trail_active: false, trail_line: 105, trail_peak: 0, dist_to_trail_pct: expect.closeTo(-6.657142857, 8) },
    });
    expect(json(HUB_FILES.ledger).pending_orders).toEqual({});
    expect(json(HUB_FILES.status)).toMatchObject({
      account: {
        ...{ total_account_value: 1000, buying_power: 970.3, percent_in_trade: expect.closeTo(2.9403, 9) },
        ...{ holdings_sell_value: expect.closeTo(29.403, 9), holdings_buy_value: expect.closeTo(29.997, 9) },
      },
      positions: { BTC: { quantity: 0, current_buy_price: 50.5, current_sell_price: 49.5, dca_line_source: "N/A" } },
    });
  });

  it("names the line that a falling price meets first", () => {
    const one = hub("tick");
    const line = (lowBounds: readonly (number | null)[]) => {
      one.onTick([said(3, lowBounds)], account(HOUR_MS, 100, 0.3));
      const { dca_line_price: price, dca_line_source: source } = json(HUB_FILES.status).positions.ADA;
      return [price, source];
    };
    one.onTick([said(3, [])], account(0));
    one.onFill({ ...ADA, side: "buy", price: 100, qty: 0.3, tsMs: 0 } as unknown as Fill);
    expect(line([99, 99, 99, 98, 97, 96, 95])).toEqual([98, "NEURAL N4"]);
    expect(line([99, 99, 99, 97, 96, 95, 94])).toEqual([97.5, "HARD"]);
    expect(line([99, 99, 99, null, null, null, null])).toEqual([97.5, "HARD"]);
    expect(line([120, 120, 120, 110, 97, 96, 95])).toEqual([100, "NEURAL N4"]);
  });
});
