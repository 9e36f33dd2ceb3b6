import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ExecutionModelConfig, executionModelSchema, toExecutionModel } from "@powertrader/core/config";
import {
  createRun,
  type Fill,
  type OrderEvent,
  type RunRecorder,
  runBacktest,
  type Trade,
} from "@powertrader/core/engine";
import { allocateColumns, HOUR_MS } from "@powertrader/core/market";
import { createStream } from "@powertrader/core/random";
import type { Signal } from "@powertrader/core/strategy";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { changingModels, modelOf } from "../fixtures/handmade-models.ts";
import { IndicatorHub } from "../indicators/indicator-hub.ts";
import type { ModelSource } from "../pattern-memory/model-source.ts";
import { PATTERN_TIMEFRAMES } from "../pattern-memory/timeframe-model.ts";
import { resolveParams } from "../registry.ts";
import type { StrategyDefinition } from "../strategy-definition.ts";
import { HUB_FILES } from "./hub-data.ts";
import { powertrader } from "./powertrader.ts";

const DEFINITION = powertrader as unknown as StrategyDefinition;

/** A Monday. */
const START_MS = Date.UTC(2024, 0, 1);

/** Two weeks of 100, a decision's warm-up and two bars more, so that the days begin with the run. */
const WARM_UP = 336;

/** Long below 101.49, 101.236 and 100.73 while the last candles of these timeframes have closed at 100. */
const MODEL = modelOf(
  { "12hour": { high: 3, low: 2 }, "1day": { high: 3, low: 2 }, "1week": { high: 3, low: 2 } },
  START_MS,
);

const FEE = 0.001;

/** A start, a dca buy, a sale below the peak, a start again that the end of the run sells. */
const PRICES = [100, 100, 97, 97, 101, 100.3, 100.3, 100.3];
const BOUGHT = [0.5 / (100 * (1 + FEE)), (2 * 0.5) / (100 * (1 + FEE) ** 2)] as const;
const OWNED = BOUGHT[0] + BOUGHT[1];
const SPENT = (BOUGHT[0] * 100 + BOUGHT[1] * 97) * (1 + FEE);
const PROFIT = OWNED * 100.3 * (1 - FEE) - SPENT;
/** 0.005 % of what the account is worth by then. */
const AGAIN = (0.00005 * (10_000 + PROFIT)) / (100.3 * (1 + FEE));
const LOSS = AGAIN * 100.3 * (-2 * FEE);

let folder: string;
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), "powertrader-")), "hub_data");
});
afterEach(() => rmSync(join(folder, ".."), { recursive: true }));

interface Setting {
  readonly given?: Readonly<Record<string, unknown>>;
  /** Whether hub_data is written. */
  readonly writes?: boolean;
  readonly models?: ModelSource;
  readonly model?: Partial<ExecutionModelConfig>;
  /** Base units of every bar. */
  readonly volume?: number;
}

const MODELS: ModelSource = { modelAt: (_symbol, nowMs) => (nowMs < MODEL.cutoffMs ? undefined : MODEL) };

/** Runs both halves over bars that stand still at their price. */
async function runOver(
  prices: readonly number[],
  { given = {}, writes = true, models = MODELS, model = {}, volume = 1e9 }: Setting = {},
) {
  const columns = allocateColumns(WARM_UP + prices.length);
  for (let row = 0; row < columns.length; row++) {
    columns.time[row] = START_MS + (row - WARM_UP) * HOUR_MS;
    for (const name of ["open", "high", "low", "close"] as const) columns[name][row] = prices[row - WARM_UP] ?? 100;
    columns.volume[row] = volume;
  }
  const params = resolveParams(DEFINITION, given);
  const said = { signals: [] as Signal[], fills: [] as Fill[], trades: [] as Trade[], events: [] as OrderEvent[] };
  const recorder: RunRecorder = {
    signal: (signal) => void said.signals.push(signal),
    fill: (fill) => void said.fills.push(fill),
    trade: (trade) => void said.trades.push(trade),
    orderEvent: (event) => void said.events.push(event),
    order: () => {},
    cashFlow: () => {},
  };
  const run = createRun({
    settings: {
      ...{ startMs: START_MS, initialCapital: 10_000, seed: 1, closeAtEnd: true, leverage: 1 },
      model: toExecutionModel(
        executionModelSchema.parse({
          ...{ slippage_bps: 0, fee_bps: FEE * 10_000, latency_ms: [0, 0], max_volume_pct: 100, qty_step: 0 },
          min_notional: DEFINITION.runDefaults!["execution_model.min_notional"],
          ...model,
        }),
      ),
    },
    series: [{ symbol: "BTC-USDT", timeframe: "1hour", columns, warmUpRows: WARM_UP }],
    source: DEFINITION.create(params, {
      ...{ indicators: new IndicatorHub(), timeframe: "1hour" },
      models,
    }),
    policy: DEFINITION.createPolicy!(params, { symbols: ["BTC-USDT"], folder: writes ? folder : undefined }),
    recorder,
  });
  await runBacktest(run);
  return { ...said, run };
}

