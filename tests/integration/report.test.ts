import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeReport } from "@powertrader/analytics";
import { beforeAll, describe, expect, it } from "vitest";
import { newFolder } from "../fixtures/bin.ts";
import { candlesFrom, writeCache } from "../fixtures/candle-cache.ts";
import { mustRunHere } from "../fixtures/here.ts";
import { copyRun, editJson, editLines, replayRun } from "../fixtures/run-folder.ts";

// biome-ignore lint/suspicious/noExplicitAny: documents are whatever the files hold
type Document = any;

const read = (folder: string, name: string): Document => JSON.parse(readFileSync(join(folder, name), "utf8"));
const pageOf = (folder: string) => readFileSync(join(folder, "report.html"), "utf8");

/** The text of the page as a reader without scripts sees it, roughly. */
const textOf = (page: string) =>
  page
    .replace(/<(script|style)[^>]*>.*?<\/\1>/gs, "")
    .replace(/<[^>]+>/g, " ")
    .replaceAll("&#39;", "'")
    .replaceAll("\u00a0", " ")
    .replace(/\s+/g, " ");

const START_MS = Date.UTC(2024, 0, 1);

/** A short sale into a price that triples at the 21st of 40 hourly bars. */
async function ruinedRun(): Promise<string> {
  const [cache, folder] = [newFolder(), join(newFolder(), "run")];
  const priceAt = (bar: number) => (bar < 20 ? 100 - bar / 100 : 300);
  const bars = Array.from({ length: 40 }, (_, bar) => {
    const [open, close] = [priceAt(bar - 1), priceAt(bar)];
    return { open, high: Math.max(open, close), low: Math.min(open, close), close, volume: 1e9 };
  });
  writeCache(cache, "walk", "BTC-USDT", "1hour", candlesFrom(START_MS, "1hour", bars));
  const flags = "--exchange walk --coins BTC --start-date 2024-01-01 --strategy breakout --param lookback=3 --quiet";
  await mustRunHere("pt-replay", [...flags.split(" "), "--cache-dir", cache, "--output-dir", folder]);
  return folder;
}

let run: string;
beforeAll(async () => {
  run = await replayRun(["--name", "two walks", "--tag", "first", "--tag", "second", "--note", "A note."]);
}, 60_000);

