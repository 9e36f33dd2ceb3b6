import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { createStream } from "@powertrader/core/random";
import { beforeAll, describe, expect, it } from "vitest";
import { mustRun, newFolder, runBin } from "../fixtures/bin.ts";
import { walk, writeCache } from "../fixtures/candle-cache.ts";
import {
  bytesOf,
  type Ended,
  lastLine,
  processesOf,
  type Replay,
  startReplay,
  until,
} from "../fixtures/process-run.ts";

const KILLS = Number(process.env.PT_KILLS ?? 1);
const SEED = Date.now() % 1e6;
const random = createStream(SEED, "kills of components");
const DAY_OF_TICKS = 288;
const cacheDir = newFolder();
const FAULTY = join(import.meta.dirname, "../fixtures/faulty-component.mjs");

const WARM = ["--exchange", "own", "--cache-dir", cacheDir, "--timeframe", "5m", "--coins", "BTC", "--json"];
const RUN = [...WARM, "--strategy", "sma-crossover", "--param", "fast=2", "--param", "slow=5"];
const THROUGH = [...RUN, "--start-date", "2024-01-02", "--processes"];
/** About 200 ticks a second, so that there is time to interfere. */
const SLOWLY = [...THROUGH, "--speed", "60000"];

beforeAll(() => {
  writeCache(cacheDir, "own", "BTC-USDT", "5min", walk(Date.UTC(2024, 0, 1, 12), "5min", 144 + DAY_OF_TICKS));
});

const faulty = (component: string, fault: string, at: number) => [
  `--${component}`,
  `"${process.execPath}" '${FAULTY}' ${fault} ${at}`,
];

/** What a failed run said on stderr. */
function errorOf({ status, stderr }: Ended) {
  expect(status, stderr).toBe(6);
  return JSON.parse(stderr.trim().split("\n").at(-1)!).error;
}

/** Nothing is left two seconds after the end, and the folder says how the run ended. */
async function expectGone({ ipc, folder }: Replay, status: string): Promise<void> {
  await until(() => processesOf(ipc).length === 0, 2_000);
  expect(JSON.parse(readFileSync(join(folder, "run.json"), "utf8")).status).toBe(status);
}

const ticksOf = ({ ipc }: Replay) => Number(lastLine(join(ipc, "account.jsonl"))?.sequence ?? 0);

function pidOf({ ipc }: Replay, component: string): number {
  const isMeant = (pid: number) => readFileSync(`/proc/${pid}/environ`, "latin1").includes(`PT_COMPONENT=${component}`);
  return processesOf(ipc).find(isMeant)!;
}

describe("a component that ends before the run", () => {
  it.each([
    ["thinker", "exit3", 0, { code: 3, signal: null, sequence: 1 }],
    ["trader", "exit0", 20, { code: 0, signal: null, sequence: 20 }],
  ])("%s: %s at %i", async (component, fault, at, details) => {
    const replay = startReplay([...THROUGH, ...faulty(component, fault, at)]);
    const { code, message, details: found } = errorOf(await replay.ended);
    expect(code).toBe("E_CHILD_DIED");
    expect(found).toMatchObject({ component, ...details });
    expect(message).toMatch(`${component} ended with exit code ${details.code} at sequence ${details.sequence}`);
    if (fault === "exit3") {
      expect(found.stderr).toEqual(["the first of two lines", "something went wrong in here"]);
      expect(readFileSync(join(replay.ipc, `${component}.log`), "utf8")).toContain("something went wrong in here\n");
    }
    await expectGone(replay, "failed");
  });

  it("was never started: the command is not there", async () => {
    const replay = startReplay([...THROUGH, "--thinker", "/no/such/program --at all"]);
    expect(errorOf(await replay.ended)).toMatchObject({
      code: "E_CHILD_DIED",
      message: expect.stringContaining("thinker could not be started (ENOENT)"),
    });
    await expectGone(replay, "failed");
  });
});

