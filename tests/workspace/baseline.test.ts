import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT, SHARED } from "../fixtures/bin.ts";

const DESIGN = join(SHARED, "design/bench-baseline.mjs");

describe.skipIf(!existsSync(DESIGN))("the baseline of all bench ratios (skipped without ../shared)", () => {
  it("is the agreed one, byte for byte", () => {
    expect(readFileSync(join(ROOT, "scripts/bench/baseline.mjs"), "utf8")).toBe(readFileSync(DESIGN, "utf8"));
  });
});
