import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, rmSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { bundleFixture } from "../fixtures/bundle.ts";

vi.setConfig({ maxConcurrency: 3 }); // every test starts processes

let program: string;
beforeAll(async () => {
  program = await bundleFixture(new URL("../fixtures/frame-program.ts", import.meta.url));
});
afterAll(() => rmSync(path.dirname(program), { recursive: true }));

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const environment = (change: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => {
  const { NO_COLOR: _no, FORCE_COLOR: _force, PT_DEBUG: _debug, CI: _ci, ...rest } = process.env;
  return { ...rest, ...change };
};

const start = (args: readonly string[], env?: NodeJS.ProcessEnv): ChildProcess =>
  spawn(process.execPath, [program, ...args], { stdio: ["ignore", "pipe", "pipe"], env: environment(env) });

async function ended(child: ChildProcess): Promise<Ended> {
  const texts = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name]!.setEncoding("utf8").on("data", (text: string) => {
      texts[name] += text;
    });
  }
  const [status] = (await once(child, "close")) as [number | null];
  return { status, ...texts };
}

const run = (args: string, env?: NodeJS.ProcessEnv) => ended(start(args.split(" "), env));

/** Runs a shell line in which $P is the program. */
function shell(line: string): Ended & { readonly signal: NodeJS.Signals | null } {
  const env = environment({ P: `${process.execPath} ${program}` });
  return spawnSync("bash", ["-c", line], { encoding: "utf8", env, maxBuffer: 64 << 20 });
}

describe.concurrent("a program that ends well", () => {
  it("says results on stdout and notes on stderr", async () => {
    expect(await run("talk")).toEqual({ status: 0, stdout: "a result\n", stderr: "a note\n" });
  });

  it.for(["talk --quiet", "talk -q", "talk --json"])("keeps its notes to itself: %s", async (args, { expect }) => {
    expect(await run(args)).toEqual({ status: 0, stdout: "a result\n", stderr: "" });
  });

  it("warns of a variable that no program reads, unless it is to be quiet", async () => {
    const env = { PT_FEE_BSP: "5" };
    const warning = 'warning: no program reads the variable PT_FEE_BSP (did you mean "PT_FEE_BPS"?)\n';
    expect(await run("talk", env)).toEqual({ status: 0, stdout: "a result\n", stderr: `${warning}a note\n` });
    for (const args of ["talk --quiet", "talk --json"]) expect((await run(args, env)).stderr).toBe("");
  });

  it("prints help and version on stdout", async () => {
    expect(await run("--version")).toEqual({ status: 0, stdout: "1.2.3\n", stderr: "" });
    expect(await run("talk --help")).toEqual({ status: 0, stdout: expect.stringContaining("--steps <n>"), stderr: "" });
  });

  it("keeps an exit status that its command has set", async () => {
    expect(await run("status")).toMatchObject({ status: 7, stdout: "done, with warnings\n" });
  });
});

describe.concurrent("an expected failure", () => {
  it("is one line: code, what, what to do, with the status of its code", async () => {
    expect(await run("refuse")).toEqual({
      status: 3,
      stdout: "",
      stderr: "error E_CACHE_MISS: there is nothing; in ?[31mhere — Fetch it.\n",
    });
    expect(await run("refuse-plainly")).toEqual({
      status: 5,
      stdout: "",
      stderr: "error E_LOCKED: no hint for this\n",
    });
  });

  it("is one JSON line on stderr with --json", async () => {
    const { status, stdout, stderr } = await run("refuse --json");
    expect({ status, stdout }).toEqual({ status: 3, stdout: "" });
    expect(stderr).toMatch(/^[^\n]+\n$/);
    expect(JSON.parse(stderr)).toEqual({
      error: {
        code: "E_CACHE_MISS",
        message: "there is nothing\nin \u001b[31mhere",
        details: { symbol: "BTC-USDT" },
        hint: "Fetch it.",
      },
    });
    expect(JSON.parse((await run("refuse-plainly --json")).stderr)).toEqual({
      error: { code: "E_LOCKED", message: "no hint for this", details: {}, hint: null },
    });
  });

  it.for([["refuse --debug"], ["refuse", { PT_DEBUG: "1" }]] as const)(
    "shows its stack and cause when asked: %j",
    async ([args, env], { expect }) => {
      const { stderr } = await run(args, env);
      expect(stderr.split("\n")[0]).toBe("error E_CACHE_MISS: there is nothing; in ?[31mhere — Fetch it.");
      expect(stderr).toMatch(/\n {4}at .*program\.mjs/);
      expect(stderr).toContain("caused by Error: the disk is empty\n    at ");
    },
  );

  it("is still one JSON line with --json --debug, the stack inside", async () => {
    const { stderr } = await run("refuse --json --debug");
    expect(stderr).toMatch(/^[^\n]+\n$/);
    expect(JSON.parse(stderr).error.stack).toContain("caused by Error: the disk is empty");
  });
});

