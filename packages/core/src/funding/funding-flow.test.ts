import { expect, it } from "vitest";
import { fundingFlow } from "./funding-flow.ts";

it.each<[string, number, number, number, number]>([
  ["a long pays a positive rate", 2, 100, 0.01, -2],
  ["a short receives it", -2, 100, 0.01, 2],
  ["a long receives a negative rate", 2, 100, -0.01, 2],
  ["a short pays it", -2, 100, -0.01, -2],
])("%s", (_name, signedQty, markClose, rate, flow) => {
  expect(fundingFlow(signedQty, markClose, rate)).toBe(flow);
});

it("is 0 and never −0 when there is nothing to pay", () => {
  for (const [qty, rate] of [
    [1, 0],
    [-1, 0],
    [0, 0.01],
    [0, -0.01],
  ] as const) {
    expect(Object.is(fundingFlow(qty, 100, rate), 0)).toBe(true);
  }
});
