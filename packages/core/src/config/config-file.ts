import { readFileSync, statSync } from "node:fs";
import { nearest, PtError } from "../errors/index.ts";
import { printable } from "../market/symbol.ts";

const MAX_BYTES = 1 << 20;
const MAX_DEPTH = 32;
const FORBIDDEN = new Set(["__proto__", "constructor", "prototype"]);

/**
 * Reads a configuration file, TOML by its ending, else JSON. Duplicate keys, keys that reach into prototypes,
 * files over 1 MiB and nesting over 32 levels are refused.
 *
 * @param whereElse - what to do when the file is not there
 * @throws PtError E_CONFIG_PARSE, E_CONFIG_DUP, E_CONFIG_KEY or E_CONFIG_SIZE naming file, line and column
 */
export async function readConfigFile(
  path: string,
  whereElse = "pt-replay init writes a commented file",
): Promise<Readonly<Record<string, unknown>>> {
  const text = readText(path, whereElse);
  const value = path.endsWith(".toml") ? await parseToml(text, path) : await parseJson(text, path);
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    throw new PtError("E_CONFIG_PARSE", `${path}: a configuration is a table of keys`, { details: { file: path } });
  }
  refuseForbidden(value, path, 1);
  return value as Record<string, unknown>;
}

function readText(path: string, whereElse: string): string {
  let size: number;
  try {
    size = statSync(path).size;
    if (size <= MAX_BYTES) return readFileSync(path, "utf8").replace(/^\uFEFF/, "");
  } catch (error) {
    throw new PtError("E_CONFIG_PARSE", `cannot read ${path} (${(error as NodeJS.ErrnoException).code})`, {
      hint: `Check the path; ${whereElse}.`,
      cause: error,
    });
  }
  throw new PtError("E_CONFIG_SIZE", `${path} has ${size} bytes, a configuration at most ${MAX_BYTES}`);
}

async function parseToml(text: string, path: string): Promise<unknown> {
  const { parse, TomlError } = await import("smol-toml");
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const why = error.message.split("\n")[0]!.replace(/^Invalid TOML document: /, "");
    if (/redefine/.test(why)) throw duplicateInToml(text, path, error.line, error.column);
    if (/excessively nested/.test(why)) throw tooDeep(path);
    throw new PtError("E_CONFIG_PARSE", `${path}:${error.line}:${error.column}: ${why}`, {
      hint: "See https://toml.io for the syntax.",
      cause: error,
    });
  }
}

/** The parser says where the second one stands; the first is the nearest line above that begins with the same key. */
function duplicateInToml(text: string, path: string, line: number, column: number): PtError {
  const lines = text.split("\n");
  const keyIn = (part: string) => /^(\s*\[*\s*["']?)([\w-]+)/.exec(part);
  const key = keyIn(lines[line - 1]!.slice(column - 1))?.[2] ?? "";
  const before = lines.slice(0, line - 1).findLastIndex((one) => keyIn(one)?.[2] === key);
  const first = before < 0 ? "" : `at ${before + 1}:${keyIn(lines[before]!)![1]!.length + 1} and `;
  return duplicate(path, key, `${first}at ${line}:${column}`);
}

function duplicate(path: string, key: string, places: string): PtError {
  return new PtError("E_CONFIG_DUP", `${path}: key "${printable(key)}" stands ${places}`, {
    hint: "Keep one of them.",
  });
}

function tooDeep(path: string): PtError {
  return new PtError("E_CONFIG_SIZE", `${path} is nested deeper than ${MAX_DEPTH} levels`);
}

async function parseJson(text: string, path: string): Promise<unknown> {
  const { parseTree, printParseErrorCode } = await import("jsonc-parser");
  refuseDeepNesting(text, path);
  const errors: { error: number; offset: number; length: number }[] = [];
  const root = parseTree(text, errors, { disallowComments: true, allowTrailingComma: false });
  const first = errors[0];
  if (first !== undefined || root === undefined) {
    const why =
      text.trim() === "" || first === undefined ? "the file is empty" : inWords(printParseErrorCode(first.error));
    throw new PtError("E_CONFIG_PARSE", `${path}:${position(text, first?.offset ?? 0)}: ${why}`, {
      hint: "The file must be plain JSON: no comments, no comma after the last item.",
    });
  }
  refuseDuplicates(root, text, path);
  return JSON.parse(text) as unknown;
}

interface JsonNode {
  readonly type: string;
  readonly offset: number;
  readonly value?: unknown;
  readonly children?: readonly JsonNode[] | undefined;
}

function refuseDuplicates(node: JsonNode, text: string, path: string): void {
  const seen = new Map<unknown, number>();
  for (const child of node.children ?? []) {
    if (node.type === "object") {
      const key = child.children![0]!;
      const before = seen.get(key.value);
      if (before !== undefined) {
        throw duplicate(path, String(key.value), `at ${position(text, before)} and at ${position(text, key.offset)}`);
      }
      seen.set(key.value, key.offset);
    }
    refuseDuplicates(child, text, path);
  }
}

/** `CommaExpected` → `comma expected` */
function inWords(name: string): string {
  return name.replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter}`).toLowerCase();
}

/** Counted on the text, before any recursive parser meets it. */
function refuseDeepNesting(text: string, path: string): void {
  let depth = 0;
  let isInString = false;
  for (let i = 0; i < text.length; i++) {
    const character = text[i]!;
    if (isInString) {
      if (character === "\\") i++;
      else if (character === '"') isInString = false;
    } else if (character === '"') isInString = true;
    else if (character === "[" || character === "{") depth++;
    else if (character === "]" || character === "}") depth--;
    if (depth > MAX_DEPTH) throw tooDeep(path);
  }
}

function refuseForbidden(value: unknown, path: string, depth: number): void {
  if (value === null || typeof value !== "object") return;
  if (depth > MAX_DEPTH) throw tooDeep(path);
  for (const [key, inner] of Object.entries(value)) {
    if (FORBIDDEN.has(key)) throw new PtError("E_CONFIG_KEY", `${path}: the key "${key}" is never allowed`);
    refuseForbidden(inner, path, depth + 1);
  }
}

/** `line:column` of an offset, both from 1. */
function position(text: string, offset: number): string {
  const before = text.slice(0, offset).split("\n");
  return `${before.length}:${before.at(-1)!.length + 1}`;
}

/** E_CONFIG_KEY with the known key that was meant: names are unique, so the nearest one tells the table too. */
export function unknownKey(path: string, key: string, known: readonly string[]): PtError {
  const keyOf = new Map(known.map((one) => [lastPart(one), one]));
  const meant = keyOf.get(nearest(lastPart(key), keyOf.keys()) ?? "");
  const suggestion = meant === undefined || meant === key ? "" : ` (did you mean "${meant}"?)`;
  return new PtError("E_CONFIG_KEY", `${path}: unknown key "${printable(key)}"${suggestion}`, {
    hint: "pt-replay config show lists every key; what stands before a dot is a table.",
    details: { file: path, key },
  });
}

/** `execution_model.fee_bps` → `fee_bps` */
function lastPart(key: string): string {
  return key.slice(key.lastIndexOf(".") + 1);
}
