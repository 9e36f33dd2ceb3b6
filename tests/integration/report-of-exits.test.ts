import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeReport } from "@powertrader/analytics";
import { beforeAll, describe, expect, it } from "vitest";
import { copyRun, editJson, editLines, replayRun } from "../fixtures/run-folder.ts";

// biome-ignore lint/suspicious/noExplicitAny: documents are whatever the files hold
type Document = any;

const read = (folder: string, name: string): Document => JSON.parse(readFileSync(join(folder, name), "utf8"));
const linesOf = (folder: string, name: string): readonly Document[] =>
  readFileSync(join(folder, name), "utf8")
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line));

/** The text of the page as a reader without scripts sees it, roughly. */
const textOf = (folder: string) =>
  readFileSync(join(folder, "report.html"), "utf8")
    .replace(/<(script|style)[^>]*>.*?<\/\1>/gs, "")
    .replace(/<[^>]+>/g, " ")
    .replaceAll("\u00a0", " ")
    .replace(/\s+/g, " ");

const section = (folder: string, from: string, to: string) => {
  const text = textOf(folder);
  return text.slice(text.lastIndexOf(from), text.lastIndexOf(to));
};

const EXITS = [
  ...["--stop-loss", "0.01", "--take-profit", "0.01:0.5,0.02:0.5", "--trailing-stop", "0.03", "--max-bars", "40"],
  ...["--leverage", "3", "--borrow-rate", "2", "--maker-fee-bps", "-2", "--stop-fill", "at-stop"],
];

let run: string;
beforeAll(async () => {
  run = await replayRun(EXITS);
  writeReport(run);
}, 60_000);

/** Realised and unrealised of all coins and what no coin owes, against what the account made. */
function expectToAddUp(folder: string): void {
  const { metrics, analysis } = writeReport(folder, { withPage: false }) as Document;
  const { final_equity: final, initial_capital: initial } = read(folder, "result.json");
  const sum = metrics.coins.reduce(
    (all: number, coin: Document) => all + coin.realised_pnl + coin.unrealised_pnl,
    metrics.account_flows,
  );
  expect(Math.abs(sum - (final - initial))).toBeLessThanOrEqual(1e-9 * Math.max(final, initial));
  expect(analysis.warnings).toEqual([]);
}

describe("the coins of a run", () => {
  it.each<[string, readonly string[]]>([
    ["with nothing but signals", []],
    ["closed at its end", ["--close-at-end"]],
    ["filled at the close", ["--fill-at", "close"]],
    ["with thinned equity", ["--equity-interval", "1d"]],
    ["whose venue keeps fees back from buys", ["--fee-in", "received", "--fee-per-order", "1"]],
    ["on so much margin that it is liquidated", ["--leverage", "100", "--liquidation-fee-bps", "50"]],
  ])("%s add up to what the account made", async (_, flags) => {
    expectToAddUp(await replayRun(flags));
  });

  it("have fees, slippage, interest and trades as the files of the run have them", () => {
    expectToAddUp(run);
    const { coins, account_flows: accountFlows } = read(run, "metrics.json");
    const [fills, flows, trades] = ["sim_fills", "cash_flows", "trades"].map((name) => linesOf(run, `${name}.jsonl`));
    expect(flows!.length).toBeGreaterThan(10);
    for (const coin of coins) {
      const own = (lines: readonly Document[]) => lines.filter((line) => line.symbol === coin.symbol);
      const sum = (lines: readonly Document[], name: string) => lines.reduce((all, line) => all + line[name], 0);
      expect(coin.fills).toBe(own(fills!).length);
      expect(coin.trades).toBe(own(trades!).length);
      expect(coin.fees).toBeCloseTo(sum(own(fills!), "fees"), 9);
      expect(coin.borrow).toBeCloseTo(sum(own(flows!), "amount"), 9);
      expect([coin.flows, coin.funding]).toEqual([coin.borrow, 0]);
      expect(coin.win_rate).toBeCloseTo(own(trades!).filter((trade) => trade.pnl > 0).length / coin.trades, 12);
    }
    const ofAccount = flows!.filter((flow) => flow.symbol === "").reduce((all, flow) => all + flow.amount, 0);
    expect(accountFlows).toBeCloseTo(ofAccount, 9);
    expect(accountFlows).toBeLessThan(0);
    const text = section(run, "Coin by coin", "By what closed");
    expect(text).toContain("Coin Realised Still open Together Fees Slippage Funding Trades Winners");
    expect(text).toMatch(/account −[\d,.]+ 0\.00/);
    expect(text).toContain("Together");
  });

  it("have no money without the fills, and no trades without their file", () => {
    const [unfilled, untraded] = [copyRun(run), copyRun(run)];
    rmSync(join(unfilled, "sim_fills.jsonl"));
    rmSync(join(untraded, "trades.jsonl"));
    const { metrics } = writeReport(unfilled) as Document;
    expect(metrics.coins[0]).toMatchObject({ realised_pnl: null, fees: null, flows: null, trades: expect.any(Number) });
    expect(textOf(unfilled)).not.toContain("does not add up");
    expect((writeReport(untraded) as Document).metrics.coins[0]).toMatchObject({
      realised_pnl: expect.any(Number),
      trades: null,
      win_rate: null,
    });
  });
});

