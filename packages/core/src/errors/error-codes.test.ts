import { describe, expect, it } from "vitest";
import { allErrorCodes, EXIT, exitCodeOf } from "./error-codes.ts";

describe("error codes", () => {
  it("end in the exit statuses of the documented table", () => {
    expect(EXIT).toEqual({
      ok: 0,
      bug: 1,
      usage: 2,
      data: 3,
      exchange: 4,
      environment: 5,
      run: 6,
      interrupted: 130,
      terminated: 143,
    });
    for (const [code, status] of allErrorCodes()) {
      expect(Object.values<number>(EXIT), code).toContain(status);
      expect(status, code).toBeGreaterThan(EXIT.bug);
    }
  });

  it.each([
    ["E_USAGE", 2],
    ["E_DATE", 2],
    ["E_CONFIG_DUP", 2],
    ["E_OUT_EXISTS", 2],
    ["E_CACHE_MISS", 3],
    ["E_CACHE_CORRUPT", 3],
    ["E_RATE_LIMIT", 4],
    ["E_DISK_FULL", 5],
    ["E_LOCKED", 5],
    ["E_STRATEGY", 6],
    ["E_CANCELLED", 130],
  ] as const)("%s ends in %i", (code, status) => {
    expect(exitCodeOf(code)).toBe(status);
  });
});
