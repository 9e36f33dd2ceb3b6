import { chmodSync, mkdirSync, readdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { latestRun, listRuns, writeReport } from "@powertrader/analytics";
import { PtError } from "@powertrader/core/errors";
import { beforeAll, describe, expect, it } from "vitest";
import { newFolder } from "../fixtures/bin.ts";
import { copyRun, editJson, editLines, replayRun } from "../fixtures/run-folder.ts";

let run: string;
beforeAll(async () => {
  run = await replayRun(["--end-date", "2024-02-10"]);
}, 60_000);

type Damage = (folder: string) => void;
const remove =
  (name: string): Damage =>
  (folder) =>
    rmSync(join(folder, name), { recursive: true });
const write =
  (name: string, text: string): Damage =>
  (folder) =>
    writeFileSync(join(folder, name), text);
const line =
  (name: string, row: number, text: string): Damage =>
  (folder) =>
    editLines(folder, name, (lines) => lines.with(row, text));

describe("a broken run folder", () => {
  it.each<[what: string, code: string, message: RegExp, damage: Damage]>([
    ["that is not there", "E_RUN_FOLDER", /there is no folder /, (folder) => rmSync(folder, { recursive: true })],
    [
      "that is empty",
      "E_RUN_FOLDER",
      /copy is empty/,
      (folder) => {
        rmSync(folder, { recursive: true });
        mkdirSync(folder);
      },
    ],
    [
      "that is a file",
      "E_RUN_FOLDER",
      /is a file, not a run folder/,
      (folder) => {
        rmSync(folder, { recursive: true });
        writeFileSync(folder, "");
      },
    ],
    ["without config.json", "E_RUN_FOLDER", /is not a run folder: it has no config\.json/, remove("config.json")],
    ["without result.json", "E_RUN_FOLDER", /result\.json is missing: the run has not finished/, remove("result.json")],
    [
      "of a failed run",
      "E_RUN_FOLDER",
      /result\.json is missing: the run failed/,
      (folder) => {
        remove("result.json")(folder);
        editJson(folder, "run.json", (state) => (state.status = "failed"));
      },
    ],
    ["without equity.jsonl", "E_RUN_FOLDER", /equity\.jsonl: is missing/, remove("equity.jsonl")],
    ["with an empty equity.jsonl", "E_RUN_FOLDER", /equity\.jsonl: has no rows/, write("equity.jsonl", "")],
    ["with an empty result.json", "E_RUN_FOLDER", /result\.json: Unexpected end/, write("result.json", "")],
    [
      "with half a config.json",
      "E_RUN_FOLDER",
      /config\.json: /,
      (folder) => truncateSync(join(folder, "config.json"), 100),
    ],
    [
      "with a result.json of another kind",
      "E_RUN_FOLDER",
      /result\.json: schema_version: \w+/,
      write("result.json", "{}"),
    ],
    ["with a config.json that is a list", "E_RUN_FOLDER", /config\.json: /, write("config.json", "[]")],
    [
      "with a config.json nested too deeply",
      "E_RUN_FOLDER",
      /config\.json: is nested too deeply/,
      write("config.json", `{"params":{"a":${"[".repeat(100_000)}${"]".repeat(100_000)}}}`),
    ],
    [
      "with a huge result.json",
      "E_RUN_FOLDER",
      /result\.json: is larger than any run writes/,
      write("result.json", " ".repeat(17 * 1024 * 1024)),
    ],
    ["with a broken manifest.json", "E_RUN_FOLDER", /manifest\.json: /, write("manifest.json", "{")],
    [
      "with a fee of words",
      "E_RUN_FOLDER",
      /config\.json: execution_model\.fee_bps: expected number, received string$/,
      (folder) => editJson(folder, "config.json", (config) => (config.execution_model.fee_bps = "20")),
    ],
    ["with a trade that is none", "E_RUN_FOLDER", /trades\.jsonl:2: /, line("trades.jsonl", 1, "{}")],
    ["with a fill that is no JSON", "E_RUN_FOLDER", /sim_fills\.jsonl:3: /, line("sim_fills.jsonl", 2, "{not json")],
    [
      "with an infinite price",
      "E_RUN_FOLDER",
      /sim_fills\.jsonl:1: /,
      (folder) =>
        editLines(folder, "sim_fills.jsonl", (lines) =>
          lines.map((text) => text.replace(/"fill_price":[\d.]+/, '"fill_price":1e999')),
        ),
    ],
    [
      "with a row of equity that is none",
      "E_RUN_FOLDER",
      /equity\.jsonl:5: /,
      line("equity.jsonl", 4, '{"ts":1,"equity":null,"cash":1}'),
    ],
    [
      "with unsorted equity",
      "E_EQUITY",
      /equity\.jsonl:4: time \d+ does not come after/,
      (folder) =>
        editLines(folder, "equity.jsonl", (lines) => [lines[0]!, lines[2]!, lines[3]!, lines[1]!, ...lines.slice(4)]),
    ],
    [
      "with a row of equity twice",
      "E_EQUITY",
      /equity\.jsonl:3: time \d+ repeats/,
      (folder) => editLines(folder, "equity.jsonl", (lines) => [...lines.slice(0, 2), lines[1]!, ...lines.slice(2)]),
    ],
    ...(
      [
        ["without the first row of equity", /equity\.jsonl:1: the row of 2024-01-10 00:00 UTC is missing$/, 0],
        ["with a hole in equity", /equity\.jsonl:5: the row of 2024-01-10 04:00 UTC is missing$/, 4],
        ["without the last row of equity", /equity\.jsonl:745: the row of 2024-02-10 00:00 UTC is missing$/, 744],
      ] as const
    ).map(([what, message, row]): [string, string, RegExp, Damage] => [
      what,
      "E_EQUITY",
      message,
      (folder) => editLines(folder, "equity.jsonl", (lines) => lines.toSpliced(row, 1)),
    ]),
    [
      "with a hole in equity and no bars",
      "E_EQUITY",
      /equity\.jsonl: holds 744 rows, the start and 744 bars make 745$/,
      (folder) => {
        remove("bars")(folder);
        editLines(folder, "equity.jsonl", (lines) => lines.toSpliced(4, 1));
      },
    ],
    [
      "with equity beyond all dates",
      "E_EQUITY",
      /equity\.jsonl:2: /,
      line("equity.jsonl", 1, '{"ts":1e15,"equity":1,"cash":1}'),
    ],
    [
      "with bars cut short",
      "E_RUN_FOLDER",
      /bars\/BTC-USDT_1hour\.f64: holds [\d.]+ rows/,
      (folder) => truncateSync(join(folder, "bars/BTC-USDT_1hour.f64"), 4800),
    ],
    [
      "with bars of no whole row",
      "E_RUN_FOLDER",
      /bars\/BTC-USDT_1hour\.f64: holds [\d.]+ rows/,
      (folder) => truncateSync(join(folder, "bars/BTC-USDT_1hour.f64"), 4801),
    ],
    [
      "that points out of itself",
      "E_RUN_FOLDER",
      /names bars outside of the run folder/,
      (folder) => editJson(folder, "config.json", (config) => (config.data[0].file = "../../../etc/passwd")),
    ],
    [
      "that leads out of itself",
      "E_RUN_FOLDER",
      /leads out of the run folder/,
      (folder) => {
        remove("bars/BTC-USDT_1hour.f64")(folder);
        symlinkSync("/etc/passwd", join(folder, "bars/BTC-USDT_1hour.f64"));
      },
    ],
    [
      "with a timeframe of its own",
      "E_RUN_FOLDER",
      /unknown timeframe/,
      (folder) => editJson(folder, "config.json", (config) => (config.data[0].timeframe = "3days")),
    ],
  ])("%s is refused in one line that names the file", (_, code, message, damage) => {
    const folder = copyRun(run);
    damage(folder);
    const before = namesIn(folder);
    let error: unknown;
    try {
      writeReport(folder);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(PtError);
    expect(error).toMatchObject({ code, message: expect.stringMatching(message), hint: expect.stringMatching(/\w/) });
    expect((error as PtError).message).not.toContain("\n");
    expect(namesIn(folder)).toEqual(before);
  });

  it("with a hole in its thinned equity is refused too: the bars tell which intervals must have a row", async () => {
    const thinned = await replayRun(["--end-date", "2024-02-10", "--equity-interval", "1d"]);
    expect(() => writeReport(thinned)).not.toThrow();
    for (const row of [1, 7, 31]) {
      const folder = copyRun(thinned);
      editLines(folder, "equity.jsonl", (lines) => lines.toSpliced(row, 1));
      expect(() => writeReport(folder)).toThrow(
        expect.objectContaining({ code: "E_EQUITY", message: expect.stringContaining(`equity.jsonl:${row + 1}: `) }),
      );
    }
  });

  it("that ends in a torn line is read up to it", () => {
    const folder = copyRun(run);
    const path = join(folder, "trades.jsonl");
    editLines(folder, "trades.jsonl", (lines) => lines);
    writeFileSync(path, '{"trade_id":"BTC-US', { flag: "a" });
    expect(writeReport(folder).analysis.warnings).toEqual([
      "trades.jsonl is not as manifest.json records: changed or removed after the run. Figures that come from it are not those of the run.",
    ]);
  });

  it.skipIf(process.getuid?.() === 0)("that may not be read is a matter of permission (not as root)", () => {
    const folder = copyRun(run);
    chmodSync(folder, 0o000);
    expect(() => writeReport(folder)).toThrow(expect.objectContaining({ code: "E_PERM" }));
    chmodSync(folder, 0o755);
  });
});

describe("the list of runs", () => {
  it("holds broken and unfinished folders beside the runs, and passes over anything else", () => {
    const results = dirname(copyRun(run));
    mkdirSync(join(results, "empty"));
    mkdirSync(join(results, "pictures"));
    writeFileSync(join(results, "pictures", "one.png"), "");
    mkdirSync(join(results, "broken"));
    writeFileSync(join(results, "broken", "config.json"), "{");
    mkdirSync(join(results, "begun"));
    writeFileSync(join(results, "begun", "run.json"), "{}");
    mkdirSync(join(results, ".hidden"));
    writeFileSync(join(results, "a-file"), "");
    symlinkSync("/nowhere", join(results, "dangling"));
    const runs = listRuns(results);
    expect(runs.map((one) => one.name).sort()).toEqual(["begun", "broken", "copy"]);
    expect(runs.find((one) => one.name === "copy")?.outcome?.result.status).toBe("completed");
    expect(runs.find((one) => one.name === "begun")?.fault).toContain("it has no config.json");
    expect(runs.find((one) => one.name === "broken")?.fault).toContain("config.json");
    expect(latestRun(results)).toBe(join(results, "copy"));
  });

  it("needs a results folder, and for the latest run a run in it", () => {
    const empty = newFolder();
    expect(listRuns(empty)).toEqual([]);
    expect(() => latestRun(empty)).toThrow(expect.objectContaining({ code: "E_RUN_FOLDER" }));
    expect(() => listRuns(join(empty, "none"))).toThrow(expect.objectContaining({ code: "E_RUN_FOLDER" }));
  });
});

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
  } catch {
    return [];
  }
}
