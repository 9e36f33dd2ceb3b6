import type { Frame } from "@powertrader/core/cli";
import { describe, expect, it } from "vitest";
import { startSimExchange } from "../http/start-sim-exchange.ts";
import { createProgram } from "./program.ts";

/** Runs the program under a signal that has come already: it starts, says so, and stops. */
async function run(argv: readonly string[]): Promise<readonly string[]> {
  const lines: string[] = [];
  const frame: Frame = {
    console: { out: (text) => lines.push(text), note: () => {}, interactive: false, strong: (t) => t, dim: (t) => t },
    flags: { json: argv.includes("--json"), quiet: false, debug: false },
    signal: AbortSignal.abort(),
  };
  await createProgram(frame).parseAsync(argv, { from: "user" });
  return lines;
}

describe("pt-sim-exchange", () => {
  it("says where it listens, with the seed", async () => {
    expect(await run([])).toEqual([
      expect.stringMatching(/^pt-sim-exchange listening on http:\/\/127\.0\.0\.1:\d+ \(synthetic market, seed 42\)$/),
    ]);
  });

  it("says it as one JSON line", async () => {
    const [line] = await run(["--json", "--seed", "7", "--now", "2024-01-01"]);
    const { url, port, seed, pid } = JSON.parse(line!);
    expect({ url, seed, pid }).toEqual({ url: `http://127.0.0.1:${port}`, seed: 7, pid: process.pid });
  });

  it.each([
    ["--seed", "-1"],
    ["--seed", "x"],
    ["--seed", "9007199254740992"],
    ["--port", "65536"],
    ["--port", ""],
  ])("refuses %s %j as a number", async (flag, value) => {
    await expect(run([`${flag}=${value}`])).rejects.toMatchObject({ code: "E_NUMBER", details: { flag, value } });
  });

  it("refuses a moment that does not exist", async () => {
    await expect(run(["--now", "2024-02-30"])).rejects.toMatchObject({ code: "E_DATE" });
  });

  it("refuses a port in use", async () => {
    const other = await startSimExchange({ seed: 1 });
    await expect(run(["--port", String(other.port)])).rejects.toMatchObject({ code: "E_PORT" });
    await other.close();
  });
});
