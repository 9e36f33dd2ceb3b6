/** Exit statuses of every `pt-*` program, documented in docs/cli.md. */
export const EXIT = {
  ok: 0,
  bug: 1,
  usage: 2,
  data: 3,
  exchange: 4,
  environment: 5,
  run: 6,
  interrupted: 130,
  terminated: 143,
} as const;

/** Every stable error code with the exit status it ends in. Scripts match on codes, never on message text. */
const EXIT_OF_CODE = {
  E_USAGE: EXIT.usage,
  E_DATE: EXIT.usage,
  E_RANGE: EXIT.usage,
  E_NUMBER: EXIT.usage,
  E_SYMBOL: EXIT.usage,
  E_NAME: EXIT.usage,
  E_TIMEFRAME: EXIT.usage,
  E_OUT_EXISTS: EXIT.usage,
  E_NODE: EXIT.usage,
  E_ENV: EXIT.usage,
  E_STRATEGY_NAME: EXIT.usage,
  E_STRATEGY_PARAM: EXIT.usage,
  E_CONFIG_PARSE: EXIT.usage,
  E_CONFIG_KEY: EXIT.usage,
  E_CONFIG_DUP: EXIT.usage,
  E_CONFIG_VALUE: EXIT.usage,
  E_CONFIG_SIZE: EXIT.usage,
  E_RANGE_NO_DATA: EXIT.data,
  E_CACHE_MISS: EXIT.data,
  E_CACHE_CORRUPT: EXIT.data,
  E_CANDLE_INVALID: EXIT.data,
  E_CANDLE_SHAPE: EXIT.data,
  E_IMPORT: EXIT.data,
  E_WARM_UP: EXIT.data,
  E_DATA_CHANGED: EXIT.data,
  E_RUN_FOLDER: EXIT.data,
  E_EQUITY: EXIT.data,
  E_FILE: EXIT.data,
  E_TRAIN_DATA: EXIT.data,
  E_MODEL: EXIT.data,
  E_UPSTREAM: EXIT.exchange,
  E_UPSTREAM_BODY: EXIT.exchange,
  E_RATE_LIMIT: EXIT.exchange,
  E_BANNED: EXIT.exchange,
  E_NO_PROGRESS: EXIT.exchange,
  E_MARKET: EXIT.exchange,
  E_PERM: EXIT.environment,
  E_DISK_FULL: EXIT.environment,
  E_IO: EXIT.environment,
  E_LOCKED: EXIT.environment,
  E_PORT: EXIT.environment,
  E_NOT_BUILT: EXIT.environment,
  E_CHILD_DIED: EXIT.run,
  E_HANDSHAKE_TIMEOUT: EXIT.run,
  E_PROTOCOL: EXIT.run,
  E_STRATEGY: EXIT.run,
  E_CANCELLED: EXIT.interrupted,
} as const;

export type ErrorCode = keyof typeof EXIT_OF_CODE;

/** The exit status that documents `code`. */
export function exitCodeOf(code: ErrorCode): number {
  return EXIT_OF_CODE[code];
}

/** All codes with their exit status, for the generated documentation. */
export function allErrorCodes(): readonly (readonly [ErrorCode, number])[] {
  return Object.entries(EXIT_OF_CODE) as [ErrorCode, number][];
}
