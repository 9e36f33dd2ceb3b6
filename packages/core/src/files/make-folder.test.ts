import { existsSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeFolder } from "./make-folder.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "folder-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const thrown = (code: string) => expect.objectContaining({ code });

describe("makeFolder", () => {
  it("makes what is missing of a path and is content with what is there", () => {
    makeFolder(path.join(folder, "a/b/c"));
    makeFolder(path.join(folder, "a/b/c"));
    makeFolder(path.join(folder, "a/b/../d/"));
    expect(statSync(path.join(folder, "a/b/c")).isDirectory()).toBe(true);
    expect(statSync(path.join(folder, "a/d")).isDirectory()).toBe(true);
  });

  it("takes a link to a folder for one", () => {
    symlinkSync(folder, path.join(folder, "link"));
    makeFolder(path.join(folder, "link/inside"));
    expect(existsSync(path.join(folder, "inside"))).toBe(true);
  });

  it("fails at a file, in the last place or before", () => {
    writeFileSync(path.join(folder, "file"), "");
    expect(() => makeFolder(path.join(folder, "file"))).toThrow(thrown("EEXIST"));
    expect(() => makeFolder(path.join(folder, "file/a/b"))).toThrow(thrown("ENOTDIR"));
  });

  it.skipIf(!existsSync("/proc/self"))("comes back from a file system that refuses every folder", () => {
    expect(() => makeFolder("/proc/no/such/folder")).toThrow(thrown("ENOENT"));
  });

  it("fails at a link to nowhere instead of trying for ever", () => {
    symlinkSync(path.join(folder, "nowhere/at/all"), path.join(folder, "link"));
    expect(() => makeFolder(path.join(folder, "link"))).toThrow(thrown("EEXIST"));
    expect(() => makeFolder(path.join(folder, "link/inside"))).toThrow();
  });
});
