import type { Fill, FillRule } from "@powertrader/core/engine";
import { DAY_MS, HOUR_MS } from "@powertrader/core/market";
import type { AccountView, OrderIntent, Signal } from "@powertrader/core/strategy";
import { describe, expect, it } from "vitest";
import type { z } from "zod";
import { powertraderParams } from "./params.ts";
import { PowertraderTrader } from "./trader.ts";

type Enter = Extract<OrderIntent, { kind: "enter" }>;

/** An account whose prices stand where they are put and that fills what it is told to, free of costs. */
class FakeAccount implements AccountView {
  nowMs = 0;
  cash: number;
  readonly marks = new Map<string, number>();
  readonly positions = new Map<string, number>();
  readonly working = new Map<string, "long" | "close">();
  readonly trader: PowertraderTrader;
  #orders = 0;

  constructor(
    params: z.input<typeof powertraderParams> = {},
    cash = 10_000,
    symbols: readonly string[] = ["BTC-USDT"],
  ) {
    this.trader = new PowertraderTrader(powertraderParams.parse(params), symbols);
    this.cash = cash;
    for (const symbol of symbols) this.marks.set(symbol, 100);
  }

  get equity(): number {
    let equity = this.cash;
    for (const [symbol, qty] of this.positions) equity += qty * this.markOf(symbol);
    return equity;
  }

  markOf = (symbol: string) => this.marks.get(symbol) ?? 0;
  positionOf = (symbol: string) => this.positions.get(symbol) ?? 0;
  pursuitOf = (symbol: string) => this.working.get(symbol);

  /** One tick an hour later, at a price where one is given. */
  tick(price?: number, signals: readonly Signal[] = [], symbol = "BTC-USDT"): readonly OrderIntent[] {
    this.nowMs += HOUR_MS;
    if (price !== undefined) this.marks.set(symbol, price);
    return this.trader.onTick(signals, this);
  }

  /** Fills an order at the mark. @param share - of the order */
  fill(intent: OrderIntent, share = 1, rule: FillRule = "next_open", orderId = `o${++this.#orders}`): void {
    if (intent.kind !== "enter" && intent.kind !== "exit") throw new Error(`${intent.kind} does not fill`);
    const { symbol, side } = intent;
    const price = this.markOf(symbol);
    const qty = share * (intent.kind === "enter" ? moneyOf(intent, this) / price : intent.qty);
    const signed = side === "buy" ? qty : -qty;
    this.cash -= signed * price;
    this.positions.set(symbol, this.positionOf(symbol) + signed);
    const fill: Partial<Fill> = { tsMs: this.nowMs, clientOrderId: orderId, symbol, side, qty, price, fees: 0, rule };
    this.trader.onFill(fill as Fill);
  }

  /** Owns a position bought at `price` in one start. */
  own(price: number, qty: number, symbol = "BTC-USDT"): void {
    this.marks.set(symbol, price);
    const [start] = this.trader.onTick([said(3, 0, symbol)], this).filter((one) => one.symbol === symbol);
    this.fill({ ...start!, sizeShare: (qty * price) / this.equity } as Enter);
    this.trader.onTick([said(0, 0, symbol)], this);
  }
}

function moneyOf({ sizeShare }: Enter, account: AccountView): number {
  return sizeShare * account.equity;
}

function said(long: number, short: number, symbol = "BTC-USDT"): Signal {
  return {
    ...{ signalId: `${symbol}-s1`, tsMs: 0, strategy: "powertrader", symbol, direction: "close", strength: 1 },
    ...{ size: undefined, stopLoss: undefined, takeProfit: undefined, tag: undefined, reason: undefined },
    data: { long_level: long, short_level: short },
  };
}

const kinds = (intents: readonly OrderIntent[]) => intents.map(({ kind, symbol }) => `${kind} ${symbol}`);
const money = (intents: readonly OrderIntent[], account: AccountView) =>
  intents.map((intent) => Number(moneyOf(intent as Enter, account).toFixed(9)));

