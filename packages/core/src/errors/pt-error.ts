import type { ErrorCode } from "./error-codes.ts";

export interface PtErrorOptions {
  /** What the operator can do next, as one imperative sentence. */
  readonly hint?: string;
  /** Facts a log reader needs: paths, symbols, timestamps. Never secrets. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** A failure an operator can meet and act on. Broken contracts inside the code stay plain `Error`. */
export class PtError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, options: PtErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.name = "PtError";
    this.code = code;
    this.hint = options.hint;
    this.details = options.details ?? {};
  }
}
