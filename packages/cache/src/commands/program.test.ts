import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Frame } from "@powertrader/core/cli";
import { listSegments } from "@powertrader/core/files";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { temporaryFolder } from "../fixtures/candles.ts";
import { createProgram } from "./program.ts";

let folder: string;
let cacheDir: string;

beforeEach(() => {
  folder = temporaryFolder();
  cacheDir = join(folder, "cache");
});

afterEach(() => {
  vi.unstubAllEnvs();
});

interface Said {
  readonly out: string;
  readonly notes: readonly string[];
}

/** Runs a command line in this process. */
async function run(...argv: readonly string[]): Promise<Said> {
  const out: string[] = [];
  const notes: string[] = [];
  const frame: Frame = {
    console: {
      out: (text) => out.push(text),
      note: (text) => notes.push(text),
      interactive: false,
      strong: (text) => text,
      dim: (text) => text,
    },
    flags: { json: argv.includes("--json"), quiet: false, debug: false },
    signal: new AbortController().signal,
  };
  const program = createProgram(frame);
  for (const command of [program, ...program.commands]) {
    command.exitOverride().configureOutput({ writeOut: (text) => out.push(text), writeErr: () => {} });
  }
  await program.parseAsync(argv, { from: "user" });
  return { out: out.join("\n"), notes };
}

const HOUR = 3600;
const T0 = Date.UTC(2024, 0, 1) / 1000;

function csv(hours: readonly number[], name = "my.csv"): string {
  const path = join(folder, name);
  const rows = hours.map((hour) => `${T0 + hour * HOUR},10,12,9,11,5`);
  writeFileSync(path, `time,open,high,low,close,volume\n${rows.join("\n")}\n`);
  return path;
}

function importing(file: string, ...more: readonly string[]) {
  const series = [
    ["--exchange", "binance"],
    ["--symbol", "btc-usdt"],
    ["--timeframe", "1h"],
    ["--cache-dir", cacheDir],
  ] as const;
  const others = series.filter(([flag]) => !more.includes(flag));
  return run("import", file, ...others.flat(), ...more);
}