describe("the start rule", () => {
  it("buys when enough timeframes are long and none is short", () => {
    const account = new FakeAccount();
    expect(account.tick(100, [said(2, 0)])).toEqual([]);
    expect(account.tick(100, [said(7, 1)])).toEqual([]);
    expect(account.tick(100, [said(3, 0)])).toEqual([
      {
        ...{ kind: "enter", symbol: "BTC-USDT", side: "buy", signalId: "BTC-USDT-s1" },
        sizeShare: 0.5 / 10_000,
      },
    ]);
  });

  it("remembers the levels of the last signal", () => {
    const account = new FakeAccount();
    account.tick(100, [said(3, 0)]);
    expect(kinds(account.tick())).toEqual(["enter BTC-USDT"]);
    account.tick(100, [said(2, 0)]);
    expect(account.tick()).toEqual([]);
  });

  it("takes the level that it is told", () => {
    const account = new FakeAccount({ trade_start_level: 5 });
    expect(account.tick(100, [said(4, 0)])).toEqual([]);
    expect(account.tick(100, [said(5, 0)])).toHaveLength(1);
  });

  it.each([
    ["upstream", 10_000, 0.5],
    ["upstream", 1_000_000, 50],
    ["v0", 1_000_000, 25],
    ["v0", 10_000, 0.5],
  ] as const)("buys for a share of the account (%s, %d → %d)", (start_sizing, cash, expected) => {
    const account = new FakeAccount({ start_sizing }, cash, ["BTC-USDT", "ETH-USDT"]);
    const intents = account.tick(100, [said(3, 0), said(3, 0, "ETH-USDT")]);
    expect(money(intents, account)).toEqual([expected, expected]);
  });

  it("never spends the same cash twice in a tick", () => {
    const account = new FakeAccount({}, 1.2, ["BTC-USDT", "ETH-USDT", "XRP-USDT"]);
    const all = ["BTC-USDT", "ETH-USDT", "XRP-USDT"].map((symbol) => said(3, 0, symbol));
    expect(kinds(account.tick(100, all))).toEqual(["enter BTC-USDT", "enter ETH-USDT"]);
  });

  it("leaves to working orders the cash that they will take", () => {
    const account = new FakeAccount({}, 0.9, ["BTC-USDT", "ETH-USDT"]);
    const [start] = account.tick(100, [said(3, 0)]);
    account.working.set("BTC-USDT", "long");
    expect(account.tick(100, [said(3, 0, "ETH-USDT")])).toEqual([]);
    account.fill(start!, 0.9);
    account.working.delete("BTC-USDT");
    account.cash = 0.5;
    expect(kinds(account.tick())).toEqual(["enter ETH-USDT"]);
  });

  it("waits while an order works, and asks again when it came to nothing", () => {
    const account = new FakeAccount();
    account.tick(100, [said(3, 0)]);
    account.working.set("BTC-USDT", "long");
    expect(account.tick()).toEqual([]);
    account.working.delete("BTC-USDT");
    expect(account.tick()).toHaveLength(1);
  });

  it("buys nothing before the first price", () => {
    expect(new FakeAccount().tick(0, [said(7, 0)])).toEqual([]);
  });
});

