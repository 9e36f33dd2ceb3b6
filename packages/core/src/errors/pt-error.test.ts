import { describe, expect, it } from "vitest";
import { PtError } from "./pt-error.ts";

describe("PtError", () => {
  it("carries code, hint, facts and cause, and is an Error", () => {
    const cause = new Error("underneath");
    const error = new PtError("E_FILE", "cannot read it", { hint: "Look.", details: { path: "/x" }, cause });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      code: "E_FILE",
      message: "cannot read it",
      hint: "Look.",
      details: { path: "/x" },
      cause,
    });
  });

  it("has no facts and no hint by default", () => {
    expect(new PtError("E_FILE", "no")).toMatchObject({ hint: undefined, details: {}, cause: undefined });
  });

  it("keeps its stack out of what is written as JSON", () => {
    const error = new PtError("E_FILE", "no", { details: { path: "/x" } });
    expect(JSON.stringify({ ...error })).not.toContain("pt-error.test");
    expect(JSON.stringify(error.details)).toBe('{"path":"/x"}');
  });
});
