import { expect, it } from "vitest";
import { parseExchange } from "../market/index.ts";
import { parseSeriesFolder, SERIES_KINDS, seriesFolder } from "./series-kind.ts";

it("names a folder a kind, and reads it back", () => {
  expect(SERIES_KINDS.map((kind) => seriesFolder("binance", kind))).toEqual([
    "binance",
    "binance.mark",
    "binance.funding",
  ]);
  expect(seriesFolder("binance")).toBe("binance");
  for (const kind of SERIES_KINDS) {
    expect(parseSeriesFolder(seriesFolder("my_own-1", kind))).toEqual({ exchange: "my_own-1", kind });
  }
});

it.each([
  "",
  ".mark",
  ".columns",
  "binance.",
  "binance.candles",
  "binance.x",
  "a.mark.mark",
  "Binance",
  "a b",
  "mark.",
])("takes %j for no folder of series", (name) => expect(parseSeriesFolder(name)).toBeUndefined());

it("gives no exchange the folder of another one's mark prices", () => {
  expect(() => parseExchange(seriesFolder("binance", "mark"))).toThrow(expect.objectContaining({ code: "E_NAME" }));
});
