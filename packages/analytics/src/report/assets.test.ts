import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { inlineScript, readAssets } from "./assets.ts";

describe("inlineScript", () => {
  it("names the hash of exactly what stands in the element", () => {
    const { element, source } = inlineScript('const a = "</script><!-- x </SCRIPT>";');
    const code = /^<script>(.*)<\/script>$/s.exec(element.text)![1]!;
    expect(code).toBe('const a = "<\\/script><\\!-- x <\\/SCRIPT>";');
    expect(source).toBe(`'sha256-${createHash("sha256").update(code).digest("base64")}'`);
  });
});

describe("readAssets", () => {
  it("brings the chart libraries with their notices and versions", () => {
    const { scripts, plotLicence, versions, styles } = readAssets();
    expect(scripts.map(({ element }) => element.text.slice(0, 300))).toEqual([
      expect.stringContaining("uPlot"),
      expect.stringContaining("TradingView Lightweight Charts"),
      expect.stringContaining("Draws the charts of a report"),
    ]);
    expect(plotLicence).toContain("The MIT License");
    expect(Object.values(versions)).toEqual([expect.stringMatching(/^1\./), expect.stringMatching(/^5\./)]);
    expect(styles.text).toContain("--strategy");
    expect(styles.text).not.toMatch(/<\/style|url\(/);
  });
});
