import { expect, it } from "vitest";
import { Numbering } from "./numbering.ts";

it("counts from one, over the thousands too", () => {
  const numbering = new Numbering("BTC-USDT-s");
  const ids = Array.from({ length: 12_345 }, () => numbering.next());
  expect(ids).toEqual(Array.from({ length: 12_345 }, (_, i) => `BTC-USDT-s${i + 1}`));
});