describe("pt-cache import", () => {
  it("says what it stored and what to type next", async () => {
    const { out, notes } = await importing(csv([0, 1, 2, 5]));
    expect(out.split("\n")).toEqual([
      "BTC-USDT 1h of binance: 2024-01-01 to 2024-01-01T06:00:00Z, 1 gap of 2 bars at 2024-01-01T03:00:00Z",
      "4 rows read: 4 stored, 0 revised, 0 known already, 0 rejected",
      `next: npx --no -- pt-replay --exchange binance --coins BTC --strategy buy-and-hold --start-date 2024-01-01 --cache-dir ${cacheDir}`,
    ]);
    expect(notes).toEqual([]);
    expect((await importing(csv([0, 1, 2]))).out).toContain("3 rows read: 0 stored, 0 revised, 3 known already");
  });

  it("prints one document with --json", async () => {
    const { out, notes } = await importing(csv([0, 1, 2, 5, 9]), "--json");
    expect(JSON.parse(out)).toMatchObject({
      schema_version: 1,
      exchange: "binance",
      symbol: "BTC-USDT",
      timeframe: "1hour",
      rows_read: 5,
      added: 5,
      rejected: 0,
      rejections: [],
      start_ts: T0,
      end_ts: T0 + 10 * HOUR,
      gaps: { count: 2, bars: 5, largest: { start_ts: T0 + 6 * HOUR, end_ts: T0 + 9 * HOUR } },
    });
    expect(notes).toEqual([]);
  });

  it("lists the first ten rejected rows", async () => {
    const good = Array.from({ length: 20 }, (_, hour) => hour);
    const bad = Array.from({ length: 12 }, (_, i) => i + 0.5);
    const { notes } = await importing(csv([...good, ...bad]));
    expect(notes).toHaveLength(11);
    expect(notes[0]).toBe("rejected line 22: not on the grid of 1hour bars");
    expect(notes[10]).toBe("… and 2 more");
    const failing = importing(csv(bad));
    await expect(failing).rejects.toMatchObject({ code: "E_IMPORT" });
  });

  it("counts duplicates and lists conflicts", async () => {
    const path = csv([0, 1, 1, 2, 3, 4]);
    appendFileSync(path, `${T0 + 4 * HOUR},10,12,9,11,6\n`);
    const { out, notes } = await importing(path);
    expect(out).toContain("7 rows read: 5 stored, 0 revised, 0 known already, 1 duplicate, 1 conflict, 0 rejected");
    expect(notes).toEqual(["conflict line 7: another row of the same time stands at 8 and is taken"]);
    expect(JSON.parse((await importing(path, "--json")).out)).toMatchObject({
      duplicates: 1,
      conflicting: 1,
      conflicts: [{ line: 7 }],
    });
    expect((await importing(csv([9]))).out).toContain("1 row read: 1 stored");
    const torn = csv([0]);
    appendFileSync(torn, `${T0},10,12,9,11,6\n`);
    await expect(importing(torn)).rejects.toMatchObject({ code: "E_IMPORT", details: { conflicting: 1 } });
  });

  it("notes rows that look like another timeframe, and what it moved aside", async () => {
    expect((await importing(csv([0, 4, 8, 9]))).notes).toEqual([
      "most rows are 4h apart, not 1h: was --timeframe 4h meant?",
    ]);
    const [segment] = listSegments(cacheDir, "binance");
    writeFileSync(join(cacheDir, "binance", segment!.file), "");
    expect((await importing(csv([0, 1]))).notes[0]).toMatch(/^a damaged file was moved aside: BTC-USDT.*corrupt/);
  });

  it("takes quote, timeframe and calendar into the next command", async () => {
    const path = csv([0, 24, 72]);
    const series = ["--exchange", "stocks", "--symbol", "GOOG-USD", "--timeframe", "1d", "--calendar", "as-is"];
    const { out } = await run("import", path, ...series, "--cache-dir", cacheDir);
    expect(out).toContain("no gaps");
    expect(out).toContain("--coins GOOG --quote USD --timeframe 1d --strategy buy-and-hold --start-date 2024-01-01");
  });

  it.each([
    [22 * 168 + 24, "1h", "--start-date 2024-06-03"],
    [22 * 168 + 23, "1h", "--strategy sma-crossover --start-date 2024-01-10"],
    [201, "1h", "--strategy sma-crossover --start-date 2024-01-01"],
    [200, "1h", "--strategy buy-and-hold --start-date 2024-01-01"],
    [8 * 7 * 168, "4h", "--strategy sma-crossover --start-date 2024-02-04"],
  ])("proposes after %i hours of %s bars a replay that they are enough for", async (hours, timeframe, flags) => {
    const step = Number(timeframe.slice(0, -1));
    const path = csv(Array.from({ length: hours / step }, (_, bar) => bar * step));
    const { out } = await importing(path, "--timeframe", timeframe);
    expect(out).toContain(` ${flags} --cache-dir`);
  });

  it.each([
    [["--calendar", "weekly"], "E_USAGE"],
    [["--columns", "time,open"], "E_USAGE"],
    [["--symbol", "../../etc"], "E_SYMBOL"],
    [["--symbol", "BTCUSDT"], "E_SYMBOL"],
    [["--symbol", "CON-USDT"], "E_SYMBOL"],
    [["--exchange", "../x"], "E_NAME"],
    [["--timeframe", "7h"], "E_TIMEFRAME"],
    [["--lock-wait", "soon"], "E_NUMBER"],
    [["--lock-wait", "-1"], "E_NUMBER"],
    [["--cache-dir", ""], "E_USAGE"],
    [["--cache-dir", "a\u0000b"], "E_USAGE"],
  ])("refuses %j", async (flags, code) => {
    await expect(importing(csv([0]), ...flags)).rejects.toMatchObject({ code });
  });
});

