import { createStream } from "@powertrader/core/random";
import { describe, expect, it } from "vitest";
import { createRegimes } from "./regimes.ts";

describe("createRegimes", () => {
  const next = createRegimes(createStream(1, "regimes"));
  const factors = Array.from({ length: 5_000 }, next);

  it("visits calm, normal and wild days, and news in each", () => {
    expect([...new Set(factors)].sort((a, b) => a - b)).toEqual([0.55, 1, 1.1, 1.9, 2, 3.8]);
  });

  it("keeps a regime for weeks", () => {
    const quiet = factors.filter((factor) => factor < 3.8 && factor !== 1.1 && factor !== 2);
    const changes = quiet.filter((factor, day) => day > 0 && factor !== quiet[day - 1]).length;
    expect(quiet.length / changes).toBeGreaterThan(14); // the shortest regime lasts 14 days on average
  });
});
