import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../fixtures/candles.ts";
import { withCacheLock } from "./cache-lock.ts";

const place = (cacheDir: string) => ({ cacheDir, exchange: "own" });

describe("withCacheLock", () => {
  it("lets one writer in at a time and names the one who is in", async () => {
    const cacheDir = temporaryFolder();
    await withCacheLock(place(cacheDir), {}, async () => {
      const second = withCacheLock(place(cacheDir), {}, () => "in");
      await expect(second).rejects.toMatchObject({
        code: "E_LOCKED",
        message: expect.stringContaining(`process ${process.pid} `),
        details: { exchange: "own", holder: { pid: process.pid } },
      });
      expect(await withCacheLock({ cacheDir, exchange: "other" }, {}, () => "in")).toBe("in");
    });
    expect(await withCacheLock(place(cacheDir), {}, () => "in")).toBe("in");
  });

  it("waits as long as it was told to", async () => {
    const cacheDir = temporaryFolder();
    let leave: () => void = () => {};
    const first = withCacheLock(place(cacheDir), {}, () => new Promise<void>((resolve) => (leave = resolve)));
    const second = withCacheLock(place(cacheDir), { waitSeconds: 20 }, () => "in");
    setTimeout(() => leave(), 150);
    expect(await second).toBe("in");
    await first;
  });

  it("stops waiting when it is told to stop", async () => {
    const cacheDir = temporaryFolder();
    await withCacheLock(place(cacheDir), {}, async () => {
      const signal = AbortSignal.timeout(50);
      const second = withCacheLock(place(cacheDir), { waitSeconds: 20, signal }, () => "in");
      await expect(second).rejects.toMatchObject({ code: "E_CANCELLED" });
    });
  });

  it("frees the lock when the task fails", async () => {
    const cacheDir = temporaryFolder();
    const failing = withCacheLock(place(cacheDir), {}, () => {
      throw new Error("no");
    });
    await expect(failing).rejects.toThrow("no");
    expect(existsSync(join(cacheDir, "own", ".lock.json"))).toBe(false);
    expect(await withCacheLock(place(cacheDir), {}, () => "in")).toBe("in");
  });

  it("names another process when nobody left a name", async () => {
    const cacheDir = temporaryFolder();
    await withCacheLock(place(cacheDir), {}, async () => {
      writeFileSync(join(cacheDir, "own", ".lock.json"), "{");
      await expect(withCacheLock(place(cacheDir), {}, () => "in")).rejects.toMatchObject({
        code: "E_LOCKED",
        details: { holder: null },
      });
    });
  });

  it("says so when a file stands in place of the folder or garbage in place of the lock", async () => {
    const cacheDir = temporaryFolder();
    writeFileSync(join(cacheDir, "own"), "");
    await expect(withCacheLock(place(cacheDir), {}, () => "in")).rejects.toMatchObject({ code: "E_PERM" });

    await withCacheLock({ cacheDir, exchange: "two" }, {}, () => "in");
    const lock = join(cacheDir, "two", ".lock.db");
    writeFileSync(lock, "garbage ".repeat(1000));
    await expect(withCacheLock({ cacheDir, exchange: "two" }, {}, () => "in")).rejects.toMatchObject({ code: "E_IO" });
    expect(readFileSync(lock, "utf8")).toContain("garbage");
  });
});