describe("pt-cache import --kind", () => {
  function funding(): string {
    const path = join(folder, "rates.csv");
    const rows = [0, 8, 24].map((hour) => `${T0 + hour * HOUR},0.0001`);
    writeFileSync(path, `time,rate\n${rows.join("\n")}\n`);
    return path;
  }

  it("stores funding and mark candles beside the candles, and tells them apart everywhere", async () => {
    await importing(csv([0, 1]));
    const mark = await importing(csv([0, 1, 2]), "--kind", "mark");
    expect(mark.out.split("\n")).toEqual([
      "BTC-USDT 1h mark of binance: 2024-01-01 to 2024-01-01T03:00:00Z, no gaps",
      "3 rows read: 3 stored, 0 revised, 0 known already, 0 rejected",
      `next: npx --no -- pt-cache ls --exchange binance --cache-dir ${cacheDir}`,
    ]);
    const rates = await importing(funding(), "--kind", "funding", "--timeframe", "8h");
    expect(rates.out.split("\n")[0]).toBe(
      "BTC-USDT 8h funding of binance: 2024-01-01 to 2024-01-02T08:00:00Z, 1 gap of 1 settlement at 2024-01-01T16:00:00Z",
    );

    const { out } = await run("ls", "--exchange", "binance", "--cache-dir", cacheDir);
    expect(out.split("\n").map((line) => line.split(/\s+/).slice(0, 4))).toEqual([
      ["exchange", "kind", "symbol", "tf"],
      ["binance", "candles", "BTC-USDT", "1h"],
      ["binance", "mark", "BTC-USDT", "1h"],
      ["binance", "funding", "BTC-USDT", "8h"],
    ]);
    expect(JSON.parse((await run("ls", "--json", "--cache-dir", cacheDir)).out).series).toMatchObject([
      { kind: "candles", candles: 2 },
      { kind: "mark", candles: 3 },
      { kind: "funding", settlements: 3 },
    ]);
    expect((await run("verify", "--cache-dir", cacheDir)).out).toBe(
      "sound: 3 segments, 2 candles, 3 mark candles, 3 settlements, 1 exchange",
    );
    expect(JSON.parse((await run("verify", "--json", "--cache-dir", cacheDir)).out)).toMatchObject({
      exchanges: 1,
      ...{ candles: 2, mark_candles: 3, settlements: 3 },
    });
    expect((await run("rebuild-index", "--cache-dir", cacheDir)).out.split("\n")).toEqual([
      "binance: 1 segment of 1 series, index was current",
      "binance.mark: 1 segment of 1 series, index was current",
      "binance.funding: 1 segment of 1 series, index was current",
    ]);
  });

  it("prints the kind with --json", async () => {
    const { out } = await importing(funding(), "--kind", "funding", "--timeframe", "8h", "--json");
    expect(JSON.parse(out)).toMatchObject({ kind: "funding", added: 3, gaps: { count: 1, bars: 1 } });
    expect(JSON.parse((await importing(csv([0]), "--json")).out)).toMatchObject({ kind: "candles" });
  });

  it("takes the columns of the kind", async () => {
    const path = join(folder, "x.csv");
    writeFileSync(path, `a,0.5,${T0}\n`);
    const flags = ["--kind", "funding", "--columns", "-,rate,time"];
    expect((await importing(path, ...flags)).out).toContain("1 row read: 1 stored");
    await expect(importing(path, "--kind", "funding", "--columns", "time,open")).rejects.toMatchObject({
      message: "--columns must name rate exactly once",
    });
  });

  it("names the folder that is damaged", async () => {
    await importing(funding(), "--kind", "funding", "--timeframe", "8h");
    rmSync(join(cacheDir, "binance.funding", "cache_index.json"));
    await expect(run("verify", "--cache-dir", cacheDir)).rejects.toMatchObject({
      code: "E_CACHE_CORRUPT",
      details: { findings: [{ exchange: "binance", folder: "binance.funding", kind: "index" }] },
    });
  });

  it("suggests the kind that is meant", async () => {
    await expect(importing(csv([0]), "--kind", "fundings")).rejects.toMatchObject({
      code: "E_USAGE",
      message: expect.stringContaining('did you mean "funding"'),
      hint: "Use one of candles, mark, funding.",
    });
  });
});

