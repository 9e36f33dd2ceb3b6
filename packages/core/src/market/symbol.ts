import { PtError } from "../errors/index.ts";

/** Judged before the change to upper case, which makes ASCII of some other letters. */
const COIN = /^[A-Za-z0-9]{1,20}$/;
const EXCHANGE = /^[a-z0-9_-]{1,40}$/;
/** Device names that some file systems refuse as file names, and keys that reach into prototypes. */
const RESERVED = /^(CON|PRN|AUX|NUL|COM[0-9]|LPT[0-9]|CONSTRUCTOR|PROTOTYPE)$/;

/**
 * One coin name (`btc` → `BTC`).
 * @throws PtError E_SYMBOL for anything but 1–20 letters and digits
 */
export function parseCoin(text: string): string {
  const name = text.trim();
  const coin = name.toUpperCase();
  if (COIN.test(name) && !RESERVED.test(coin)) return coin;
  throw new PtError("E_SYMBOL", `"${printable(text)}" is not a coin name`, {
    hint: "Coins are 1 to 20 letters and digits, separated by commas, e.g. --coins BTC,ETH.",
  });
}

/**
 * A comma-separated list of coins, duplicates dropped, order kept.
 * @throws PtError E_SYMBOL on an empty item or a name that is not a coin
 */
export function parseCoins(text: string): readonly string[] {
  return [...new Set(text.split(",").map(parseCoin))];
}

/**
 * A symbol `BASE-QUOTE`.
 * @throws PtError E_SYMBOL when it is not two coin names joined by a hyphen
 */
export function parseSymbol(text: string): string {
  const parts = text.trim().split("-");
  if (parts.length !== 2) {
    throw new PtError("E_SYMBOL", `"${printable(text)}" is not a symbol`, {
      hint: "Symbols are BASE-QUOTE, e.g. BTC-USDT.",
    });
  }
  return `${parseCoin(parts[0]!)}-${parseCoin(parts[1]!)}`;
}

/**
 * The folder name of an exchange.
 * @throws PtError E_NAME for anything outside `[a-z0-9_-]`
 */
export function parseExchange(text: string): string {
  const name = text.trim();
  if (EXCHANGE.test(name)) return name;
  throw new PtError("E_NAME", `"${printable(text)}" is not an exchange name`, {
    hint: "Exchange names are 1 to 40 lower-case letters, digits, _ and -, e.g. kucoin.",
  });
}

/** Control characters and length removed, so that hostile input cannot paint a terminal. */
export function printable(text: string): string {
  const clean = text.replace(/[\p{Cc}\p{Cf}]/gu, "?");
  return clean.length > 60 ? `${clean.slice(0, 60)}…` : clean;
}