/** The run goes on for a while after such a tick, however late a kill comes. */
const LAST_EARLY = DAY_OF_TICKS - 80;
const isEarly = (tick: number) => tick <= LAST_EARLY;

/** When to kill: at every tick of the day where there are kills enough, else at random early ones. */
const killTicks = Array.from({ length: KILLS }, (_, n) =>
  KILLS < DAY_OF_TICKS ? random.integer(1, LAST_EARLY) : 1 + (n % DAY_OF_TICKS),
);

it(`names component, signal and sequence after ${KILLS} kills of each process, or had ended as if none came`, {
  timeout: 3_600_000,
}, async () => {
  let late = 0;
  const whole = await mustRun("pt-replay", [
    ...RUN,
    "--start-date",
    "2024-01-02",
    "--output-dir",
    join(cacheDir, "whole"),
  ]);
  expect(whole.status).toBe(0);
  const expectWhole = ({ folder }: Replay) => expect(bytesOf(folder)).toEqual(bytesOf(join(cacheDir, "whole")));
  /** A kill in the last ticks may find nobody left to kill: then the run is whole. */
  const cameLate = async (replay: Replay, tick: number) => {
    if (isEarly(tick) || (await replay.ended).status !== 0) return false;
    late++;
    expectWhole(replay);
    return true;
  };
  for (const tick of killTicks) {
    for (const component of ["thinker", "trader"]) {
      const replay = startReplay(SLOWLY);
      await until(() => ticksOf(replay) >= tick);
      kill(pidOf(replay, component));
      if (await cameLate(replay, tick)) continue;
      const { code, details } = errorOf(await replay.ended);
      expect(code).toBe("E_CHILD_DIED");
      expect(details).toMatchObject({ component, code: null, signal: "SIGKILL" });
      expect(details.sequence).toBeGreaterThanOrEqual(tick);
      await expectGone(replay, "failed");
    }
    const replay = startReplay(SLOWLY);
    await until(() => ticksOf(replay) >= tick);
    if (isEarly(tick)) expect(processesOf(replay.ipc)).toHaveLength(2);
    kill(replay.child.pid);
    if (await cameLate(replay, tick)) continue;
    expect((await replay.ended).status).toBeNull();
    if (isEarly(tick)) await expectGone(replay, "running");
    else await until(() => processesOf(replay.ipc).length === 0, 2_000);
    if (!existsSync(join(replay.folder, "manifest.json"))) await mustRun("pt-replay", ["--resume", replay.folder]);
    expectWhole(replay);
  }
  console.info(`kills: 3 × ${KILLS}, ${late} of them after the end, seed ${SEED}`);
});

