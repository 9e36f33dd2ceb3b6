import { expect, it } from "vitest";
import { knownVariables } from "../settings/index.ts";
import type { Console } from "./console.ts";
import { warnOfUnknownVariables } from "./warn-of-unknown-variables.ts";

function warningsOf(...names: readonly string[]): readonly string[] {
  const notes: string[] = [];
  const console: Console = {
    out: () => {},
    note: (text) => void notes.push(text),
    interactive: false,
    strong: String,
    dim: String,
  };
  warnOfUnknownVariables(console, Object.fromEntries(names.map((name) => [name, "s3cret"])));
  return notes;
}

it.each([
  ["PT_FEE_BSP", 'warning: no program reads the variable PT_FEE_BSP (did you mean "PT_FEE_BPS"?)'],
  ["PT_RESULT_DIR", 'warning: no program reads the variable PT_RESULT_DIR (did you mean "PT_RESULTS_DIR"?)'],
  ["PT_QTY", 'warning: no program reads the variable PT_QTY (did you mean "PT_QTY_STEP"?)'],
  ["PT_FROBNICATE", "warning: no program reads the variable PT_FROBNICATE"],
  ["PT_\u001b[31m", "warning: no program reads the variable PT_?[31m"],
])("a variable that nobody reads, %j, is warned of without its value", (name, warning) => {
  expect(warningsOf(name)).toEqual([warning]);
});

it("documented variables, those of the tests, and other programs' are none of it", () => {
  expect(knownVariables()).toEqual(expect.arrayContaining(["PT_FEE_BPS", "PT_DEBUG", "PT_RESULTS_DIR", "PT_KILLS"]));
  expect(warningsOf(...knownVariables(), "PATH", "PTY", "MY_PT_FEE")).toEqual([]);
});
