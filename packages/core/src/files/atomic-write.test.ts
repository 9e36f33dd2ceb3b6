import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { writeFileAtomic, writeFileInBackground } from "./atomic-write.ts";
import { sweepTemporaries } from "./sweep-temporaries.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "files-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const read = (name: string) => readFileSync(path.join(folder, name), "utf8");

describe("writeFileAtomic", () => {
  it("makes the file and the folders above it", () => {
    writeFileAtomic(path.join(folder, "a/b/file"), "text ünd more");
    expect(read("a/b/file")).toBe("text ünd more");
    expect(readdirSync(path.join(folder, "a/b"))).toEqual(["file"]);
  });

  it.each([true, false])("replaces what was there (durable: %s)", (durable) => {
    writeFileAtomic(path.join(folder, "file"), "a longer first text", { durable });
    writeFileAtomic(path.join(folder, "file"), "second", { durable });
    expect(read("file")).toBe("second");
  });

  it("writes pieces one after another, empty ones too", () => {
    const pieces = ["one ", "", "two ", "three"].map((piece) => Buffer.from(piece));
    writeFileAtomic(path.join(folder, "file"), pieces);
    expect(read("file")).toBe("one two three");
    writeFileAtomic(path.join(folder, "file"), []);
    expect(read("file")).toBe("");
  });

  it("replaces nothing and leaves nothing when the place is taken by a folder", () => {
    mkdirSync(path.join(folder, "taken/inside"), { recursive: true });
    expect(() => writeFileAtomic(path.join(folder, "taken"), "x")).toThrow(expect.objectContaining({ code: "E_PERM" }));
    expect(readdirSync(folder)).toEqual(["taken"]);
  });

  it("says so when a file stands where a folder is needed", () => {
    writeFileSync(path.join(folder, "file"), "old");
    const below = path.join(folder, "file/below");
    expect(() => writeFileAtomic(below, "x")).toThrow(expect.objectContaining({ code: "E_PERM" }));
    expect(read("file")).toBe("old");
  });

  it("says so when a name is too long", () => {
    const long = path.join(folder, "n".repeat(250)); // fits, but not with what the temporary name adds
    expect(() => writeFileAtomic(long, "x")).toThrow(expect.objectContaining({ code: "E_IO" }));
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe("writeFileInBackground", () => {
  it("writes pieces one after another, empty ones too", async () => {
    const pieces = ["one ", "", "two ", "three"].map((piece) => Buffer.from(piece));
    await writeFileInBackground(path.join(folder, "a/file"), pieces);
    expect(read("a/file")).toBe("one two three");
    await writeFileInBackground(path.join(folder, "a/file"), []);
    expect(read("a/file")).toBe("");
    expect(readdirSync(path.join(folder, "a"))).toEqual(["file"]);
  });

  it("replaces nothing and leaves nothing when it fails", async () => {
    mkdirSync(path.join(folder, "taken/inside"), { recursive: true });
    const writing = writeFileInBackground(path.join(folder, "taken"), [Buffer.from("x")]);
    await expect(writing).rejects.toMatchObject({ code: "E_PERM" });
    expect(readdirSync(folder)).toEqual(["taken"]);
  });
});

describe("sweepTemporaries", () => {
  const dead = spawnSync(process.execPath, ["-e", ""]).pid;
  const nameOf = (pid: number) => `.segment.json.${pid}.0b4f1e0a-7a3b-4a52-9a7e-3d1f0a6f2c11.tmp`;

  it("removes what dead processes left, and what this one left in an earlier life", () => {
    for (const name of [nameOf(dead), nameOf(process.pid)]) writeFileSync(path.join(folder, name), "half");
    expect(sweepTemporaries(folder)).toEqual([nameOf(dead), nameOf(process.pid)].sort());
    expect(readdirSync(folder)).toEqual([]);
    expect(sweepTemporaries(folder)).toEqual([]);
  });

  it("leaves living writers and foreign files alone", () => {
    const names = [nameOf(1), nameOf(process.ppid), "segment.json", "notes.tmp", ".hidden.12.tmp", `.x.${dead}.tmp`];
    for (const name of names) writeFileSync(path.join(folder, name), "");
    expect(sweepTemporaries(folder)).toEqual([]);
    expect(readdirSync(folder).sort()).toEqual(names.sort());
  });

  it("finds nothing in a folder that is not there", () => {
    expect(sweepTemporaries(path.join(folder, "missing"))).toEqual([]);
  });
});
