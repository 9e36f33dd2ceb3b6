import { appendFileSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, it } from "vitest";
import { TailReader } from "./tail-reader.ts";

const newPath = () => join(mkdtempSync(join(tmpdir(), "pt-tail-")), "lines.jsonl");

it("reads every line once, however it was cut into pieces", () => {
  const piece = fc.oneof(fc.string(), fc.constantFrom("\n", "ü\n", "a".repeat(70_000)));
  fc.assert(
    fc.property(fc.array(fc.tuple(piece, fc.boolean())), (pieces) => {
      const path = newPath();
      const tail = new TailReader(path);
      const read: string[] = [...tail.read()];
      for (const [text, isRead] of pieces) {
        appendFileSync(path, text);
        if (isRead) read.push(...tail.read());
      }
      read.push(...tail.read());
      tail.close();
      const all = Buffer.from(pieces.map(([text]) => text).join(""), "utf8").toString("utf8");
      expect(read).toEqual(all.split("\n").slice(0, -1));
    }),
    { numRuns: 40 },
  );
});

it("has nothing to say of a file that is not there", () => {
  expect(new TailReader(newPath()).read()).toEqual([]);
});
