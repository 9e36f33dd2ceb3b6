import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readConfigFile } from "./config-file.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "config-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
  expect(Object.keys(Object.prototype)).toEqual([]);
});

const read = (content: string | Uint8Array, name: string) => {
  writeFileSync(path.join(folder, name), content);
  return readConfigFile(path.join(folder, name));
};
const json = (content: string | Uint8Array) => read(content, "run.json");
const toml = (content: string | Uint8Array) => read(content, "pt.config.toml");

/** The error, its message without the folder. */
async function failureOf(reading: Promise<unknown>): Promise<{ code: string; message: string; hint?: string }> {
  try {
    await reading;
  } catch (error) {
    const { code, message, hint } = error as { code: string; message: string; hint?: string };
    return { code, message: message.replaceAll(`${folder}/`, ""), ...(hint !== undefined && { hint }) };
  }
  throw new Error("it was read");
}

describe("a configuration file", () => {
  it("is TOML by its ending, else JSON", async () => {
    const expected = { seed: 7, execution_model: { latency_ms: [50, 500], fee_bps: 20 } };
    expect(await json('{"seed": 7, "execution_model": {"latency_ms": [50, 500], "fee_bps": 20}}')).toEqual(expected);
    expect(await toml("seed = 7\n[execution_model]\nlatency_ms = [50, 500]\nfee_bps = 20\n")).toEqual(expected);
  });

  it("may begin with a byte order mark, and lines may end as on Windows", async () => {
    expect(await json('\uFEFF{"seed": 7}\r\n')).toEqual({ seed: 7 });
    expect(await toml('\uFEFFseed = 7\r\nname = "x"\r\n')).toEqual({ seed: 7, name: "x" });
  });

  it("may be TOML that says nothing", async () => {
    expect(await toml("# later\n")).toEqual({});
  });

  it.each([
    ["", "run.json:1:1: the file is empty"],
    ["  \n", "run.json:2:1: the file is empty"],
    ['{"seed": 7,}', "run.json:1:12: property name expected"],
    ['{"seed": 7 "size": 1}', "run.json:1:12: comma expected"],
    ['{\n  "seed":\n}', "run.json:3:1: value expected"],
    ['{"seed": 7} {}', "run.json:1:13: end of file expected"],
    ['{"seed": 7', "run.json:1:11: close brace expected"],
    ["{seed: 7}", "run.json:1:2: invalid symbol"],
    ['{"seed": NaN}', "run.json:1:10: invalid symbol"],
    ['// note\n{"seed": 7}', "run.json:1:1: invalid comment token"],
    ["{'seed': 7}", "run.json:1:2: invalid symbol"],
  ])("of JSON %j is refused with its place", async (content, message) => {
    expect(await failureOf(json(content))).toMatchObject({ code: "E_CONFIG_PARSE", message });
  });

  it.each([
    ["seed = ", "pt.config.toml:1:8: "],
    ["seed = 1\nsize", "pt.config.toml:2:1: "],
    ["[execution_model\n", "pt.config.toml:1:"],
    ["name = 'x", "pt.config.toml:1:"],
    ['{"seed": 7}', "pt.config.toml:1:"],
  ])("of TOML %j is refused with its place", async (content, start) => {
    const { code, message } = await failureOf(toml(content));
    expect({ code, message }).toEqual({ code: "E_CONFIG_PARSE", message: expect.stringMatching(/^[^\n]+$/) });
    expect(message.slice(0, start.length)).toBe(start);
  });

  it.each(["[]", "7", '"text"', "null"])("that holds %s is no table of keys", async (content) => {
    expect(await failureOf(json(content))).toMatchObject({
      code: "E_CONFIG_PARSE",
      message: "run.json: a configuration is a table of keys",
    });
  });

  it("that cannot be read is named with the system's reason", async () => {
    expect(await failureOf(readConfigFile(path.join(folder, "missing.json")))).toMatchObject({
      code: "E_CONFIG_PARSE",
      message: "cannot read missing.json (ENOENT)",
    });
    expect((await failureOf(readConfigFile(folder))).message).toContain("(EISDIR)");
  });
});