describe("the trades of a run with exits", () => {
  it("are told by what closed them", () => {
    const trades = linesOf(run, "trades.jsonl");
    const { exits } = read(run, "metrics.json");
    const reasons = [...new Set(trades.map((trade) => trade.exit_reason))];
    expect(reasons).toEqual(expect.arrayContaining(["stop_loss", "take_profit"]));
    expect(exits.map((exit: Document) => exit.reason)).toEqual(reasons);
    for (const { reason, trades: count, pnl, average_bars: bars } of exits) {
      const own = trades.filter((trade) => trade.exit_reason === reason);
      expect(count).toBe(own.length);
      expect(pnl).toBeCloseTo(
        own.reduce((sum, trade) => sum + trade.pnl, 0),
        9,
      );
      expect(bars).toBeCloseTo(own.reduce((sum, trade) => sum + trade.bars_held, 0) / count, 9);
    }
    const text = section(run, "By what closed", "What trading cost");
    expect(text).toMatch(/stop-loss \d+ \d+ % −[\d,.]+/);
    expect(text).toContain("Exit because Bars Worst Best Fees Slippage Funding");
  });

  it("are marked on the chart with what ended them", () => {
    const [, data] = /id="report-data">(.*?)<\/script>/s.exec(readFileSync(join(run, "report.html"), "utf8"))!;
    const { symbol, trades } = JSON.parse(data!).coins[0];
    const own = linesOf(run, "trades.jsonl").filter((trade) => trade.symbol === symbol);
    const marks = [...Buffer.from(trades.reason, "base64")].map((place) => trades.reasons[place]);
    const short: Document = { stop_loss: "SL", take_profit: "TP", trailing_stop: "trail", time_exit: "time" };
    expect(marks).toEqual(own.map((trade) => short[trade.exit_reason] ?? trade.exit_reason));
    expect(marks).toContain("SL");
  });

  it("of an older version are listed without what it did not record", () => {
    const old = copyRun(run);
    editLines(old, "trades.jsonl", (lines) =>
      lines.map((line) => {
        const { bars_held: _, mae_pct: __, mfe_pct: ___, flows: ____, ...rest } = JSON.parse(line);
        return JSON.stringify(rest);
      }),
    );
    editJson(old, "config.json", (config) => {
      for (const key of ["exits", "risk", "leverage", "mode"]) delete config[key];
      for (const key of ["session", "funding", "stop_fill", "intrabar"]) delete config.execution_model[key];
    });
    editJson(old, "result.json", (result) => delete result.intrabar);
    const { metrics } = writeReport(old) as Document;
    expect(metrics.metrics).toEqual(read(run, "result.json").metrics);
    expect(metrics.intrabar).toBeNull();
    const text = textOf(old);
    expect(text).not.toContain("Worst Best");
    expect(text).toContain("Protective exits None: positions are left when the strategy says so.");
    expect(text).toContain("without leverage");
  });
});

