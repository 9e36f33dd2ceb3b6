import { PtError } from "@powertrader/core/errors";

/** What a fetch that was told to stop ends with. */
export function stopped(cause?: unknown): PtError {
  return new PtError("E_CANCELLED", "stopped; what was fetched is kept", {
    hint: "Run the same command again: it goes on where it stopped.",
    cause,
  });
}
