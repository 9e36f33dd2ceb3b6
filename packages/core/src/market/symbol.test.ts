import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PtError } from "../errors/index.ts";
import { parseCoin, parseCoins, parseExchange, parseSymbol, printable } from "./symbol.ts";

/** What a careless or hostile caller may write where a name is expected. */
const HOSTILE = [
  "",
  " ",
  ".",
  "..",
  "../../etc",
  "/etc/passwd",
  "..\\..\\windows",
  "C:\\temp",
  "BTC/USD",
  "BTC/../ETH",
  "BTC\0",
  "BTC\nETH",
  "BTC;rm -rf /",
  "$(id)",
  "`id`",
  "%2e%2e%2f",
  "CON",
  "nul",
  "LPT1",
  "🚀",
  "ΒTC", // a Greek capital beta
  "ıcp", // a dotless i, which upper case turns into I
  "uſdt", // a long s, which upper case turns into S
  "ﬁl", // a ligature, which upper case turns into FI
  "B\u200bTC",
  "constructor",
  "__proto__",
  "toString.call",
  "-rf",
  "--coins",
  "A".repeat(21),
  "A".repeat(300),
];

describe("parseCoin", () => {
  it.each([
    ["BTC", "BTC"],
    ["btc", "BTC"],
    [" eth ", "ETH"],
    ["1INCH", "1INCH"],
    ["1000SATS", "1000SATS"],
    ["A".repeat(20), "A".repeat(20)],
  ])('reads "%s" as %s', (text, coin) => {
    expect(parseCoin(text)).toBe(coin);
  });

  it.each(HOSTILE)("refuses %j", (text) => {
    expect(() => parseCoin(text)).toThrow(expect.objectContaining({ code: "E_SYMBOL" }));
  });

  it("lets nothing through that is not a plain file name", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 30 }), (text) => {
        let coin: string;
        try {
          coin = parseCoin(text);
        } catch (error) {
          expect(error).toBeInstanceOf(PtError);
          return;
        }
        expect(coin).toMatch(/^[A-Z0-9]{1,20}$/);
        expect(text.trim()).toMatch(/^[A-Za-z0-9]{1,20}$/);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("parseCoins", () => {
  it("keeps the order and drops what is there already, whatever its case", () => {
    expect(parseCoins("doge, BTC,btc,ETH,Doge")).toEqual(["DOGE", "BTC", "ETH"]);
  });

  it.each(["BTC,,ETH", ",BTC", "BTC,", "", "BTC,../x"])('refuses "%s"', (text) => {
    expect(() => parseCoins(text)).toThrow(expect.objectContaining({ code: "E_SYMBOL" }));
  });
});

describe("parseSymbol", () => {
  it("is base and quote", () => {
    expect(parseSymbol("btc-usdt")).toBe("BTC-USDT");
  });

  it.each([...HOSTILE, "BTC", "BTC-", "-USDT", "BTC-USDT-PERP", "BTCUSDT", "BTC_USDT", "../x-USDT", "BTC-CON"])(
    "refuses %j",
    (text) => {
      expect(() => parseSymbol(text)).toThrow(expect.objectContaining({ code: "E_SYMBOL" }));
    },
  );
});

describe("parseExchange", () => {
  it.each(["kucoin", "binance", "binanceusdm", "my_csv", "gate-io", "x2"])('takes "%s"', (text) => {
    expect(parseExchange(text)).toBe(text);
  });

  it.each(["", ".", "..", "../kucoin", "KuCoin", "ku coin", "ku/coin", ".columns", "кucoin", "k\0", "k".repeat(41)])(
    "refuses %j",
    (text) => {
      expect(() => parseExchange(text)).toThrow(expect.objectContaining({ code: "E_NAME" }));
    },
  );
});

describe("printable", () => {
  it("replaces what could paint a terminal or hide", () => {
    expect(printable("\u001b[2J\r\n\u202ereversed\u200b")).toBe("?[2J???reversed?");
  });

  it("cuts long texts and says so", () => {
    expect(printable("x".repeat(60))).toBe("x".repeat(60));
    expect(printable("x".repeat(61))).toBe(`${"x".repeat(60)}…`);
  });
});