describe.concurrent("a wrong command line", () => {
  it.for([
    ["talk --stepz 5", 'unknown option --stepz (did you mean "--steps"?) — Run it with --help to see all flags.'],
    ["talk --jsno", 'unknown option --jsno (did you mean "--json"?) — '],
    ["talk --frobnicate=1", "unknown option --frobnicate=1 — "],
    ["talk --steps", "option '--steps <n>' argument missing — "],
    ["talk more words", "too many arguments for 'talk'. Expected 0 arguments but got 2"],
    ["tolk", 'unknown command tolk (did you mean "talk"?) — Commands: talk, paint, '],
    ["frobnicate", "unknown command frobnicate — Commands: "],
    ["group", "group needs a command — Commands: inner."],
    ["group iner", 'unknown command iner (did you mean "inner"?)'],
    ["--steps 5 talk", "unknown option --steps"],
  ] as const)("%s is E_USAGE in one line", async ([args, message], { expect }) => {
    const { status, stdout, stderr } = await run(args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(/^error E_USAGE: [^\n]+\n$/);
    expect(stderr).toContain(`error E_USAGE: ${message}`);
  });

  it("is one JSON line with --json", async () => {
    const { status, stdout, stderr } = await run("talk --stepz --json");
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: "E_USAGE" } });
  });
});

describe.concurrent("a bug", () => {
  it.for([
    ["bug", "x is not a function"],
    ["throw-text", "just text"],
    ["reject-later", "nobody waits for me"],
    ["throw-later", "outside of any call"],
  ] as const)("(%s) is reported as one, without a stack, with status 1", async ([command, message], { expect }) => {
    expect(await run(command)).toEqual({
      status: 1,
      stdout: "",
      stderr: `error E_BUG: internal error: ${message} — This is a bug; run again with --debug and report what it prints.\n`,
    });
  });

  it("shows its stack with --debug, and is JSON with --json", async () => {
    expect((await run("bug --debug")).stderr).toMatch(/TypeError: x is not a function\n {4}at /);
    expect((await run("reject-later --debug")).stderr).toMatch(/Error: nobody waits for me\n {4}at /);
    const { stdout, stderr } = await run("reject-later --json");
    expect({ stdout, error: JSON.parse(stderr).error }).toMatchObject({
      stdout: "",
      error: { code: "E_BUG", details: {} },
    });
  });
});

