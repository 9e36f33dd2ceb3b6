import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { LIMITS, RISK_PROFILE_NAMES, riskConfigSchema, sizeRuleSchema } from "@powertrader/core/risk";
import { describe, expect, it } from "vitest";
import { ROOT } from "../fixtures/bin.ts";

const page = readFileSync(join(ROOT, "docs/risk.md"), "utf8");

describe("docs/risk.md", () => {
  it("shows a table that the schema takes", () => {
    const { parse } = createRequire(join(ROOT, "packages/core/package.json"))("smol-toml");
    const [, sample] = /^```toml\n([\s\S]*?)^```/m.exec(page)!;
    expect(riskConfigSchema.parse(parse(sample!).risk)).toMatchObject({
      profile: "balanced",
      size: { risk_share: 0.01 },
      limits: { max_exposure_share: 0.2, max_open_positions: 3 },
      per_coin: { DOGE: { limits: { max_notional_share: 0.01 } } },
    });
  });

  it("names every profile, key and rule", () => {
    const { per_coin: _, ...config } = riskConfigSchema.parse({});
    const sizeKeys = sizeRuleSchema.options.flatMap(({ shape }) => [...shape.rule.values, ...Object.keys(shape)]);
    const names = [...RISK_PROFILE_NAMES, ...Object.keys(config), ...Object.keys(config.limits), ...sizeKeys];
    for (const name of names) expect(page).toMatch(new RegExp(`\\b${name}\\b`));
    expect(page.match(/^\| `\w+` \| `\w+`/gm)).toHaveLength(LIMITS.length);
  });
});