describe("what a report says of how orders were filled", () => {
  it("names leverage, exits, interest and what imitates other systems", () => {
    const text = section(run, "How orders were filled", "All metrics");
    for (const part of [
      "Leverage 3: a position may be worth 3 times its margin",
      "Positions are left at protective levels whatever the strategy says ( Configuration )",
      "Where a bar leaves open whether a stop or a target came first, the stop did.",
      "Fills that take a price pay 20.0 bps (0.200 %) of their value as fee, those that waited for theirs are paid 2.0 bps",
      "a stop that the open has jumped over fills at its own price",
      "cost 200.00 % interest a year",
    ]) {
      expect(text, part).toContain(part);
    }
    expect(text).not.toContain("New York");
  });

  it("says nothing of what is not there", async () => {
    const plain = await replayRun();
    writeReport(plain);
    const text = section(plain, "How orders were filled", "All metrics");
    for (const part of ["Leverage", "protective", "came first", "Funding", "interest", "risk rules", "Not what"]) {
      expect(text, part).not.toContain(part);
    }
    expect(textOf(plain)).toContain("ratios are scaled with 365 days a year");
  });

  it("warns of bars that leave it open, with the final equity at both ends", () => {
    const folder = copyRun(run);
    editJson(folder, "result.json", (result) => {
      result.intrabar = {
        mode: "pessimistic",
        ambiguous_bars: 1_234,
        conservative_equity: 9_000.5,
        optimistic_equity: 11_000.25,
      };
    });
    const { metrics } = writeReport(folder) as Document;
    expect(metrics.intrabar).toMatchObject({ ambiguous_bars: 1_234, conservative_equity: 9_000.5 });
    const text = textOf(folder);
    expect(text).toContain(
      "OPEN The prices of 1,234 bars leave open whether a stop or a target came first ( intrabar: pessimistic ).",
    );
    expect(text).toMatch(/final equity would be 9,000\.50 , the best way 11,000\.25 USDT/);
  });

  it("counts 252 trading days in sessions, as the run itself did", async () => {
    const folder = await replayRun(["--session", "us-equities"]);
    const { metrics, analysis } = writeReport(folder) as Document;
    expect(analysis.warnings).toEqual([]);
    expect(metrics.metrics).toEqual(read(folder, "result.json").metrics);
    const text = textOf(folder);
    expect(text).toContain("Nothing fills outside of 09:30 to 16:00 New York");
    expect(text).toContain("ratios are scaled with 252 days a year");
  });
});

describe("the configuration in a report", () => {
  it("says exits and risk as they were set, and nothing of the rest", async () => {
    const folder = await replayRun([...EXITS, "--risk-profile", "conservative"]);
    writeReport(folder);
    const text = section(folder, "Configuration coins", "Where this comes from");
    expect(text).toContain("Protective exits stop_loss 1 % take_profit 50 % at +1 %, 50 % at +2 % trailing_stop 3 %");
    expect(text).toContain("max_bars 40 Risk rules profile conservative");
    expect(text).not.toMatch(/break_even|cooldown_minutes —|\[object/);
  });

  it("lists what the run read beside its candles under its origin", () => {
    const folder = copyRun(run);
    const [one, two] = ["1", "2"].map((digit) => digit.repeat(64));
    editJson(folder, "config.json", (config) => {
      config.intrabar_data = [
        { symbol: "BTC-USDT", timeframe: "1min", rows: 60_000, source: "import:minutes.csv", sha256: one },
      ];
      config.funding_data = [{ symbol: "ETH-USDT", rows: 1_095, source: "import:funding.csv", sha256: two }];
      config.signals = { file: "my-signals.jsonl", count: 12, sha256: one };
    });
    writeReport(folder);
    const text = section(folder, "Where this comes from", "To run it again");
    expect(text).toContain(`BTC-USDT 1min 60,000 import:minutes.csv ${one}`);
    expect(text).toContain(`ETH-USDT 1,095 import:funding.csv ${two}`);
    expect(text).toContain(`Signals 12 of my-signals.jsonl ${one}`);
    expect(textOf(folder)).not.toContain("[object");
  });
});

it("tells trades of positions with names apart, and refuses an order line that cannot be read", () => {
  const folder = copyRun(run);
  const order = linesOf(folder, "sim_orders.jsonl")[0];
  const path = join(folder, "sim_orders.jsonl");
  writeFileSync(path, `${JSON.stringify({ ...order, position_id: "hedge" })}\n`);
  expect((writeReport(folder) as Document).analysis.run.positionNames.get(order.client_order_id)).toBe("hedge");
  writeFileSync(path, '{"position_id":7}\n');
  expect(() => writeReport(folder)).toThrow(expect.objectContaining({ code: "E_RUN_FOLDER" }));
});