describe("a report of a finished run", () => {
  it("holds the metrics of the run, computed again from its files", () => {
    const { analysis, metrics } = writeReport(copyRun(run)) as Document;
    const result = read(run, "result.json");
    expect(analysis.warnings).toEqual([]);
    expect(metrics.metrics_source).toBe("equity.jsonl");
    expect(metrics.metrics).toEqual(result.metrics);
    expect(metrics.undefined_metrics).toEqual(result.undefined_metrics);
    expect(metrics.run).toMatchObject({
      hash: result.hash,
      status: "completed",
      partial: false,
      name: "two walks",
      tags: ["first", "second"],
      note: "A note.",
      coins: ["BTC", "ETH"],
      bars: result.bars,
    });
    expect(metrics.benchmark.final_equity / result.initial_capital - 1).toBeCloseTo(
      result.metrics.benchmark_return,
      12,
    );
    expect(metrics.drawdowns[0].share).toBeCloseTo(result.metrics.max_drawdown, 12);
    expect(metrics.coins.map((row: Document) => row.symbol)).toEqual(["BTC-USDT", "ETH-USDT"]);
    const sum = (name: string) => metrics.coins.reduce((all: number, row: Document) => all + row[name], 0);
    expect(sum("trades")).toBe(result.metrics.trades);
    expect(sum("fees")).toBeCloseTo(result.metrics.fees, 9);
    expect(sum("slippage_cost")).toBeCloseTo(result.metrics.slippage_cost, 9);
    expect(metrics.exits).toMatchObject([{ reason: "signal", trades: result.metrics.trades }]);
    const months = metrics.monthly_returns.reduce((all: number, month: Document) => all * (1 + month.return), 1);
    expect(months - 1).toBeCloseTo(result.metrics.total_return, 9);
  });

  it("writes the same bytes for the same folder, wherever it stands", () => {
    const [here, there] = [copyRun(run), copyRun(run)];
    writeReport(here);
    writeReport(there);
    writeReport(there);
    for (const name of ["metrics.json", "report.html"]) {
      expect(readFileSync(join(there, name)).equals(readFileSync(join(here, name))), name).toBe(true);
    }
  });

  it("can be read without scripts: numbers, tables and a drawing of equity", () => {
    const folder = copyRun(run);
    writeReport(folder);
    const page = pageOf(folder);
    const { metrics, hash } = read(run, "result.json");
    const text = textOf(page);
    for (const part of [
      "sma-crossover on BTC, ETH",
      "Backtest report · two walks",
      "A note.",
      `${Math.abs(metrics.total_return * 100).toFixed(2)} %`,
      `${(metrics.max_drawdown * 100).toFixed(2)} %`,
      hash,
      "Orders fill at the open of the next bar",
      "npx --no -- pt-replay --config",
      "TradingView Lightweight Charts™",
      "THE SOFTWARE IS PROVIDED",
    ]) {
      expect(text, part).toContain(part);
    }
    expect(page.match(/<path class="line strategy" d="M[\d.]+ [\d.]+L/)).not.toBeNull();
    expect(page.match(/<path class="line hold"/)).not.toBeNull();
    for (const { sha256 } of read(run, "config.json").data) expect(text).toContain(sha256);
  });

  it("writes metrics alone when no page is wanted", () => {
    const folder = copyRun(run);
    expect(writeReport(folder, { withPage: false }).pagePath).toBeUndefined();
    expect([existsSync(join(folder, "metrics.json")), existsSync(join(folder, "report.html"))]).toEqual([true, false]);
  });

  it("cuts a long list of trades to its first and last and says so", () => {
    const folder = copyRun(run);
    editLines(folder, "trades.jsonl", (lines) =>
      Array.from({ length: 150 }, (_, i) => lines[i % lines.length]!.replace(/"BTC-USDT-t\d+"/, `"BTC-USDT-t${i}"`)),
    );
    writeReport(folder);
    expect(textOf(pageOf(folder))).toContain("The first 50 and the last 50 of 150 trades");
  });
});

describe("a report of a run with less in its folder", () => {
  it("takes metrics from result.json when equity was thinned", async () => {
    const thinned = await replayRun(["--equity-interval", "1d"]);
    const { metrics, analysis } = writeReport(thinned) as Document;
    expect(metrics.metrics_source).toBe("result.json");
    expect(metrics.metrics).toEqual(read(thinned, "result.json").metrics);
    expect(metrics.metrics).toEqual(read(run, "result.json").metrics);
    expect(analysis.warnings).toEqual([]);
    const deepest = metrics.drawdowns[0].share;
    expect(metrics.drawdowns_interval).toBe("1day");
    expect(deepest).toBeLessThan(metrics.metrics.max_drawdown);
    const text = textOf(pageOf(thinned));
    expect(text).toContain("Every fall below an earlier peak, at the resolution of equity.jsonl (1day)");
    const exact = `${(metrics.metrics.max_drawdown * 100).toFixed(2)} %`;
    expect(text).toContain("Curves have one point per 1day");
    expect(text).toContain(`the metrics, the max drawdown of ${exact} among them, were taken from all`);
  });

  it("says what it cannot draw without bars, and keeps the benchmark that the run measured", async () => {
    const folder = await replayRun(["--no-bars"]);
    const { metrics } = writeReport(folder) as Document;
    expect(metrics.metrics).toEqual(read(folder, "result.json").metrics);
    expect(metrics.metrics.benchmark_return).toBeTypeOf("number");
    expect(metrics.benchmark.final_equity).toBeNull();
    const text = textOf(pageOf(folder));
    expect(text).toContain("Not drawn: the run folder keeps no bars");
    expect(text).toContain("No benchmark curve");
  });

  it.each([
    ["trades.jsonl", "trades.jsonl is missing"],
    ["sim_fills.jsonl", "sim_fills.jsonl is missing"],
  ])("keeps the figures of the run without %s, with a warning", (name, warning) => {
    const folder = copyRun(run);
    rmSync(join(folder, name));
    const { metrics } = writeReport(folder) as Document;
    expect(metrics.metrics).toEqual(read(run, "result.json").metrics);
    expect(metrics.warnings.join()).toContain(warning);
  });

  it("draws the coins whose bars are there", () => {
    const folder = copyRun(run);
    rmSync(join(folder, "bars", "ETH-USDT_1hour.f64"));
    const { metrics } = writeReport(folder) as Document;
    expect(metrics.warnings.join()).toContain("bars of some coins are missing");
    expect(metrics.metrics).toEqual(read(run, "result.json").metrics);
  });
});

describe("a report of a run that needs a warning", () => {
  const reported = (edit: (result: Document) => void) => {
    const folder = copyRun(run);
    editJson(folder, "result.json", edit);
    const { metrics } = writeReport(folder) as Document;
    return { metrics, text: textOf(pageOf(folder)) };
  };

  it("marks synthetic data", () => {
    const { metrics, text } = reported((result) => {
      result.synthetic = true;
    });
    expect(metrics.run.synthetic).toBe(true);
    expect(text).toContain("SYNTHETIC The candles come from a simulated market");
  });

  it("marks a cancelled run and one without a manifest as partial", () => {
    const { metrics, text } = reported((result) => {
      result.status = "cancelled";
    });
    expect(metrics.run).toMatchObject({ status: "cancelled", partial: true });
    expect(text).toContain("PARTIAL The run was cancelled");

    const folder = copyRun(run);
    rmSync(join(folder, "manifest.json"));
    expect((writeReport(folder) as Document).metrics.run.partial).toBe(true);
    expect(textOf(pageOf(folder))).toContain("PARTIAL The run folder was never sealed");
  });

  it("marks a ruined run, and ends equity, benchmark and range at its last bar", async () => {
    const folder = await ruinedRun();
    const { analysis, metrics } = writeReport(folder) as Document;
    const endTs = START_MS / 1000 + 21 * 3600;
    expect(metrics.run).toMatchObject({ status: "ruined", end_ts: endTs, bars: 21 });
    expect(analysis.run.equity.timeMs.at(-1)).toBe(endTs * 1000);
    expect(analysis.benchmark).toHaveLength(22);
    expect(metrics.benchmark.final_equity / 10_000 - 1).toBe(metrics.metrics.benchmark_return);
    expect(metrics.metrics.benchmark_return).toBeCloseTo(2, 1);
    const text = textOf(pageOf(folder));
    expect(text).toContain("2024-01-01 to 2024-01-01 21:00 UTC");
    expect(text).toContain("RUINED Equity fell to zero");
    expect(text).toContain("All figures, those of buying and holding too, end there.");
  });

  it("names the metrics on which result.json disagrees, and shows the computed ones", () => {
    const { metrics, text } = reported((result) => {
      result.metrics.sharpe = 9.87;
      result.metrics.trades += 1;
    });
    expect(metrics.metrics.sharpe).toBe(read(run, "result.json").metrics.sharpe);
    expect(metrics.warnings.join()).toContain("disagrees with the files of the run on sharpe, trades");
    expect(text).not.toContain("9.87");
  });

  it("notices changed bars and a foreign manifest", () => {
    const folder = copyRun(run);
    editJson(folder, "config.json", (config) => (config.data[0].sha256 = "0".repeat(64)));
    editJson(folder, "manifest.json", (manifest) => (manifest.result_hash = "0".repeat(64)));
    const { analysis } = writeReport(folder);
    expect(analysis.warnings).toEqual([
      "config.json is not as manifest.json records: changed or removed after the run. Figures that come from it are not those of the run.",
      "The bars of BTC-USDT are not those that the run recorded.",
      "manifest.json was written for another result: the run hashes differ.",
    ]);
  });

  it("names the files that are not those of the manifest, unread ones too", () => {
    const folder = copyRun(run);
    editLines(folder, "trades.jsonl", (lines) => [
      lines[0]!.replace(/"pnl":[^,]+/, '"pnl":1234567'),
      ...lines.slice(1),
    ]);
    rmSync(join(folder, "signals.jsonl"));
    const { analysis } = writeReport(folder);
    expect(analysis.warnings[0]).toMatch(/^signals\.jsonl, trades\.jsonl are not as manifest\.json records/);
    expect(textOf(pageOf(folder))).toContain("CAUTION signals.jsonl, trades.jsonl are not as manifest.json records");
  });

  it("says that a strategy sizes its own orders where the run has no size", () => {
    const folder = copyRun(run);
    editJson(folder, "config.json", (config) => (config.size = null));
    writeReport(folder);
    const text = textOf(pageOf(folder));
    expect(text).toContain("The strategy sizes its orders itself, without leverage");
    expect(text).not.toContain("Entries are sized");
  });

  it("calls fills at the close optimistic", async () => {
    const folder = await replayRun(["--fill-at", "close"]);
    const { metrics } = writeReport(folder) as Document;
    expect(metrics.warnings).toEqual([]);
    expect(metrics.metrics).toEqual(read(folder, "result.json").metrics);
    expect(textOf(pageOf(folder))).toContain("Optimistic: orders fill at the close of the bar they were decided on");
  });
});

it("says of a run with little at work what that made, and of small months two digits", async () => {
  const folder = await replayRun(["--size", "0.0005", "--min-notional", "0"]);
  writeReport(folder);
  const text = textOf(pageOf(folder));
  const after = (heading: string) => text.slice(text.indexOf(heading)).slice(0, 1500);
  expect(after("Key figures")).not.toContain("Exposure");
  expect(after("Key figures")).toContain("Return on capital at work");
  expect(text).toContain("Never more than");
  expect(after("Month by month")).toMatch(/[+−]0\.0[1-9] %/);

  const copy = copyRun(run);
  writeReport(copy);
  const usual = textOf(pageOf(copy));
  expect(usual.slice(usual.indexOf("Key figures")).slice(0, 1500)).toContain("Exposure");
});

describe("what a report says about costs", () => {
  const costsOf = async (flags: readonly string[]) => {
    const folder = await replayRun(flags);
    writeReport(folder);
    const text = textOf(pageOf(folder));
    return text.slice(text.indexOf("What trading cost"), text.indexOf("How orders were filled"));
  };

  it("is that there were none in a run without fees and slippage", async () => {
    const text = await costsOf(["--fee-bps", "0", "--slippage-bps", "0", "--latency-ms", "0,0"]);
    expect(text).toContain("This run paid nothing for trading.");
  });

  it("is which part of the result before costs they ate, or that there was none", async () => {
    const all = await costsOf([]);
    expect(all).toMatch(/Costs ate \d+ % of|ate all of the|Trading lost money before costs already/);
    expect(all).toMatch(/The model asked for [\d,.]+ USDT of slippage and [\d,.]+ were paid/);
    expect(all).toMatch(/Fees −[\d,.]+|20\.0 bps of everything bought and sold/);
  });

  it("includes cash that moved without a fill", () => {
    const folder = copyRun(run);
    writeFileSync(
      join(folder, "cash_flows.jsonl"),
      '{"ts":1704900000,"symbol":"BTC-USDT","kind":"funding","amount":-12.5}\n',
    );
    writeReport(folder);
    const text = textOf(pageOf(folder));
    expect(text).toMatch(/Funding settled between longs and shorts while positions were open −12\.50/);
    expect(text).toContain("CAUTION What the coins made does not add up to final equity minus initial capital.");
  });
});

describe("a report of a run that did nothing", () => {
  it("shows a dash and the reason for every metric that is not defined", async () => {
    const folder = await replayRun(["--end-date", "2024-01-12", "--min-notional", "1000000"]);
    const { metrics } = writeReport(folder) as Document;
    const undefinedNames = Object.keys(metrics.metrics).filter((name) => metrics.metrics[name] === null);
    expect(undefinedNames).toContain("profit_factor");
    expect(undefinedNames).toContain("sharpe");
    const page = pageOf(folder);
    for (const name of undefinedNames) {
      expect(metrics.undefined_metrics[name], name).toMatch(/\w/);
      expect(page).toContain(`title="${metrics.undefined_metrics[name]}"`);
    }
    expect(page.replace(/<script.*?<\/script>/gs, "")).not.toMatch(/>[^<]*(NaN|Infinity)[^<]*</);
    const text = textOf(page);
    expect(text).toContain("Not defined: no closed trades");
    expect(text).toContain("No trade was closed.");
  });

  it("is made of a run with its first row alone", () => {
    const folder = copyRun(run);
    editLines(folder, "equity.jsonl", (lines) => lines.slice(0, 1));
    for (const name of ["trades.jsonl", "sim_fills.jsonl", "order_events.jsonl"]) editLines(folder, name, () => []);
    editJson(folder, "result.json", (result) => {
      Object.assign(result, {
        bars: 0,
        metrics: {},
        undefined_metrics: {},
        open_positions: [],
        final_equity: result.initial_capital,
        end_ts: result.start_ts,
      });
    });
    const { metrics } = writeReport(folder) as Document;
    expect(metrics.metrics).toMatchObject({
      total_return: 0,
      max_drawdown: 0,
      trades: 0,
      sharpe: null,
      cagr: null,
      exposure: null,
    });
    expect(metrics.undefined_metrics).toMatchObject({ sharpe: "fewer than two daily returns", cagr: "no time passed" });
    expect(textOf(pageOf(folder))).toContain("Equity never fell below an earlier peak.");
  });
});

it("leaves the folder as it was when the page cannot be written", () => {
  const folder = copyRun(run);
  mkdirSync(join(folder, "metrics.json"));
  expect(() => writeReport(folder)).toThrow(expect.objectContaining({ code: "E_PERM" }));
  expect(existsSync(join(folder, "report.html"))).toBe(false);
});
