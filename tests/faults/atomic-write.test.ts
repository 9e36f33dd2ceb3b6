import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import { sweepTemporaries } from "@powertrader/core/files";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { bundleFixture } from "../fixtures/bundle.ts";

/** How often the careful writer is killed; the naive one a fifth of that. */
const KILLS = Number(process.env.PT_KILLS ?? 30);
const LANES = 3;

const base = mkdtempSync(path.join(tmpdir(), "atomic-write-"));
let folder: string;
let folders = 0;
beforeEach(() => {
  folder = mkdtempSync(path.join(base, `${++folders}-`));
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

let writerProgram: string;
let fullDiskProgram: string;
beforeAll(async () => {
  [writerProgram, fullDiskProgram] = await Promise.all([
    bundleFixture(new URL("../fixtures/file-writer.ts", import.meta.url)),
    bundleFixture(new URL("../fixtures/full-disk.ts", import.meta.url)),
  ]);
});
afterAll(() => {
  for (const program of [writerProgram, fullDiskProgram]) rmSync(path.dirname(program), { recursive: true });
});

/** Starts the writer, kills it `delayMs` after its first write, and returns the number of its last finished write. */
async function killWriter(file: string, how: "atomic" | "naive", first: number, delayMs: number): Promise<number> {
  const child = spawn(process.execPath, [writerProgram, file, how, String(first)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let printed = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    printed += text;
  });
  await once(child.stdout, "data");
  await setTimeout(delayMs);
  child.kill("SIGKILL");
  await once(child, "close");
  return Number(printed.slice(0, printed.lastIndexOf("\n")).split("\n").at(-1));
}

interface Tally {
  intact: number;
  torn: number;
  orphans: number;
}

/** Kills a writer again and again. The file must hold the last finished write or the one after it, whole. */
async function sweepKills(how: "atomic" | "naive", kills: number): Promise<Tally> {
  const tally: Tally = { intact: 0, torn: 0, orphans: 0 };
  const lane = async (number: number) => {
    const home = path.join(folder, `${how}-${number}`);
    const file = path.join(home, "document");
    mkdirSync(home);
    let finished = 0;
    for (let kill = number; kill < kills; kill += LANES) {
      finished = await killWriter(file, how, finished + 2, (kill * 7) % 26);
      const bytes = readFileSync(file);
      const isWhole = [finished, finished + 1].some((n) =>
        bytes.equals(Buffer.alloc(1 << 20, "abcdefghijklmnopqrstuvwxyz"[n % 26])),
      );
      if (isWhole) tally.intact++;
      else tally.torn++;
      tally.orphans += sweepTemporaries(home).length;
    }
    expect(readdirSync(home)).toEqual(["document"]);
  };
  await Promise.all(Array.from({ length: LANES }, (_, number) => lane(number)));
  return tally;
}

describe("a file written atomically", () => {
  it(`is whole, old or new, after ${KILLS} kills, and what was left behind can be swept`, {
    timeout: 60_000 + KILLS * 1000,
  }, async () => {
    const { intact, torn, orphans } = await sweepKills("atomic", KILLS);
    expect({ intact, torn }).toEqual({ intact: KILLS, torn: 0 });
    expect(orphans).toBeGreaterThan(0); // some kills hit the middle of a write
  });

  it("would be torn without the care: writeFileSync fails the same test", async () => {
    expect((await sweepKills("naive", Math.max(12, KILLS / 5))).torn).toBeGreaterThan(0);
  });
});

describe("a disk that takes no more", () => {
  const MOUNT = 'mount -t tmpfs -o size=1m none "$1" && exec "$2" "$3" "$1"';
  const LIMIT = 'ulimit -f 2000 && exec "$2" "$3" "$1"'; // blocks of 512 or 1024 bytes: 1 or 2 MB
  const canMount = spawnSync("unshare", ["-rm", "mount", "-t", "tmpfs", "none", tmpdir()]).status === 0;

  const fill = (command: readonly string[], script: string) => {
    const { stdout, stderr } = spawnSync(
      command[0]!,
      [...command.slice(1), "-c", script, "sh", folder, process.execPath, fullDiskProgram],
      {
        encoding: "utf8",
      },
    );
    expect(stderr).toBe("");
    return JSON.parse(stdout) as unknown;
  };
  const unharmed = { kept: true, names: ["document"], linesInOrder: true };
  /** One write whose count is ignored replaces the good file by half a one, and reports success. */
  const careless = { twin: "ok", twinLost: true };

  it.skipIf(!canMount)(
    "is E_DISK_FULL: the old file stands, nothing is left over (needs leave to mount a tmpfs)",
    () => {
      expect(fill(["unshare", "-rm", "sh"], MOUNT)).toEqual({
        atomic: "E_DISK_FULL",
        jsonl: "E_DISK_FULL",
        ...unharmed,
        ...careless,
      });
    },
  );

  it("is noticed on a short write too, when a limit cuts the file", () => {
    expect(fill(["sh"], LIMIT)).toEqual({ atomic: "E_IO", jsonl: "E_IO", ...unharmed, ...careless });
  });
});