function kill(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

describe("a component that does not answer", () => {
  it.each(["thinker", "trader"])("is named when it was stopped: %s", async (component) => {
    const replay = startReplay([...SLOWLY, "--component-timeout", "1"]);
    await until(() => ticksOf(replay) >= 30);
    const pid = pidOf(replay, component);
    process.kill(pid, "SIGSTOP");
    const { code, message, details } = errorOf(await replay.ended);
    expect({ code, component: details.component }).toEqual({ code: "E_HANDSHAKE_TIMEOUT", component });
    expect(message).toBe(`${component} did not answer sequence ${details.sequence} within 1 s`);
    await expectGone(replay, "failed");
  });

  it("is named when nobody started it, with what starts it", async () => {
    const replay = startReplay([...THROUGH, "--thinker", "attach", "--component-timeout", "0.3"]);
    const { code, hint } = errorOf(await replay.ended);
    expect(code).toBe("E_HANDSHAKE_TIMEOUT");
    expect(hint).toMatch(`start it while the run waits: npx --no -- pt-thinker --attach ${replay.folder}`);
    expect(hint).not.toMatch("log");
    await expectGone(replay, "failed");
    const before = readdirSync(replay.ipc);
    const late = await runBin("pt-thinker", ["--attach", replay.folder]);
    expect([late.status, late.stderr.split("\n")[0]]).toEqual([
      3,
      `error E_RUN_FOLDER: the run in ${replay.folder} is over: failed — Name the folder of a run that waits.`,
    ]);
    expect(readdirSync(replay.ipc)).toEqual(before);
  });

  it("does not outlive the orchestrator, were it in an endless loop and nobody there to stop it", async () => {
    const replay = startReplay([...THROUGH, ...faulty("thinker", "spin", 5), ...faulty("trader", "hang", 4)]);
    await until(() => ticksOf(replay) === 4 && processesOf(replay.ipc).length === 2);
    replay.child.kill("SIGKILL");
    await replay.ended;
    await expectGone(replay, "running");
  });
});

describe("a component that does not keep to the protocol", () => {
  it.each([
    ["trader", "stale", "trader said to be ready for sequence 19 after 19"],
    ["thinker", "signal-for-nobody", "thinker sent a signal for XYZ-USDT at sequence 20"],
    ["thinker", "signal-of-all", "ipc/signals.jsonl:1: size is 5"],
    ["thinker", "signal-of-then", "ipc/signals.jsonl:1: ts is 1704153600, the tick's timestamp is 17041596"],
    ["trader", "order-for-nobody", "trader ordered XYZ-USDT at sequence 20, which this run does not trade"],
  ])("%s: %s", async (component, fault, words) => {
    const replay = startReplay([...THROUGH, ...faulty(component, fault, 20)]);
    const { code, message } = errorOf(await replay.ended);
    expect(code).toBe("E_PROTOCOL");
    expect(message).toContain(words);
    await expectGone(replay, "failed");
  });

  it("may write what it likes for other runs, and print what it likes", async () => {
    const others = [...faulty("thinker", "other-run", 20), ...faulty("trader", "flood", 20)];
    const replay = startReplay([...THROUGH, ...others]);
    const { status, stderr } = await replay.ended;
    expect(status, stderr).toBe(0);
    expect(statSync(join(replay.ipc, "trader.log")).size).toBeLessThan(1.1 * 2 ** 20);
    await expectGone(replay, "completed");
  });
});

describe("a run that is told to stop", () => {
  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("finishes its tick and leaves a readable part: %s", async (signal, status) => {
    const replay = startReplay(SLOWLY.filter((flag) => flag !== "--json"));
    await until(() => ticksOf(replay) >= 30);
    replay.child.kill(signal);
    const ended = await replay.ended;
    expect(ended.status, ended.stderr).toBe(status);
    const result = JSON.parse(readFileSync(join(replay.folder, "result.json"), "utf8"));
    expect(result).toMatchObject({ status: "cancelled", bars: ticksOf(replay) });
    expect(ended.stderr).toContain(`error E_CANCELLED: cancelled after ${result.bars} bars`);
    expect(existsSync(join(replay.folder, "manifest.json"))).toBe(false);
    await expectGone(replay, "cancelled");
  });

  it("leaves at once when it is told twice, whatever hangs", async () => {
    const replay = startReplay([...THROUGH, ...faulty("thinker", "spin", 5)]);
    await until(() => Number(lastLine(join(replay.ipc, "journal.jsonl"))?.sequence) === 5);
    replay.child.kill("SIGINT");
    await new Promise((resolve) => setTimeout(resolve, 100));
    const startedMs = performance.now();
    replay.child.kill("SIGINT");
    expect((await replay.ended).status).toBe(130);
    expect(performance.now() - startedMs).toBeLessThan(1_000);
    await expectGone(replay, "running");
  });

  it("keeps Ctrl-C on the terminal to itself", async () => {
    const replay = startReplay(SLOWLY);
    await until(() => ticksOf(replay) >= 10);
    const groups = processesOf(replay.ipc).map((pid) => readFileSync(`/proc/${pid}/stat`, "latin1").split(" ")[4]);
    expect(groups).not.toContain(String(process.pid));
    expect(new Set([...groups, String(replay.child.pid)]).size).toBe(3);
    replay.child.kill("SIGKILL");
    await replay.ended;
    await expectGone(replay, "running");
  });
});
