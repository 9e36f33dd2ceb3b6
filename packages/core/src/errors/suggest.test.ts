import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { didYouMean, nearest } from "./suggest.ts";

const FLAGS = ["--fee-bps", "--fill-at", "--start-date", "--end-date", "--seed", "--size"];

describe("nearest", () => {
  it.each([
    ["--fee-bp", "--fee-bps"], // a letter left out
    ["--fee-bpss", "--fee-bps"], // one too many
    ["--fee-bqs", "--fee-bps"], // another one
    ["--sede", "--seed"], // two swapped: one step, not two
    ["--START-DATE", "--start-date"], // case does not count
    ["--strat-daet", "--start-date"],
  ])("takes %s for %s", (typed, meant) => {
    expect(nearest(typed, FLAGS)).toBe(meant);
  });

  it.each(["--frobnicate", "", "x".repeat(10_000)])("leaves %.20s alone: nothing is like it", (typed) => {
    expect(nearest(typed, FLAGS)).toBeUndefined();
  });

  it("allows one error in a short word and a third of a long one", () => {
    expect(nearest("sl", ["s"])).toBe("s");
    expect(nearest("slo", ["abc"])).toBeUndefined();
    expect(nearest("abcdef", ["abcdxy"])).toBe("abcdxy"); // 2 of 6
    expect(nearest("abcdef", ["abcxyz"])).toBeUndefined(); // 3 of 6
  });

  it("completes a beginning of three letters or more that only one candidate has", () => {
    expect(nearest("--fee", FLAGS)).toBe("--fee-bps");
    expect(nearest("--START", FLAGS)).toBe("--start-date");
    expect(nearest("--f", ["--fee-bps", "--seed"])).toBeUndefined();
    expect(nearest("exec", ["execution_model.fee_bps", "execution_model.qty_step"])).toBeUndefined();
  });

  it("takes the first of two that are equally near", () => {
    expect(nearest("--size-", ["--sizes", "--size"])).toBe("--sizes");
  });

  it("finds every word from which a letter was dropped", () => {
    fc.assert(
      fc.property(fc.constantFrom(...FLAGS), fc.nat(), (flag, at) => {
        const i = at % flag.length;
        expect(nearest(flag.slice(0, i) + flag.slice(i + 1), [flag])).toBe(flag);
      }),
    );
  });
});

describe("didYouMean", () => {
  it("is a clause to append, or nothing", () => {
    expect(didYouMean("--sed", FLAGS)).toBe(' (did you mean "--seed"?)');
    expect(didYouMean("--frobnicate", FLAGS)).toBe("");
    expect(didYouMean("--seed", [])).toBe("");
  });
});