describe("pt-cache ls", () => {
  it("shows a table", async () => {
    await importing(csv([0, 1, 2, 5]));
    const { out } = await run("ls", "--cache-dir", cacheDir);
    expect(out.split("\n").map((line) => line.split(/\s+/))).toEqual([
      ["exchange", "kind", "symbol", "tf", "from", "to", "rows", "gaps", "missing", "empty", "segments", "source"],
      [
        "binance",
        "candles",
        "BTC-USDT",
        "1h",
        "2024-01-01",
        "2024-01-01T06:00:00Z",
        "4",
        "1",
        "2",
        "0",
        "1",
        "import:my.csv",
      ],
    ]);
    expect(JSON.parse((await run("ls", "--json", "--cache-dir", cacheDir)).out).series).toMatchObject([
      { exchange: "binance", kind: "candles", candles: 4, coverage: [[T0, T0 + 6 * HOUR]] },
    ]);
  });

  it("finds its folder in the environment", async () => {
    await importing(csv([0]));
    vi.stubEnv("PT_CACHE_DIR", cacheDir);
    expect((await run("ls")).out).toContain("BTC-USDT");
    vi.stubEnv("PT_CACHE_DIR", "  ");
    await expect(run("ls")).rejects.toMatchObject({ code: "E_ENV" });
  });

  it("says so when there is nothing, and names what there is", async () => {
    expect((await run("ls", "--cache-dir", cacheDir)).notes[0]).toBe(`there is no cache folder ${cacheDir} yet`);
    mkdirSync(cacheDir);
    expect(await run("ls", "--cache-dir", cacheDir)).toEqual({
      out: "",
      notes: [`${cacheDir} holds no candles`, expect.stringContaining("pt-cache warm")],
    });
    await expect(run("ls", "--exchange", "kucoin", "--cache-dir", cacheDir)).rejects.toMatchObject({
      code: "E_CACHE_MISS",
    });
    await importing(csv([0]));
    await expect(run("ls", "--exchange", "binanze", "--cache-dir", cacheDir)).rejects.toMatchObject({
      code: "E_CACHE_MISS",
      message: expect.stringContaining('did you mean "binance"'),
    });
  });

  it("shows damage without failing", async () => {
    await importing(csv([0]));
    const [segment] = listSegments(cacheDir, "binance");
    writeFileSync(join(cacheDir, "binance", segment!.file), "");
    expect((await run("ls", "--cache-dir", cacheDir)).out).toContain("damaged: see pt-cache verify");
    expect(JSON.parse((await run("ls", "--json", "--cache-dir", cacheDir)).out).series[0].damage).toContain("sha256");
  });
});

describe("pt-cache verify", () => {
  it("says how much is sound", async () => {
    await importing(csv([0, 1]));
    const { out } = await run("verify", "--cache-dir", cacheDir);
    expect(out).toBe("sound: 1 segment, 2 candles, 1 exchange");
    const document = JSON.parse((await run("verify", "--json", "--exchange", "binance", "--cache-dir", cacheDir)).out);
    expect(document).toMatchObject({ segments: 1, candles: 2, findings: [] });
  });

  it("lists damage and fails", async () => {
    await importing(csv([0, 1]));
    rmSync(join(cacheDir, "binance", "cache_index.json"));
    await expect(run("verify", "--cache-dir", cacheDir)).rejects.toMatchObject({
      code: "E_CACHE_CORRUPT",
      message: `${cacheDir} has 1 damaged file`,
      hint: "Run pt-cache rebuild-index.",
      details: { findings: [{ exchange: "binance", kind: "index" }] },
    });
    const [segment] = listSegments(cacheDir, "binance");
    writeFileSync(join(cacheDir, "binance", segment!.file), "");
    await expect(run("verify", "--json", "--cache-dir", cacheDir)).rejects.toMatchObject({
      hint: expect.stringContaining("Fetch or import"),
      details: { findings: { length: 2 } },
    });
    await importing(csv([0, 1]));
    expect((await run("verify", "--cache-dir", cacheDir)).notes).toEqual([expect.stringContaining(".corrupt-")]);
  });
});

