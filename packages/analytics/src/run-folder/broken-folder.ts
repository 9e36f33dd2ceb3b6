import { type ErrorCode, PtError } from "@powertrader/core/errors";
import { z } from "zod";

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

/** What a parser or schema disliked, in one line. */
export function whyUnreadable(error: unknown): string {
  if (error instanceof z.ZodError) {
    const [issue] = error.issues;
    const at = issue!.path.map(String).join(".");
    return `${issue!.message}${at === "" ? "" : ` at ${at}`}`;
  }
  return String((error as Error).message).split("\n")[0]!;
}
