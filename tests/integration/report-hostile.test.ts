import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeReport } from "@powertrader/analytics";
import { beforeAll, describe, expect, it } from "vitest";
import { MARKUP_ATTACKS } from "../fixtures/markup-attacks.ts";
import { type Markup, readMarkup } from "../fixtures/page-markup.ts";
import { copyRun, editJson, editLines, replayRun } from "../fixtures/run-folder.ts";

let run: string;
beforeAll(async () => {
  run = await replayRun(["--name", "name", "--tag", "tag", "--note", "note", "--end-date", "2024-02-10"]);
}, 60_000);

const pageOf = (folder: string): string => {
  writeReport(folder);
  return readFileSync(join(folder, "report.html"), "utf8");
};

/** Puts `text` wherever a run folder has room for words. */
function infest(folder: string, text: string): void {
  editJson(folder, "config.json", (config) => {
    Object.assign(config, { name: text, note: text, tags: [text, text], strategy: text, quote: text, exchange: text });
    Object.assign(config, { coins: [text], start_date: text, end_date: text, [text]: text });
    config.params = { [text]: text, nested: { [text]: [text] } };
    for (const series of config.data) Object.assign(series, { symbol: text, source: text, sha256: text });
    config.execution_model[text] = text;
    config.exits = { stop_loss: text, [text]: { [text]: text }, take_profit: { [text]: 1 } };
    config.risk = { size: { rule: text }, limits: { [text]: [text] }, per_coin: { [text]: { [text]: text } } };
    config.intrabar_data = [{ symbol: text, timeframe: text, rows: 1, source: text, sha256: text }];
    config.funding_data = [{ symbol: text, rows: 1, source: text, sha256: text }];
    config.signals = { file: text, count: 1, sha256: text };
  });
  editJson(folder, "result.json", (result) => {
    Object.assign(result, { hash: text, notes: [text, text] });
    result.intrabar = { mode: text, ambiguous_bars: 1, conservative_equity: 1, optimistic_equity: 2 };
    for (const one of result.warm_up) one.symbol = text;
    for (const one of result.open_positions) one.symbol = text;
    result.metrics[text] = 1;
    result.metrics.sortino = null;
    result.undefined_metrics = { sortino: text, [text]: text };
  });
  editJson(folder, "manifest.json", (manifest) =>
    Object.assign(manifest, { code_version: text, chain: text, result_hash: text }),
  );
  const named = (line: string, names: readonly string[]) => {
    const record = JSON.parse(line);
    for (const name of names) record[name] = text;
    return JSON.stringify(record);
  };
  editLines(folder, "trades.jsonl", (lines) => lines.map((line) => named(line, ["trade_id", "symbol", "exit_reason"])));
  editLines(folder, "sim_fills.jsonl", (lines) => lines.map((line) => named(line, ["symbol", "client_order_id"])));
  editLines(folder, "order_events.jsonl", (lines) => lines.map((line) => named(line, ["reason"])));
  writeFileSync(
    join(folder, "cash_flows.jsonl"),
    `${JSON.stringify({ ts: 1704900000, symbol: text, kind: text, amount: -1 })}\n`,
  );
  // Thinned, so that the reasons in result.json are the ones shown.
  editJson(folder, "config.json", (config) => (config.equity_interval = text));
}

/** What a page may hold of a kind, as a sorted list without repetitions. */
const kinds = (markup: Markup, of: (tag: Markup["tags"][number]) => readonly string[]) =>
  [...new Set(markup.tags.flatMap(of))].sort();

describe("a report about a hostile run folder", () => {
  let clean: Markup;
  beforeAll(() => {
    clean = readMarkup(pageOf(copyRun(run)));
  });

  it.each(MARKUP_ATTACKS.map((attack) => [JSON.stringify(attack), attack]))("prints %s as text", (_, attack) => {
    const folder = copyRun(run);
    infest(folder, attack);
    const page = pageOf(folder);
    const markup = readMarkup(page);
    const attributes = kinds(markup, (tag) => [...tag.attributes.keys()]);
    expect(
      kinds(markup, (tag) => [tag.name]).filter((name) => !kinds(clean, (tag) => [tag.name]).includes(name)),
    ).toEqual([]);
    expect(attributes.filter((name) => name.startsWith("on") || name === "srcdoc" || name === "src")).toEqual([]);
    expect(
      kinds(markup, (tag) => (tag.name === "a" ? [tag.attributes.get("href")!] : [])).filter(
        (href) => !href.startsWith("#"),
      ),
    ).toEqual(["https://github.com/leeoniya/uPlot", "https://www.tradingview.com/"]);
    // Scripts: the data block, then the three of the page, byte for byte those of a clean report.
    expect(markup.scripts).toHaveLength(4);
    expect(markup.scripts.slice(1)).toEqual(clean.scripts.slice(1));
    expect(markup.scripts[0]).not.toMatch(/[<>&\u2028\u2029]/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
    expect(page.slice(0, page.indexOf("<script"))).not.toMatch(/[\u0000-\u0008\u000b\u000e-\u001f\u202a-\u202e]/);
    expect(({} as Record<string, unknown>).alert).toBeUndefined();
  });

  it("has a policy that allows its own scripts by their hash and nothing else", () => {
    const page = pageOf(copyRun(run));
    const { tags, scripts } = readMarkup(page);
    const sources = scripts.slice(1).map((code) => `'sha256-${createHash("sha256").update(code).digest("base64")}'`);
    const policies = tags.filter((tag) => tag.attributes.get("http-equiv") === "Content-Security-Policy");
    expect(policies.map((tag) => tag.attributes.get("content"))).toEqual([
      `default-src 'none'; script-src ${sources.join(" ")}; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'`,
    ]);
    const names = tags.map((tag) => tag.name);
    expect(names.indexOf("meta")).toBeLessThan(names.indexOf("script"));
    expect(page.indexOf("Content-Security-Policy")).toBeLessThan(1024);
  });
});