describe("a key that stands twice", () => {
  it.each([
    ['{"seed": 1,\n "seed": 2}', 'run.json: key "seed" stands at 1:2 and at 2:2'],
    ['{"a": {"b": 1, "c": {"b": 2}, "b": 3}}', 'run.json: key "b" stands at 1:8 and at 1:31'],
    ['{"a": [{"x": 1}, {"x": 1, "x": 2}]}', 'run.json: key "x" stands at 1:19 and at 1:27'],
    ['{"seed": 1, "\\u0073eed": 2}', 'run.json: key "seed" stands at 1:2 and at 1:13'],
  ])("is refused with both places in JSON %j", async (content, message) => {
    expect(await failureOf(json(content))).toEqual({ code: "E_CONFIG_DUP", message, hint: "Keep one of them." });
  });

  it.each([
    ["seed = 1\nname = 'x'\n  seed = 2\n", 'pt.config.toml: key "seed" stands at 1:1 and at 3:3'],
    ["[execution_model]\nfee_bps = 1\n\nfee_bps = 2\n", 'pt.config.toml: key "fee_bps" stands at 2:1 and at 4:1'],
    [
      "[execution_model]\nfee_bps = 1\n[execution_model]\n",
      'pt.config.toml: key "execution_model" stands at 1:2 and at 3:2',
    ],
    ['"seed" = 1\nseed = 2\n', 'pt.config.toml: key "seed" stands at 1:2 and at 2:1'],
    ["params = { fast = 1, fast = 2 }\n", 'pt.config.toml: key "fast" stands at 1:22'],
  ])("is refused with both places in TOML %j", async (content, message) => {
    expect(await failureOf(toml(content))).toEqual({ code: "E_CONFIG_DUP", message, hint: "Keep one of them." });
  });

  it("may stand in two different tables", async () => {
    expect(await json('{"a": {"x": 1}, "b": {"x": 2}}')).toEqual({ a: { x: 1 }, b: { x: 2 } });
  });
});

describe("a key that reaches into prototypes", () => {
  it.each(["__proto__", "constructor", "prototype"])("%s is refused at any depth, in JSON and TOML", async (key) => {
    const expected = { code: "E_CONFIG_KEY", message: expect.stringContaining(`the key "${key}" is never allowed`) };
    expect(await failureOf(json(`{"${key}": {"polluted": 1}}`))).toMatchObject(expected);
    expect(await failureOf(json(`{"params": {"list": [{"${key}": {"polluted": 1}}]}}`))).toMatchObject(expected);
    expect(await failureOf(toml(`[${key}]\npolluted = 1\n`))).toMatchObject(expected);
    expect(await failureOf(toml(`[params.x.${key}]\npolluted = 1\n`))).toMatchObject(expected);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
});

describe("a file that is too much", () => {
  const LIMIT_MS = 1500; // 200 wanted; this machine may be busy

  async function quickly(reading: () => Promise<unknown>): Promise<{ code: string; message: string }> {
    const started = performance.now();
    const failure = await failureOf(reading());
    expect(performance.now() - started).toBeLessThan(LIMIT_MS);
    return failure;
  }
  const nested = (open: string, close: string, levels: number) => `${open.repeat(levels)}1${close.repeat(levels)}`;

  it("is refused over a mebibyte without being read", async () => {
    const large = Buffer.alloc((1 << 20) + 1, " ");
    for (const reading of [() => json(large), () => toml(large)]) {
      expect(await quickly(reading)).toMatchObject({
        code: "E_CONFIG_SIZE",
        message: expect.stringContaining("has 1048577 bytes"),
      });
    }
  });

  it("is read up to a mebibyte", async () => {
    const filler = "x".repeat((1 << 20) - 13);
    expect(await json(`{"note": "${filler}"}`)).toEqual({ note: filler });
  });

  it.each([33, 500, 100_000])("is refused when nested %i levels deep", async (levels) => {
    const expected = { code: "E_CONFIG_SIZE", message: expect.stringContaining("nested deeper than 32 levels") };
    expect(await quickly(() => json(`{"a":${nested("[", "]", levels - 1)}}`))).toMatchObject(expected);
    expect(await quickly(() => json(nested('{"a":', "}", levels)))).toMatchObject(expected);
    expect(await quickly(() => toml(`a = ${nested("[", "]", levels)}\n`))).toMatchObject(expected);
    expect(await quickly(() => toml(`a${".a".repeat(levels)} = 1\n`))).toMatchObject(expected);
  });

  it("is read when nested 32 levels deep, brackets in texts not counted", async () => {
    const content = `{"a":${nested("[", "]", 31)},"text":"${"[".repeat(99)}\\"${"{".repeat(99)}"}`;
    expect(await json(content)).toHaveProperty("text", `${"[".repeat(99)}"${"{".repeat(99)}`);
  });

  it("is not slow to be refused when it is a text without an end", async () => {
    expect(await quickly(() => json(`{"a": "${'\\"'.repeat(500_000)}`))).toMatchObject({ code: "E_CONFIG_PARSE" });
  });
});
