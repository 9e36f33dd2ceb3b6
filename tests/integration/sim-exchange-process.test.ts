import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { afterEach, describe, expect, it, onTestFailed } from "vitest";
import { binPath, ROOT } from "../fixtures/bin.ts";

const BIN = binPath("pt-sim-exchange");

const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

function start(argv: readonly string[]): ChildProcess {
  const child = spawn(process.execPath, [BIN, ...argv], { cwd: ROOT, stdio: "pipe" });
  children.push(child);
  return child;
}

async function firstLine(child: ChildProcess): Promise<string> {
  const [line] = await once(createInterface({ input: child.stdout! }), "line");
  return line as string;
}

async function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  let text = "";
  for await (const chunk of stream) text += chunk;
  return text;
}

describe("the pt-sim-exchange process", () => {
  it("says where it listens, serves there, and ends on SIGTERM with 143", async () => {
    const child = start(["--seed", "7", "--now", "2024-01-01"]);
    const line = await firstLine(child);
    expect(line).toMatch(/^pt-sim-exchange listening on http:\/\/127\.0\.0\.1:\d+ \(synthetic market, seed 7\)$/);
    const response = await fetch(`${/http\S+/.exec(line)![0]}/api/v1/timestamp`);
    expect(response.headers.get("x-synthetic")).toBe("pt-sim-exchange seed=7");
    expect(await response.json()).toEqual({ code: "200000", data: Date.UTC(2024, 0, 1) });
    child.kill("SIGTERM");
    expect(await once(child, "exit")).toEqual([143, null]);
  });

  it("prints one JSON line with its pid, and ends on SIGINT with 130", async () => {
    const child = start(["--json"]);
    expect(JSON.parse(await firstLine(child))).toEqual({
      url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      port: expect.any(Number),
      seed: 42,
      pid: child.pid,
    });
    child.kill("SIGINT");
    expect(await once(child, "exit")).toEqual([130, null]);
  });

  it("ends by itself when its stdin closes, if it was started to", async () => {
    const child = start(["--exit-with-parent"]);
    await firstLine(child);
    child.stdin!.end();
    expect(await once(child, "exit")).toEqual([0, null]);
  });

  it("ends on a signal while its stdin stays open", async () => {
    const child = start(["--exit-with-parent"]);
    await firstLine(child);
    child.kill("SIGTERM");
    expect(await once(child, "exit")).toEqual([143, null]);
  });

  it("leaves no orphan when its parent is killed", async () => {
    const argv = [BIN, "--json", "--exit-with-parent"];
    const script = `require("node:child_process").spawn(process.execPath, ${JSON.stringify(argv)}, {
      stdio: ["pipe", "inherit", "inherit"],
    });`;
    const parent = spawn(process.execPath, ["-e", script], { cwd: ROOT, stdio: "pipe" });
    children.push(parent);
    const { url, pid } = JSON.parse(await firstLine(parent));
    onTestFailed(() => void process.kill(pid, "SIGKILL"));
    expect((await fetch(`${url}/api/v1/timestamp`)).status).toBe(200);
    parent.kill("SIGKILL");
    await once(parent, "close"); // the output that the exchange inherited has closed: it has ended too
    await expect(fetch(`${url}/api/v1/timestamp`)).rejects.toThrow();
  });

  it("fails with one line and a documented status, port taken or number wrong", async () => {
    const first = start(["--json"]);
    const { port } = JSON.parse(await firstLine(first));
    const second = start(["--port", String(port), "--exit-with-parent"]);
    const [stderr, [status]] = await Promise.all([textOf(second.stderr!), once(second, "exit")]);
    expect({ stderr, status }).toEqual({ stderr: expect.stringMatching(/^error E_PORT: .*\n$/), status: 5 });

    const third = start(["--seed", "x", "--json"]);
    const [line, [code]] = await Promise.all([textOf(third.stderr!), once(third, "exit")]);
    expect(JSON.parse(line)).toMatchObject({ error: { code: "E_NUMBER" } });
    expect(code).toBe(2);
  });

  it("explains itself with an example", async () => {
    const child = start(["--help"]);
    expect(await textOf(child.stdout!)).toContain("$ pt-sim-exchange --seed 7");
  });
});