const json = (name: string) => JSON.parse(readFileSync(join(folder, name), "utf8"));
const lines = (name: string) =>
  readFileSync(join(folder, name), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
const seconds = (row: number) => START_MS / 1000 + row * 3600;

describe("powertrader", () => {
  it("says how its models are made and which timeframes it looks at", () => {
    const params = powertrader.params.parse({ weights: "frozen", normalize_weights: true, min_candles: 30 });
    expect(powertrader.training!(params)).toEqual({
      settings: { weights: "frozen", normalize_weights: true },
      minCandles: 30,
      freshDays: 14,
    });
    expect(powertrader.higher!(params)).toEqual(PATTERN_TIMEFRAMES);
  });

  it("starts, buys more below, and sells everything when the price falls back from its peak", async () => {
    const { signals, fills, trades, events, run } = await runOver(PRICES);
    expect(signals.map(({ tsMs, data }) => [tsMs / 1000, data!.long_level, data!.short_level])).toEqual([
      [seconds(1), 3, 0],
      [seconds(5), 2, 0],
      [seconds(6), 3, 0],
    ]);
    expect(fills.map(({ side, price, barMs, rule }) => [barMs / 1000, side, price, rule])).toEqual([
      [seconds(1), "buy", 100, "next_open"],
      [seconds(3), "buy", 97, "next_open"],
      [seconds(6), "sell", 100.3, "next_open"],
      [seconds(7), "buy", 100.3, "next_open"],
      [seconds(7), "sell", 100.3, "end_of_run"],
    ]);
    const quantities = [...BOUGHT, OWNED, AGAIN, AGAIN];
    expect(fills.map(({ qty }) => qty)).toEqual(quantities.map((qty) => expect.closeTo(qty, 12)));
    expect(trades.map(({ pnl }) => pnl)).toEqual([expect.closeTo(PROFIT, 10), expect.closeTo(LOSS, 10)]);
    expect(run.equity).toBeCloseTo(10_000 + PROFIT + LOSS, 8);
    expect(events).toEqual([]);
  });

  it("leaves out the dca buy that there is no cash for", async () => {
    const { fills, events } = await runOver(PRICES, { given: { start_allocation_pct: 100 } });
    expect(fills[0]!.qty).toBeCloseTo(10_000 / (100 * (1 + FEE)), 9);
    expect(fills.map(({ side, rule }) => `${side} ${rule}`)).toEqual(["buy next_open", "sell end_of_run"]);
    expect(events).toEqual([]);
  });

  it("decides the same without a folder to write to", async () => {
    const { fills } = await runOver(PRICES);
    const silent = await runOver(PRICES, { writes: false });
    expect(silent.fills).toEqual(fills);
  });
});

describe("hub_data", () => {
  it("has a line for every fill with cost, profit and cash", async () => {
    await runOver(PRICES);
    const history = lines(HUB_FILES.trades);
    expect(history.map(({ tag, order_id, ts }) => [ts, tag, order_id])).toEqual([
      [seconds(1), null, "BTC-USDT-1"],
      [seconds(3), "DCA", "BTC-USDT-2"],
      [seconds(6), "TRAIL_SELL", "BTC-USDT-3"],
      [seconds(7), null, "BTC-USDT-4"],
      [seconds(8), "END_OF_RUN", "BTC-USDT-5"],
    ]);
    const average = (BOUGHT[0] * 100 + BOUGHT[1] * 97) / OWNED;
    expect(history[0]).toEqual({
      ...{ ts: seconds(1), side: "buy", tag: null, symbol: "BTC-USDT", qty: expect.closeTo(BOUGHT[0], 12), price: 100 },
      ...{ avg_cost_basis: null, pnl_pct: null, realized_profit_usd: null, order_id: "BTC-USDT-1" },
      ...{ fees_usd: expect.closeTo(BOUGHT[0] * 100 * FEE, 12), buying_power_before: 10_000 },
      ...{ buying_power_after: expect.closeTo(9999.5, 9), buying_power_delta: expect.closeTo(-0.5, 9) },
      ...{ position_cost_used_usd: 0, position_cost_after_usd: expect.closeTo(0.5, 9) },
    });
    expect(history[1]).toMatchObject({ avg_cost_basis: 100, pnl_pct: -3, realized_profit_usd: null });
    expect(history[2]).toMatchObject({
      avg_cost_basis: expect.closeTo(average, 9),
      pnl_pct: expect.closeTo((100 * (100.3 - average)) / average, 9),
      realized_profit_usd: expect.closeTo(PROFIT, 10),
      position_cost_used_usd: expect.closeTo(SPENT, 10),
      position_cost_after_usd: 0,
    });
    for (const { buying_power_before: before, buying_power_after: after, buying_power_delta: delta } of history) {
      expect(after - before).toBeCloseTo(delta, 9);
    }
  });

  it("has a line of the account's value for every tick", async () => {
    const { run } = await runOver(PRICES);
    const curve = run.curve.toColumns();
    const values = lines(HUB_FILES.accountValues);
    expect(values.map(({ ts }) => ts)).toEqual(PRICES.map((_, row) => seconds(row + 1)));
    expect(Object.keys(values[0]!)).toEqual(["ts", "total_account_value"]);
    // The first row of the curve is the capital, its last has the sale at the end in it.
    expect(values.slice(0, -1).map((one) => one.total_account_value)).toEqual([...curve.equity].slice(1, -1));
  });

  it("ends with the books closed", async () => {
    const { run } = await runOver(PRICES);
    expect(json(HUB_FILES.ledger)).toEqual({
      total_realized_profit_usd: expect.closeTo(PROFIT + LOSS, 10),
      ...{ last_updated_ts: seconds(8), open_positions: {}, pending_orders: {} },
    });
    expect(json(HUB_FILES.status)).toEqual({
      timestamp: seconds(8),
      account: {
        ...{ total_account_value: run.equity, buying_power: run.cash, holdings_sell_value: 0, holdings_buy_value: 0 },
        ...{ percent_in_trade: 0, pm_start_pct_no_dca: 5, pm_start_pct_with_dca: 2.5, trailing_gap_pct: 0.5 },
      },
      positions: {
        BTC: {
          ...{ quantity: 0, avg_cost_basis: 0, current_buy_price: 100.3, current_sell_price: 100.3 },
          ...{ gain_loss_pct_buy: 0, gain_loss_pct_sell: 0, value_usd: 0, dca_triggered_stages: 0 },
          ...{ next_dca_display: "", dca_line_price: 0, dca_line_source: "N/A", dca_line_pct: 0 },
          ...{ trail_active: false, trail_line: 0, trail_peak: 0, dist_to_trail_pct: 0 },
        },
      },
    });
  });

  it("leaves nothing but its four files, the same bytes every time", async () => {
    const bytes = () => Object.values(HUB_FILES).map((name) => readFileSync(join(folder, name), "utf8"));
    await runOver(PRICES, { given: { hub_status: "tick" } });
    expect(readdirSync(folder).sort()).toEqual(Object.values(HUB_FILES).sort());
    const first = bytes();
    rmSync(folder, { recursive: true });
    await runOver(PRICES, { given: { hub_status: "tick" } });
    expect(bytes()).toEqual(first);
  });

  it.each(
    [1, 2, 3].flatMap((seed) =>
      (["next-open", "close"] as const).flatMap((fill_at) =>
        (["carry", "cancel"] as const).map((remainder) => [seed, fill_at, remainder] as const),
      ),
    ),
  )(
    "keeps books that agree with the account when orders fill in parts (seed %d, %s, %s)",
    async (seed, fill_at, remainder) => {
      const random = createStream(seed, "prices");
      let price = 100;
      const prices = Array.from({ length: 500 }, () => (price *= 1 + 0.012 * random.normal()));
      const { fills, run } = await runOver(prices, {
        given: { max_dca_buys_per_24h: 3, dca_levels: "-1/-2/-4", trade_start_level: 1 },
        models: changingModels(seed),
        model: { fill_at, remainder, partial_fill_threshold: 0 },
        volume: 0.012,
      });
      expect(fills.filter(({ state }) => state === "partial").length).toBeGreaterThan(4);
      expect(new Set(lines(HUB_FILES.trades).map(({ tag }) => tag))).toContain("TRAIL_SELL");
      const { total_realized_profit_usd: realized, open_positions: open } = json(HUB_FILES.ledger);
      const { usd_cost: cost, qty } = open.BTC ?? { usd_cost: 0, qty: 0 };
      expect(qty).toBeCloseTo(run.positionOf("BTC-USDT"), 9);
      expect(10_000 + realized + qty * run.markOf("BTC-USDT") - cost).toBeCloseTo(run.equity, 6);
      const status = json(HUB_FILES.status);
      expect(status.positions.BTC.quantity).toBe(run.positionOf("BTC-USDT"));
      expect(status.account.total_account_value).toBe(run.equity);
    },
  );
});
