import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { type Json, type ModelIdentity, modelId } from "./model-id.ts";

const identity: ModelIdentity = {
  dataRange: { fromMs: 0, toMs: 3_600_000 },
  features: ["body", "upper wick"],
  params: { symbol: "BTC-USDT", timeframe: "1hour", threshold: 0.5 },
  seed: 7,
  code: "0.1.0",
};

describe("modelId", () => {
  it("is sha256 over JSON with sorted keys", () => {
    const text =
      '{"code":"0.1.0","dataRange":{"fromMs":0,"toMs":3600000},"features":["body","upper wick"],' +
      '"params":{"symbol":"BTC-USDT","threshold":0.5,"timeframe":"1hour"},"seed":7}';
    expect(modelId(identity)).toBe(createHash("sha256").update(text).digest("hex"));
  });

  it("does not depend on the order of keys, nor on the sign of zero, nor on what else an object carries", () => {
    const params = { threshold: 0.5, timeframe: "1hour", symbol: "BTC-USDT" };
    const other = { ...identity, dataRange: { rows: 9, toMs: 3_600_000, fromMs: -0 }, params, note: "again" };
    expect(modelId(other)).toBe(modelId(identity));
  });

  it.each<[string, Partial<ModelIdentity>]>([
    ["start of the data", { dataRange: { fromMs: 1, toMs: 3_600_000 } }],
    ["end of the data", { dataRange: { fromMs: 0, toMs: 3_600_001 } }],
    ["features", { features: ["body"] }],
    ["order of features", { features: ["upper wick", "body"] }],
    ["value of a parameter", { params: { symbol: "ETH-USDT", timeframe: "1hour", threshold: 0.5 } }],
    ["type of a parameter", { params: { symbol: "BTC-USDT", timeframe: "1hour", threshold: "0.5" } }],
    ["parameter left out", { params: { symbol: "BTC-USDT", timeframe: "1hour" } }],
    ["parameter that is null", { params: { symbol: "BTC-USDT", timeframe: "1hour", threshold: null } }],
    ["seed", { seed: 8 }],
    ["code", { code: "0.1.1" }],
  ])("changes with the %s", (_, change) => {
    expect(modelId({ ...identity, ...change })).not.toBe(modelId(identity));
  });

  it("refuses what JSON cannot say", () => {
    expect(() => modelId({ ...identity, params: [Number.NaN] })).toThrow(RangeError);
    expect(() => modelId({ ...identity, seed: Infinity })).toThrow("not finite, was Infinity");
    expect(() => modelId({ ...identity, params: { missing: undefined } as unknown as Json })).toThrow(
      new TypeError("a model cannot be named by a value of type undefined"),
    );
  });
});