describe("pt-cache rebuild-index", () => {
  it("writes the index and takes in what other programs left", async () => {
    await importing(csv([0, 1]));
    const [segment] = listSegments(cacheDir, "binance");
    const index = join(cacheDir, "binance", "cache_index.json");
    const before = readFileSync(index, "utf8");
    expect((await run("rebuild-index", "--cache-dir", cacheDir)).out).toBe(
      "binance: 1 segment of 1 series, index was current",
    );
    writeFileSync(index, "{");
    expect((await run("rebuild-index", "--cache-dir", cacheDir)).out).toBe(
      "binance: 1 segment of 1 series, index written",
    );
    expect(readFileSync(index, "utf8")).toBe(before);

    rmSync(join(cacheDir, "binance", segment!.file.replace(".json", ".meta.json")));
    writeFileSync(join(cacheDir, "binance", "ETH-USDT_1hour_0_3600.json"), "[1]");
    writeFileSync(join(cacheDir, "binance", "XRP-USDT_1hour_0_3600.json"), "[]");
    const { out, notes } = await run("rebuild-index", "--cache-dir", cacheDir);
    expect(out).toBe("binance: 1 segment of 1 series, 1 taken in, index written");
    expect(notes).toEqual([
      "left out binance/ETH-USDT_1hour_0_3600.json: row 0 is not a candle",
      "left out binance/XRP-USDT_1hour_0_3600.json: it holds no rows",
    ]);
    expect(JSON.parse((await run("rebuild-index", "--json", "--cache-dir", cacheDir)).out)).toMatchObject({
      exchanges: [{ exchange: "binance", segments: 1 }],
    });
  });

  it("has nothing to do in an empty cache", async () => {
    mkdirSync(cacheDir);
    expect((await run("rebuild-index", "--cache-dir", cacheDir)).notes).toEqual([`${cacheDir} holds no candles`]);
  });
});

it.each(["verify", "rebuild-index"])("%s fails where there is no cache", async (command) => {
  await expect(run(command, "--cache-dir", cacheDir)).rejects.toMatchObject({
    code: "E_CACHE_MISS",
    message: `there is no cache folder ${cacheDir}`,
  });
});

describe("pt-cache warm", () => {
  it.each([
    [["--start-date", "2024-02-30"], "E_DATE"],
    [["--start-date", "2024-1-1"], "E_DATE"],
    [["--start-date", "2024-01-02", "--end-date", "2024-01-01"], "E_RANGE"],
    [["--start-date", "9999-01-01"], "E_RANGE"],
    [["--start-date", "2024-01-01", "--coins", "BTC,,ETH"], "E_SYMBOL"],
    [["--start-date", "2024-01-01", "--coins", "../../etc"], "E_SYMBOL"],
    [["--start-date", "2024-01-01", "--quote", "US DT"], "E_SYMBOL"],
    [["--start-date", "2024-01-01", "--timeframe", "1h,7m"], "E_TIMEFRAME"],
    [["--start-date", "2024-01-01", "--exchange", "Kucoin"], "E_NAME"],
    [["--start-date", "2024-01-01", "--exchange", "kukoin"], "E_NAME"],
    [["--start-date", "2024-01-01", "--exchange", "constructor"], "E_NAME"],
    [["--start-date", "2024-01-01", "--seed", "1"], "E_USAGE"],
    [["--start-date", "2024-01-01", "--exchange", "sim", "--seed=-1"], "E_NUMBER"],
    [["--start-date", "2024-01-01", "--exchange", "sim", "--seed", "x"], "E_NUMBER"],
  ])("refuses %j", async (flags, code) => {
    await expect(run("warm", "--cache-dir", cacheDir, ...flags)).rejects.toMatchObject({ code });
  });
});

it("gives examples in the help of every command", async () => {
  for (const command of createProgram({} as Frame).commands) {
    await expect(run(command.name(), "--help")).rejects.toMatchObject({ code: "commander.helpDisplayed" });
    let help = "";
    command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
    expect(help).toMatch(/Examples:\n.*\$ .*pt-cache/);
    for (const flag of ["--cache-dir", "--json", "--quiet", "--debug"]) expect(help).toContain(flag);
  }
});