describe("the dca rule", () => {
  it("buys twice what is owned at its bid, once the ask is 2.5 % below the average", () => {
    const account = new FakeAccount({ half_spread_bps: (0.05 / 97.35) * 10_000 });
    account.own(100, 0.01);
    const intents = account.tick(97.35);
    expect(money(intents, account)).toEqual([1.946]);
    expect(intents[0]).toMatchObject({ kind: "enter", side: "buy", signalId: undefined });
  });

  it("buys at a small loss where enough timeframes are long", () => {
    const account = new FakeAccount();
    account.own(100, 0.01);
    expect(account.tick(99, [said(3, 0)])).toEqual([]);
    const [buy] = account.tick(99, [said(4, 0)]);
    expect(buy).toMatchObject({ kind: "enter", signalId: "BTC-USDT-s1" });
    account.fill(buy!);
    expect(account.tick(98.5, [said(4, 0)])).toEqual([]);
    expect(account.tick(98.5, [said(5, 0)])).toHaveLength(1);
  });

  it("goes down the whole ladder", () => {
    const account = new FakeAccount({ max_dca_buys_per_24h: 100, dca_levels: [-2.5, -5, -10, -20, -30, -40, -50] });
    const triggers = [97.5, 93.416667, 85.55, 70.974815, 53.822568, 36.906904, 22.554219];
    const sizes = [0.975, 2.8025, 7.6995, 19.1632, 43.59628, 89.683776, 164.420256];
    const averages = [98.333333, 95.055556, 88.718519, 76.889383, 61.511506, 45.108438, 30.072292];
    account.own(100, 0.005);
    let cost = 0.5;
    triggers.forEach((price, stage) => {
      expect(account.tick(price + 1e-4)).toEqual([]);
      const exact = account.trader.coins[0]!.averagePrice * (1 + [-2.5, -5, -10, -20, -30, -40, -50][stage]! / 100);
      expect(exact).toBeCloseTo(price, 6);
      const intents = account.tick(exact - 1e-10);
      expect(moneyOf(intents[0] as Enter, account)).toBeCloseTo(sizes[stage]!, 6);
      cost += moneyOf(intents[0] as Enter, account);
      account.fill(intents[0]!);
      expect(account.trader.coins[0]!.averagePrice).toBeCloseTo(averages[stage]!, 6);
    });
    expect(cost).toBeCloseTo(328.840512, 5);
    expect(account.trader.coins[0]!.dcaCount).toBe(7);
  });

  it("buys twice in 24 hours, and again once the first is older than that", () => {
    const account = new FakeAccount({ dca_levels: [-1] });
    account.own(100, 0.01);
    for (const price of [98, 90]) account.fill(account.tick(price)[0]!);
    const firstMs = account.trader.coins[0]!.dcaTimesMs[0]!;
    account.nowMs = firstMs + DAY_MS - HOUR_MS;
    expect(account.tick(50)).toEqual([]);
    expect(account.tick(50)).toHaveLength(1);
  });

  it("never buys where the limit is 0", () => {
    const never = new FakeAccount({ max_dca_buys_per_24h: 0 });
    never.own(100, 0.01);
    expect(never.tick(10, [said(7, 0)])).toEqual([]);
    never.nowMs += 10 * DAY_MS;
    expect(never.tick(10)).toEqual([]);
  });

  it("skips a stage that cash does not reach for, without losing it", () => {
    const account = new FakeAccount({}, 2);
    account.own(100, 0.01);
    expect(account.tick(97)).toEqual([]);
    expect(account.trader.coins[0]!.dcaCount).toBe(0);
    account.cash = 1.94;
    expect(account.tick(97)).toHaveLength(1);
  });

  it("counts an order as a stage when it begins to fill, however often it fills", () => {
    const account = new FakeAccount();
    account.own(100, 0.01);
    const [buy] = account.tick(97);
    account.tick(97);
    expect(account.trader.coins[0]!.dcaCount).toBe(0);
    account.fill(buy!, 0.4, "next_open", "BTC-USDT-2");
    account.working.set("BTC-USDT", "long");
    expect(account.tick(80)).toEqual([]);
    account.fill(buy!, 0.6, "next_open", "BTC-USDT-2");
    account.working.delete("BTC-USDT");
    account.tick(97);
    expect(account.trader.coins[0]).toMatchObject({ dcaCount: 1, dcaTimesMs: [expect.any(Number)] });
  });

  it("lets go of the trailing stop where the price has been bought down", () => {
    const account = new FakeAccount({ dca_levels: [-50] });
    account.own(100, 0.01);
    account.tick(105.5);
    expect(account.trader.coins[0]!.stop).toMatchObject({ isActive: true });
    const stopped = (trailing: "upstream" | "v0") => {
      const other = new FakeAccount({ trailing });
      other.own(100, 0.01);
      other.fill(other.tick(97)[0]!);
      other.tick(98);
      return other.trader.coins[0]!.stop!.line;
    };
    expect(stopped("upstream")).toBeCloseTo(98 * 1.025, 6);
    expect(stopped("v0")).toBe(105);
  });
});