describe.concurrent("a signal", () => {
  async function signalled(args: string, ...signals: NodeJS.Signals[]): Promise<Ended> {
    const child = start(args.split(" "));
    const end = ended(child);
    await once(child.stdout!, "data");
    for (const [i, signal] of signals.entries()) {
      child.kill(signal);
      if (i < signals.length - 1) await once(child.stderr!, "data");
    }
    return end;
  }
  const NOTICE = "stopping at the next safe point; once more leaves at once\n";

  it.for([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("%s asks the command to stop and ends in %i", async ([signal, status], { expect }) => {
    expect(await signalled("wait", signal)).toEqual({ status, stdout: "ready\nstopped cleanly\n", stderr: NOTICE });
  });

  it.for([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)(
    "%s keeps its status when the command says that it was cancelled",
    async ([signal, status], { expect }) => {
      expect(await signalled("wait-and-fail", signal)).toEqual({
        status,
        stdout: "ready\n",
        stderr: `${NOTICE}error E_CANCELLED: cancelled at bar 7\n`,
      });
    },
  );

  it("sent twice ends a program that does not listen at once", async () => {
    const started = performance.now();
    expect(await signalled("deaf", "SIGINT", "SIGINT")).toEqual({ status: 130, stdout: "ready\n", stderr: NOTICE });
    expect(await signalled("deaf", "SIGTERM", "SIGTERM")).toMatchObject({ status: 143 });
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it("leaves stderr to the JSON error with --json, and to nothing with --quiet", async () => {
    const { stderr } = await signalled("wait-and-fail --json", "SIGINT");
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: "E_CANCELLED" } });
    expect((await signalled("wait --quiet", "SIGINT")).stderr).toBe("");
  });
});

describe("a pipe", () => {
  it("gets all of 8 MB", () => {
    expect(shell("$P large | wc -c").stdout.trim()).toBe(String((8 << 20) + 1));
    expect(shell("$P large --json | tail -c 5").stdout).toBe("xxxx\n");
  });

  it("gets all of 8 MB through a slow reader", () => {
    expect(shell("$P large | (sleep 0.3; wc -c)").stdout.trim()).toBe(String((8 << 20) + 1));
  });

  it("may be closed early: no stack, status 0", () => {
    const { stdout, stderr } = shell("$P lines | head -1; echo status $PIPESTATUS");
    expect({ stdout, stderr }).toEqual({ stdout: "line 1\nstatus 0\n", stderr: "" });
    expect(shell("$P talk 2>&1 >/dev/null | true; echo status $PIPESTATUS").stdout).toBe("status 0\n");
  });

  it.skipIf(!existsSync("/dev/full"))("into a full disk is E_DISK_FULL, no bug", () => {
    const { stderr, status } = shell("$P talk --quiet > /dev/full");
    expect({ stderr, status }).toEqual({
      status: 5,
      stderr: expect.stringMatching(/^error E_DISK_FULL: no space left while writing the output — [^\n]+\n$/),
    });
  });
});

describe.concurrent("colours", () => {
  const PLAIN = "strong dim false\n";
  const PAINTED = "\u001b[1mstrong\u001b[22m \u001b[2mdim\u001b[22m false\n";

  it.for<readonly [NodeJS.ProcessEnv, string]>([
    [{}, PLAIN], // a pipe
    [{ FORCE_COLOR: "1" }, PAINTED],
    [{ FORCE_COLOR: "0" }, PLAIN],
    [{ NO_COLOR: "1" }, PLAIN],
    [{ NO_COLOR: "1", FORCE_COLOR: "1" }, PAINTED],
    [{ TERM: "dumb" }, PLAIN],
  ])("with %j are as they are asked for", async ([env, stdout], { expect }) => {
    expect((await run("paint", env)).stdout).toBe(stdout);
  });

  const hasTerminal = spawnSync("script", ["-qec", "true", "/dev/null"], { stdio: "ignore" }).status === 0;
  it.skipIf(!hasTerminal)("are used on a terminal, unless NO_COLOR is set (needs the script command)", () => {
    const onTerminal = (env: string) => shell(`${env} script -qec "$P paint" /dev/null < /dev/null`).stdout;
    expect(onTerminal("TERM=xterm")).toBe("\u001b[1mstrong\u001b[22m \u001b[2mdim\u001b[22m true\r\n");
    expect(onTerminal("TERM=xterm NO_COLOR=1")).toBe("strong dim true\r\n");
    expect(onTerminal("TERM=xterm NO_COLOR=")).toContain("\u001b[1mstrong");
    expect(onTerminal("TERM=dumb")).toBe("strong dim false\r\n");
    expect(onTerminal("TERM=xterm CI=1")).toContain("false");
  });
});
