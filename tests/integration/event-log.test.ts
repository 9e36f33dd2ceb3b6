import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { mustRun, newFolder, runBin } from "../fixtures/bin.ts";
import { walk, writeCache } from "../fixtures/candle-cache.ts";

const folder = newFolder();
const cache = join(folder, "cache");
const base = [
  ...["--cache-dir", cache, "--exchange", "own", "--coins", "BTC", "--start-date", "2024-01-03"],
  ...["--strategy", "sma-crossover", "--param", "fast=2,slow=5"],
];
type Event = Readonly<Record<string, unknown>> & { readonly event: string };

beforeAll(() => writeCache(cache, "own", "BTC-USDT", "1hour", walk(Date.UTC(2024, 0, 1), "1hour", 24 * 20)));

function eventsIn(run: string): readonly Event[] {
  const lines = readFileSync(join(run, "events.jsonl"), "utf8").trim().split("\n");
  return lines.map((line) => JSON.parse(line) as Event);
}
const named = (events: readonly Event[], name: string) => events.filter(({ event }) => event === name);
const linesOf = (run: string, name: string) => readFileSync(join(run, name), "utf8").trim().split("\n").length;

describe("events.jsonl", () => {
  it("says how the run stands once a day, and when it began and ended", async () => {
    const run = join(folder, "plain");
    await mustRun("pt-replay", [...base, "--output-dir", run, "--quiet"]);
    const events = eventsIn(run);
    expect(events[0]).toMatchObject({ event: "run_started", strategy: "sma-crossover", symbols: ["BTC-USDT"] });
    expect(events.at(-1)).toMatchObject({ event: "run_finished", status: "completed", bars: 18 * 24 });
    expect(named(events, "replay_tick")).toHaveLength(19);
    expect(named(events, "trade_execution")).toHaveLength(0);
  });

  it("says every tick, signal and fill on request, and shows them to people on request", async () => {
    const run = join(folder, "debug");
    const { stderr } = await mustRun("pt-replay", [...base, "--output-dir", run, "--log-level", "debug", "--verbose"]);
    const events = eventsIn(run);
    expect(named(events, "replay_tick").map(({ sequence }) => sequence)).toEqual(
      Array.from({ length: 18 * 24 }, (_, i) => i + 1),
    );
    expect(named(events, "trade_execution")).toHaveLength(linesOf(run, "sim_fills.jsonl"));
    expect(named(events, "neural_signal")).toHaveLength(linesOf(run, "signals.jsonl"));
    const [fill] = named(events, "trade_execution") as unknown as readonly {
      qty: number;
      price: number;
      notional: number;
    }[];
    expect(fill!.notional).toBeCloseTo(fill!.qty * fill!.price, 9);
    expect(stderr).toMatch(/^\d\d:\d\d:\d\d trade_execution {2}at=2024-01-\d\dT\d\d:\d\dZ order_id=BTC-USDT-1 side=/m);
  });

  it("does not change what the run comes to, however much it says", () => {
    const hash = (name: string) => JSON.parse(readFileSync(join(folder, name, "result.json"), "utf8")).hash as string;
    expect(hash("debug")).toBe(hash("plain"));
  });

  it.each([
    [["--log-level", "loud"], {}, "E_USAGE"],
    [[], { PT_LOG_LEVEL: "degub" }, "E_ENV"],
  ])("refuses a level that is none: %j %j", async (flags, env, code) => {
    const { status, stderr } = await runBin("pt-replay", [...base, ...flags], { env, cwd: newFolder() });
    expect(status).toBe(2);
    expect(stderr).toContain(`error ${code}: `);
  });
});

describe("secrets", () => {
  it("are in nothing that a replay says or writes, whether it works or fails", async () => {
    const canaries = {
      KUCOIN_API_SECRET: "canary-one/+=",
      MY_TOKEN: "canary two",
      WEBHOOK: "https://u:canary-three@h",
    };
    const run = join(folder, "canary");
    const all = ["--output-dir", run, "--log-level", "debug", "--verbose"];
    const good = await runBin("pt-replay", [...base, ...all], { env: canaries });
    const bad = await runBin("pt-replay", [...base, "--seed", canaries.MY_TOKEN], { env: canaries, cwd: newFolder() });
    const worse = await runBin("pt-replay", [...base, `--strategy=${canaries.WEBHOOK}`, "--json"], { env: canaries });
    expect([good.status, bad.status, worse.status]).toEqual([0, 2, 2]);
    const files = readdirSync(run, { recursive: true, encoding: "utf8" }).map((name) => join(run, name));
    const written = files.filter((file) => statSync(file).isFile()).map((file) => readFileSync(file, "latin1"));
    const said = [good, bad, worse].flatMap(({ stdout, stderr }) => [stdout, stderr]);
    for (const text of [...written, ...said]) {
      for (const canary of ["canary-one", "canary two", "canary%20two", "canary-three"])
        expect(text).not.toContain(canary);
    }
  });
});