describe("the trailing rule", () => {
  it("sells the whole holding below the line and starts afresh", () => {
    const account = new FakeAccount();
    account.own(100, 0.01);
    for (const price of [104.9, 105.2, 107, 106.6]) expect(account.tick(price)).toEqual([]);
    const intents = account.tick(106.4);
    expect(intents).toEqual([{ kind: "exit", symbol: "BTC-USDT", side: "sell", qty: 0.01, signalId: undefined }]);
    expect(account.trader.coins[0]).toMatchObject({ qty: 0.01, stop: { isActive: true } });
    account.fill(intents[0]!);
    expect(account.trader.coins[0]).toMatchObject({ qty: 0, averagePrice: 0, dcaCount: 0, dcaTimesMs: [] });
    expect(account.trader.coins[0]!.stop).toBeUndefined();
  });

  it("asks again when the sale was refused, and for what is left when it was cut", () => {
    const account = new FakeAccount();
    account.own(100, 0.01);
    account.tick(107);
    account.tick(106);
    const [again] = account.tick(106);
    expect(again).toMatchObject({ kind: "exit", qty: 0.01 });
    account.fill(again!, 0.25);
    expect(account.trader.coins[0]).toMatchObject({ qty: 0.0075, averagePrice: 100 });
    expect(account.tick(106)).toMatchObject([{ kind: "exit", qty: 0.0075 }]);
  });

  it("never buys back what it sells in the same tick", () => {
    const account = new FakeAccount();
    account.own(100, 0.01);
    account.tick(107, [said(5, 0)]);
    const intents = account.tick(106);
    expect(kinds(intents)).toEqual(["exit BTC-USDT"]);
    account.fill(intents[0]!);
    expect(kinds(account.tick(106))).toEqual(["enter BTC-USDT"]);
  });

  it("sells below the bid of the line, not of the mark", () => {
    const account = new FakeAccount({ half_spread_bps: 100 });
    account.own(100, 0.01);
    expect(account.tick(106)).toEqual([]);
    expect(account.trader.coins[0]!.stop!.isActive).toBe(false);
    account.tick(106.1);
    expect(account.trader.coins[0]!.stop!.isActive).toBe(true);
  });

  it("forgets what the engine has closed", () => {
    const account = new FakeAccount();
    account.own(100, 0.01);
    account.fill(account.tick(97)[0]!);
    const qty = account.positionOf("BTC-USDT");
    account.fill({ kind: "exit", symbol: "BTC-USDT", side: "sell", qty, signalId: undefined }, 1, "end_of_run");
    expect(account.trader.coins[0]).toMatchObject({ qty: 0, dcaCount: 0, averagePrice: 0 });
  });
});

describe("a tick", () => {
  it("looks after what is owned first, then starts, each in the order of the run", () => {
    const symbols = ["BTC-USDT", "ETH-USDT", "XRP-USDT", "BNB-USDT"];
    const account = new FakeAccount({}, 10_000, symbols);
    account.own(100, 0.01, "ETH-USDT");
    account.own(100, 0.01, "BNB-USDT");
    for (const symbol of ["ETH-USDT", "BNB-USDT"]) account.marks.set(symbol, 97);
    const intents = account.tick(100, [said(3, 0, "XRP-USDT"), said(3, 0)]);
    expect(kinds(intents)).toEqual(["enter ETH-USDT", "enter BNB-USDT", "enter BTC-USDT", "enter XRP-USDT"]);
  });

  it("ignores signals of other coins, and does not take signals without levels for silence", () => {
    const account = new FakeAccount();
    const { data: _, ...bare } = said(7, 0);
    expect(account.tick(100, [said(7, 0, "ETH-USDT")])).toEqual([]);
    expect(() => account.tick(100, [{ ...bare, data: undefined, direction: "long" }])).toThrow(
      /has no data\.long_level, which the trader of powertrader goes by/,
    );
  });
});

it("keeps plain data only", () => {
  const account = new FakeAccount();
  account.own(100, 0.01);
  account.fill(account.tick(97)[0]!);
  account.tick(101);
  const { coins } = account.trader;
  expect(JSON.parse(JSON.stringify(coins))).toEqual(JSON.parse(JSON.stringify(structuredClone(coins))));
  expect(structuredClone(coins)).toEqual(coins);
});
