import { describe, expect, it } from "vitest";
import { DailyWalk } from "./daily-walk.ts";

const character = { dayDeviation: 0.045, driftDeviation: 0.005, pull: 0.002 };
const END_OF_2030 = 5_113; // days since 2017-01-01

describe("DailyWalk", () => {
  it("is the same walk whichever day is asked for first", () => {
    const forward = new DailyWalk(7, "a", character);
    const levels = Array.from({ length: 300 }, (_, day) => forward.levelAt(day));
    const backward = new DailyWalk(7, "a", character);
    expect(backward.levelAt(299)).toBe(levels[299]);
    expect(backward.levelAt(12)).toBe(levels[12]);
    expect(backward.deviationOn(12)).toBe(forward.deviationOn(12));
  });

  it("is another walk under another seed or label", () => {
    const level = (seed: number, label: string) => new DailyWalk(seed, label, character).levelAt(100);
    expect(new Set([level(7, "a"), level(8, "a"), level(7, "b")]).size).toBe(3);
  });

  it("never runs away from home", () => {
    for (let seed = 0; seed < 50; seed++) {
      const walk = new DailyWalk(seed, "a", character);
      for (let day = 0; day < END_OF_2030; day++) {
        if (!(Math.abs(walk.levelAt(day)) < 4))
          expect.fail(`seed ${seed} stands at ${walk.levelAt(day)} on day ${day}`);
      }
    }
  });
});
