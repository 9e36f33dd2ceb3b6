import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { PtError } from "./pt-error.ts";
import { asSystemError } from "./system-error.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "errors-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** What the system says about reading `file`. */
function failureOf(file: string): unknown {
  try {
    readFileSync(file);
  } catch (error) {
    return error;
  }
  throw new Error("it could be read");
}

const errno = (code: string) => Object.assign(new Error("from the system"), { code, syscall: "write" });

describe("asSystemError", () => {
  it.each([
    ["ENOSPC", "E_DISK_FULL"],
    ["EDQUOT", "E_DISK_FULL"],
    ["EACCES", "E_PERM"],
    ["EROFS", "E_PERM"],
    ["EEXIST", "E_PERM"],
    ["EIO", "E_IO"],
    ["EMFILE", "E_IO"],
  ])("makes %s an %s with the path and a cause", (code, expected) => {
    const cause = errno(code);
    const error = asSystemError(cause, "/data/x") as PtError;
    expect(error).toBeInstanceOf(PtError);
    expect(error).toMatchObject({ code: expected, cause, details: { path: "/data/x", errno: code } });
    expect(error.message).toContain("/data/x");
  });

  it("explains a file in the place of a folder", () => {
    writeFileSync(path.join(folder, "file"), "");
    const below = path.join(folder, "file", "below");
    expect(asSystemError(failureOf(below), below)).toMatchObject({ code: "E_PERM", details: { errno: "ENOTDIR" } });
    expect(asSystemError(failureOf(folder), folder)).toMatchObject({ code: "E_PERM", details: { errno: "EISDIR" } });
  });

  it("leaves no system failure unexplained", () => {
    const long = path.join(folder, "x".repeat(300));
    expect(asSystemError(failureOf(long), long)).toMatchObject({ code: "E_IO", details: { errno: "ENAMETOOLONG" } });
    const missing = path.join(folder, "missing");
    expect(asSystemError(failureOf(missing), missing)).toMatchObject({ code: "E_IO", details: { errno: "ENOENT" } });
  });

  it("returns anything else as it came", () => {
    const known = new PtError("E_DATE", "no");
    for (const error of [
      known,
      new TypeError("a bug"),
      Object.assign(new Error("x"), { code: "ERR_INVALID_ARG_TYPE" }),
    ]) {
      expect(asSystemError(error, "/data/x")).toBe(error);
    }
    expect(asSystemError("thrown text", "/data/x")).toBe("thrown text");
    expect(asSystemError(undefined, "/data/x")).toBeUndefined();
  });
});
