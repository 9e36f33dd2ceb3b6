import { runConfigSchema } from "@powertrader/core/config";
import { describe, expect, it } from "vitest";
import { idleForStrategy } from "./idle-for-strategy.ts";

function idle(said: object): readonly (readonly [string, boolean])[] {
  const found = idleForStrategy(runConfigSchema.parse({ coins: ["BTC", "ETH"], ...said }));
  return found
    .filter(({ key, isDefault }) => !key.startsWith("exits.") || !isDefault)
    .map((one) => [one.key, one.isDefault]);
}

describe("with a strategy that brings its own policy and models", () => {
  it("size and exits change nothing, whether they were said or not", () => {
    expect(idle({ strategy: "powertrader" })).toEqual([["size", true]]);
    expect(idle({ strategy: "powertrader", size: 0.5 })).toEqual([["size", true]]);
    expect(idle({ strategy: "powertrader", size: 0.2, exits: { stop_loss: 0.1 } })).toEqual([
      ["size", false],
      ["exits.stop_loss", false],
    ]);
  });

  it("the interval of trainings changes nothing where there is one", () => {
    expect(idle({ strategy: "powertrader", walk_forward: false, retrain_interval: 3 })).toEqual([
      ["size", true],
      ["retrain_interval", false],
    ]);
  });
});

describe("with a strategy that has neither", () => {
  it.each([{ strategy: "breakout" }, { mode: "replay-signals" }])("trainings change nothing: %j", (decides) => {
    expect(idle({ ...decides, size: 0.2, exits: { stop_loss: 0.1 }, walk_forward: false })).toEqual([
      ["walk_forward", false],
      ["retrain_interval", true],
    ]);
  });

  it("nothing is said of a strategy that nobody knows", () => {
    expect(idle({ strategy: "nobody" })).toEqual([]);
  });
});
