import { type ErrorCode, PtError } from "@powertrader/core/errors";

/** A run folder that cannot be read: which file, what is wrong with it, what to do. */
export function brokenFolder(
  path: string,
  what: string,
  hint: string,
  cause?: unknown,
  code: ErrorCode = "E_RUN_FOLDER",
): PtError {
  return new PtError(code, `${path}: ${what}`, {
    hint,
    details: { file: path },
    ...(cause !== undefined && { cause }),
  });
}
