import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { JsonlWriter, readJsonl, readLines } from "./jsonl.ts";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "jsonl-"));
  file = path.join(folder, "lines.jsonl");
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(lines: readonly string[]): void {
  const writer = new JsonlWriter(file);
  for (const line of lines) writer.append(line);
  writer.close();
}

describe("JsonlWriter", () => {
  it("ends every line and writes them all", () => {
    write(["1", '"ü"', "{}"]);
    expect(readFileSync(file, "utf8")).toBe('1\n"ü"\n{}\n');
  });

  it("makes an empty file of no lines", () => {
    write([]);
    expect(readFileSync(file, "utf8")).toBe("");
  });

  it("keeps only whole lines on the disk while it works", () => {
    const writer = new JsonlWriter(file);
    const line = JSON.stringify("x".repeat(1000));
    for (let i = 0; i < 200; i++) {
      writer.append(line);
      expect(readFileSync(file).length % (line.length + 1)).toBe(0);
    }
    expect(readFileSync(file).length).toBeGreaterThan(0);
    writer.close();
    expect([...readLines(file)].length).toBe(200);
  });

  it("never continues a file that is there", () => {
    writeFileSync(file, "1\n");
    expect(() => new JsonlWriter(file)).toThrow(expect.objectContaining({ code: "E_PERM" }));
    expect(readFileSync(file, "utf8")).toBe("1\n");
  });
});

describe("readLines", () => {
  it.each([
    ["", []],
    ["\n", [""]],
    ["1\n2\n", ["1", "2"]],
    ["1\n2", ["1"]], // torn
    ['{"a":1}\n{"a":', ['{"a":1}']],
    ["torn", []],
  ])("of %j are %j", (content, lines) => {
    writeFileSync(file, content);
    expect([...readLines(file)]).toEqual(lines);
  });

  it("are whole where a character lies across a chunk of a megabyte", () => {
    const lines = Array.from({ length: 9 }, (_, i) => "é€🚀".repeat(40_000 + i));
    write(lines);
    expect(readFileSync(file).length).toBeGreaterThan(3 << 20);
    expect([...readLines(file)]).toEqual(lines);
  });

  it("are what was written, whatever it was", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "grapheme" }).filter((line) => !line.includes("\n"))), (lines) => {
        rmSync(file, { force: true });
        write(lines);
        appendFileSync(file, "a torn tail, é");
        expect([...readLines(file)]).toEqual(lines);
      }),
    );
  });

  it("can be left early", () => {
    write(["1", "2", "3"]);
    for (const line of readLines(file)) {
      expect(line).toBe("1");
      break;
    }
  });

  it("say which file cannot be read, and why", () => {
    const missing = path.join(folder, "missing.jsonl");
    expect(() => [...readLines(missing)]).toThrow(`cannot read ${missing} (ENOENT)`);
    expect(() => [...readLines(folder)]).toThrow(`cannot read ${folder} (EISDIR)`);
    expect(() => [...readLines(folder)]).toThrow(expect.objectContaining({ code: "E_FILE" }));
  });
});

describe("readJsonl", () => {
  const decode = (value: unknown) => z.object({ ts: z.number(), side: z.enum(["buy", "sell"]) }).parse(value);

  it("decodes every line", () => {
    write(['{"ts":1,"side":"buy"}', ' {"ts":2,"side":"sell"} \r']);
    expect(readJsonl(file, decode)).toEqual([
      { ts: 1, side: "buy" },
      { ts: 2, side: "sell" },
    ]);
  });

  it.each([
    ['{"ts":"1","side":"buy"}', "ts: expected number, received string"],
    ['{"ts":1,"side":"hold"}', 'side: must be "buy" or "sell"'],
    ['{"side":"buy"}', "ts: expected number, received undefined"],
    ["[]", "expected object, received array"],
    ['{"ts":1', "JSON"],
    ["", "JSON"],
  ])("names file, line and what is wrong with %j", (line, what) => {
    write(['{"ts":1,"side":"buy"}', line, '{"ts":1,"side":"buy"}']);
    let failure: unknown;
    try {
      readJsonl(file, decode);
    } catch (error) {
      failure = error;
    }
    expect(failure).toMatchObject({ code: "E_FILE", message: expect.stringContaining(what) });
    expect(failure).toMatchObject({ message: expect.stringMatching(/^\S+lines\.jsonl:2: [^\n]+$/) });
  });
});
