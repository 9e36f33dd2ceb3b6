import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mustRun } from "../fixtures/bin.ts";
import { Chromium, hasChromium, type PageOptions } from "../fixtures/chromium.ts";
import { MARKUP_ATTACKS } from "../fixtures/markup-attacks.ts";
import { copyRun, editJson, editLines, replayRun } from "../fixtures/run-folder.ts";

/** Pixels of a canvas that something was drawn on, in thousandths of all. */
const INK = (selector: string) => `(() => {
  const canvas = document.querySelector(${JSON.stringify(selector)});
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let ink = 0;
  for (let i = 3; i < data.length; i += 4) if (data[i] > 0) ink++;
  return (1000 * ink) / (data.length / 4);
})()`;

describe.skipIf(!hasChromium)("a report in a browser (needs /usr/bin/chromium)", () => {
  let browser: Chromium;
  let run: string;
  const open = (folder: string, options: PageOptions) => browser.open(join(folder, "report.html"), options);

  beforeAll(async () => {
    browser = new Chromium();
    run = await replayRun();
    await mustRun("pt-analyze", [run]);
  }, 60_000);

  afterAll(() => browser.close());

  it.each<[string, PageOptions]>([
    ["wide and light", { width: 1280 }],
    ["wide and dark", { width: 1280, isDark: true }],
    ["narrow", { width: 390 }],
  ])("draws its charts, complains of nothing and asks for nothing (%s)", async (_, options) => {
    const page = await open(run, options);
    expect(page.complaints).toEqual([]);
    expect(page.requests).toEqual([]);
    for (const chart of ["equity", "drawdown"]) {
      expect(await page.evaluate(INK(`[data-chart="${chart}"] canvas`)), chart).toBeGreaterThan(5);
    }
    expect(await page.evaluate(`document.querySelectorAll('[data-chart="price"] canvas').length`)).toBeGreaterThan(2);
    expect(await page.evaluate(`getComputedStyle(document.querySelector(".drawing")).display`)).toBe("none");
    expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
  });

  it("shows another coin, another scale and another order of trades when asked", async () => {
    const page = await open(run, { width: 1280 });
    const price = `document.querySelector('[data-chart="price"]')`;
    await page.evaluate(`${price}.firstElementChild.id = "before"`);
    await page.evaluate(
      `{ const coins = document.querySelector("[data-coins]"); coins.value = "1"; coins.dispatchEvent(new Event("change")); }`,
    );
    expect(await page.evaluate(`${price}.children.length === 1 && ${price}.firstElementChild.id`)).toBe("");
    await page.evaluate(`document.querySelector('button[value="log"]').click()`);
    expect(await page.evaluate(`document.querySelector('button[value="log"]').getAttribute("aria-pressed")`)).toBe(
      "true",
    );
    const results = `[...document.querySelectorAll("table[data-sortable] tbody tr")].map((row) => Number(row.cells[8].dataset.sort))`;
    await page.evaluate(`document.querySelectorAll("table[data-sortable] thead button")[8].click()`);
    const sorted = (await page.evaluate(results)) as number[];
    expect(sorted.length).toBeGreaterThan(20);
    expect(sorted).toEqual([...sorted].sort((a, b) => a - b));
    expect(page.complaints).toEqual([]);
  });

  it("stands without scripts", async () => {
    const page = await open(run, { width: 1280, withoutScripts: true });
    expect(page.complaints).toEqual([]);
    expect(page.requests).toEqual([]);
    expect(await page.evaluate(`getComputedStyle(document.querySelector(".drawing")).display`)).toBe("grid");
    expect(await page.evaluate(`getComputedStyle(document.querySelector("[data-chart]")).display`)).toBe("none");
  });

  it("would tell: a script that is not ours is refused with a complaint", async () => {
    const folder = copyRun(run);
    const path = join(folder, "report.html");
    writeFileSync(
      path,
      readFileSync(path, "utf8").replace("<body>", "<body><script>window.planted = 1</script><img src=x.png>"),
    );
    const page = await open(folder, { width: 1280 });
    expect(page.complaints.join()).toContain("Content Security Policy");
    expect(await page.evaluate("window.planted")).toBeUndefined();
  });

  it("runs nothing that a run folder says", async () => {
    const folder = copyRun(run);
    const attack = MARKUP_ATTACKS.filter((text) => !text.includes("__proto__")).join(" ");
    editJson(folder, "config.json", (config) => {
      Object.assign(config, { name: attack, note: attack, strategy: attack, tags: [attack] });
      for (const series of config.data) series.symbol = attack;
    });
    editJson(folder, "result.json", (result) => (result.notes = [attack]));
    editLines(folder, "trades.jsonl", (lines) =>
      lines.map((line) => JSON.stringify({ ...JSON.parse(line), symbol: attack, exit_reason: attack })),
    );
    await mustRun("pt-analyze", [folder]);
    const page = await open(folder, { width: 1280 });
    expect(page.complaints).toEqual([]);
    expect(page.requests).toEqual([]);
    expect(await page.evaluate(`document.querySelectorAll("script").length`)).toBe(4);
    const handlers = `[...document.querySelectorAll("*")].filter((element) => [...element.attributes].some(({ name, value }) => name.startsWith("on") || /^\\s*javascript:/i.test(value))).length`;
    expect(await page.evaluate(handlers)).toBe(0);
    expect(
      await page.evaluate(
        `document.querySelectorAll("iframe, object, embed, base, form, img, meta[http-equiv=refresh]").length`,
      ),
    ).toBe(0);
    expect(await page.evaluate(INK(`[data-chart="equity"] canvas`))).toBeGreaterThan(5);
  });
});
