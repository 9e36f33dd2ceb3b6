import { describe, expect, it } from "vitest";
import { anchoredFolds, type FoldOptions, rollingFolds } from "./folds.ts";

/** Index windows: milliseconds of unit 1. */
const sizes: FoldOptions = { range: { fromMs: 0, toMs: 1000 }, trainMs: 600, testMs: 100, stepMs: 100 };
const build = (options: Partial<FoldOptions>) => rollingFolds({ ...sizes, ...options });
const shown = (folds: ReturnType<typeof rollingFolds>) =>
  folds.map(({ train, test }) => [...train, test].map(({ fromMs, toMs }) => `${fromMs}–${toMs}`).join(" "));

describe("rollingFolds", () => {
  it("trains on a window that rolls", () => {
    expect(build({})).toEqual(
      [600, 700, 800, 900].map((cutoffMs) => ({
        train: [{ fromMs: cutoffMs - 600, toMs: cutoffMs }],
        test: { fromMs: cutoffMs, toMs: cutoffMs + 100 },
        cutoffMs,
      })),
    );
  });

  it("steps by the test unless told otherwise, from wherever the range starts", () => {
    const range = { fromMs: 5_000, toMs: 6_000 };
    expect(shown(rollingFolds({ range, trainMs: 600, testMs: 100 }))).toEqual([
      "5000–5600 5600–5700",
      "5100–5700 5700–5800",
      "5200–5800 5800–5900",
      "5300–5900 5900–6000",
    ]);
  });

  it("cuts three years of days like the example of a yearly train and a quarterly test", () => {
    const folds = build({ range: { fromMs: 0, toMs: 756 }, trainMs: 252, testMs: 63, stepMs: 63 });
    expect(folds).toHaveLength(8);
    expect(folds.at(-1)?.test).toEqual({ fromMs: 693, toMs: 756 });
  });

  it("builds one fold when train and test fill the range, and no shorter test of what is left over", () => {
    expect(shown(build({ trainMs: 900 }))).toEqual(["0–900 900–1000"]);
    expect(shown(build({ trainMs: 850 }))).toEqual(["0–850 850–950"]);
  });

  it("leaves time between tests untested when the step is longer", () => {
    expect(shown(build({ stepMs: 150 }))).toEqual(["0–600 600–700", "150–750 750–850", "300–900 900–1000"]);
  });

  it("takes the purge from the end of training and leaves tests where they are", () => {
    expect(shown(build({ trainMs: 800, purgeMs: 30 }))).toEqual(["0–770 800–900", "100–870 900–1000"]);
  });

  it("never trains on the embargo after an earlier test", () => {
    expect(shown(build({ embargoMs: 20 }))).toEqual([
      "0–600 600–700",
      "100–700 700–800",
      "200–700 720–800 800–900",
      "300–700 720–800 820–900 900–1000",
    ]);
  });

  it("purges and embargoes together", () => {
    const folds = build({ trainMs: 300, testMs: 200, stepMs: 250, purgeMs: 10, embargoMs: 60 });
    expect(shown(folds)).toEqual(["0–290 300–500", "250–500 550–750", "560–750 800–1000"]);
  });
});

describe("anchoredFolds", () => {
  it("trains on everything before the test", () => {
    expect(shown(anchoredFolds(sizes))).toEqual(["0–600 600–700", "0–700 700–800", "0–800 800–900", "0–900 900–1000"]);
  });

  it("honours purge and embargo", () => {
    expect(shown(anchoredFolds({ ...sizes, purgeMs: 5, embargoMs: 20 })).slice(2)).toEqual([
      "0–700 720–795 800–900",
      "0–700 720–800 820–895 900–1000",
    ]);
  });
});

describe("both", () => {
  it.each<[Partial<FoldOptions>, string]>([
    [{ trainMs: 0 }, "trainMs must be a whole number above 0, was 0"],
    [{ testMs: -1 }, "testMs must be a whole number above 0, was -1"],
    [{ stepMs: Number.NaN }, "stepMs must be a whole number above 0, was NaN"],
    [{ testMs: 0.5 }, "testMs must be a whole number above 0, was 0.5"],
    [{ purgeMs: -1 }, "purgeMs must be a whole number from 0 on, was -1"],
    [{ embargoMs: Infinity }, "embargoMs must be a whole number from 0 on, was Infinity"],
    [{ range: { fromMs: 0, toMs: Number.NaN } }, "range.toMs must be a whole number, was NaN"],
    [{ trainMs: 901 }, "no fold fits: trainMs 901 + testMs 100 > range 1000"],
    [{ range: { fromMs: 1000, toMs: 0 } }, "no fold fits: trainMs 600 + testMs 100 > range -1000"],
    [{ stepMs: 99 }, "tests would overlap: stepMs 99 < testMs 100"],
    [{ purgeMs: 600 }, "nothing left to train on: purgeMs 600 + embargoMs 0 >= trainMs 600"],
    [{ purgeMs: 550, embargoMs: 50 }, "nothing left to train on: purgeMs 550 + embargoMs 50 >= trainMs 600"],
    [{ embargoMs: 100 }, "nothing after the first test could be trained on: embargoMs 100 >= stepMs 100"],
  ])("refuse %o", (options, message) => {
    for (const folds of [rollingFolds, anchoredFolds]) {
      expect(() => folds({ ...sizes, ...options })).toThrow(new RangeError(message));
    }
  });
});
