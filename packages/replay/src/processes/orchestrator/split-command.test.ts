import { execFileSync } from "node:child_process";
import { PtError } from "@powertrader/core/errors";
import fc from "fast-check";
import { expect, it } from "vitest";
import { splitCommand } from "./split-command.ts";

it.each([
  ["python3 my_thinker.py", ["python3", "my_thinker.py"]],
  ["  a \t b\n", ["a", "b"]],
  [`a 'b c' "d e"f`, ["a", "b c", "d ef"]],
  [`a "it's" '"'`, ["a", "it's", '"']],
  [`a b\\ c "\\"\\\\\\$\\x" '\\'`, ["a", "b c", '"\\$\\x', "\\"]],
  [`a '' ""`, ["a", "", ""]],
  ["a $HOME *; rm | `x` > y", ["a", "$HOME", "*;", "rm", "|", "`x`", ">", "y"]],
])("splits %s", (text, words) => {
  expect(splitCommand(text, "--thinker")).toEqual(words);
});

it.each(["", "  ", "a 'b", 'a "b', `a "b\\"`])("refuses %s", (text) => {
  expect(() => splitCommand(text, "--thinker")).toThrow(PtError);
});

it("splits what a shell splits the same way", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "b", " ", "'", '"', "\\"), maxLength: 12 });
  fc.assert(
    fc.property(text, (words) => {
      let ours: readonly string[];
      try {
        ours = splitCommand(`x ${words}`, "--thinker");
      } catch {
        return;
      }
      fc.pre(!words.endsWith("\\"));
      const script = `set -- x ${words}\nfor word; do printf '%s\\0' "$word"; done`;
      const theirs = execFileSync("/bin/sh", ["-c", script], { encoding: "utf8" }).split("\0").slice(0, -1);
      expect(ours).toEqual(theirs);
    }),
    { numRuns: 40 },
  );
});
