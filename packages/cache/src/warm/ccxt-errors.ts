import { PtError } from "@powertrader/core/errors";
import { printable } from "@powertrader/core/market";

/** The error classes of ccxt that decide what happens next. */
export interface CcxtErrors {
  readonly BadSymbol: ErrorClass;
  readonly NetworkError: ErrorClass;
  readonly DDoSProtection: ErrorClass;
  readonly RateLimitExceeded: ErrorClass;
  readonly BadResponse: ErrorClass;
  readonly RestrictedLocation: ErrorClass;
}
type ErrorClass = new (message: string) => Error;

/** KuCoin's words for a pair that it does not trade, which ccxt does not know. */
const NO_MARKET = /pair is not provided|symbol not exist/i;

/** HTTP refusals that get worse by asking again. */
const BAN = /\b(403|418)\b/;

/** Whether another try may help. */
export function isTransient(error: unknown, errors: CcxtErrors): boolean {
  return isOneOf(error, errors.NetworkError) && !isBan(error as Error, errors);
}

function isBan(error: Error, errors: CcxtErrors): boolean {
  if (isOneOf(error, errors.DDoSProtection, errors.RestrictedLocation)) return true;
  return !isOneOf(error, errors.RateLimitExceeded) && BAN.test(withoutUrl(error.message));
}

function isOneOf(error: unknown, ...kinds: readonly ErrorClass[]): boolean {
  return kinds.some((kind) => error instanceof kind);
}

/** Turns a failure of ccxt into one that an operator can act on. */
export function asExchangeError(error: unknown, errors: CcxtErrors, exchange: string, symbol: string): unknown {
  if (error instanceof PtError || !(error instanceof Error)) return error;
  const options = { details: { exchange, symbol, error: error.name }, cause: error };
  const said = printable(withoutUrl(error.message).replace(/\s+/g, " ")).trim();
  if (isOneOf(error, errors.BadSymbol) || NO_MARKET.test(error.message)) {
    return new PtError("E_MARKET", `${exchange} has no market ${symbol}`, {
      ...options,
      hint: "Check the coin and --quote.",
    });
  }
  if (isBan(error, errors)) {
    return new PtError("E_BANNED", `${exchange} refuses to serve this address: ${said}`, {
      ...options,
      hint: "Wait some hours before asking again; what was fetched is kept.",
    });
  }
  if (isOneOf(error, errors.RateLimitExceeded)) {
    return new PtError("E_RATE_LIMIT", `${exchange} wants fewer requests: ${said}`, {
      ...options,
      hint: "Run the same command again in some minutes; it goes on where it stopped.",
    });
  }
  if (isOneOf(error, errors.NetworkError)) {
    return new PtError("E_UPSTREAM", `${exchange} cannot be reached: ${said}`, {
      ...options,
      hint: "Check the connection and run the same command again; it goes on where it stopped.",
    });
  }
  return new PtError("E_UPSTREAM_BODY", `${exchange} sent an answer that makes no sense: ${said}`, {
    ...options,
    hint: "Run the same command again later; it goes on where it stopped.",
  });
}

function withoutUrl(message: string): string {
  return message.replace(/\bhttps?:\/\/\S+/g, "");
}
