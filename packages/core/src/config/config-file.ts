import { readFileSync, statSync } from "node:fs";
import { didYouMean, PtError } from "../errors/index.ts";

const MAX_BYTES = 1 << 20;
const MAX_DEPTH = 32;
const FORBIDDEN = new Set(["__proto__", "constructor", "prototype"]);

/**
 * Reads a configuration file, TOML by its ending, else JSON. Duplicate keys, keys that reach into prototypes,
 * files over 1 MiB and nesting over 32 levels are refused.
 *
 * @throws PtError E_CONFIG_PARSE, E_CONFIG_DUP, E_CONFIG_KEY or E_CONFIG_SIZE naming file, line and column
 */
export async function readConfigFile(path: string): Promise<Readonly<Record<string, unknown>>> {
  const text = readText(path);
  const value = path.endsWith(".toml") ? await parseToml(text, path) : await parseJson(text, path);
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    throw new PtError("E_CONFIG_PARSE", `${path}: a configuration is a table of keys`, { details: { file: path } });
  }
  refuseForbidden(value, path, 1);
  return value as Record<string, unknown>;
}

function readText(path: string): string {
  let size: number;
  try {
    size = statSync(path).size;
    if (size <= MAX_BYTES) return readFileSync(path, "utf8").replace(/^\uFEFF/, "");
  } catch (error) {
    throw new PtError("E_CONFIG_PARSE", `cannot read ${path} (${(error as NodeJS.ErrnoException).code})`, {
      hint: "Check the path; pt-replay init writes a commented file.",
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
    const code = /redefine|duplicate|already defined/i.test(why) ? "E_CONFIG_DUP" : "E_CONFIG_PARSE";
    throw new PtError(code, `${path}:${error.line}:${error.column}: ${why}`, { cause: error });
  }
}

async function parseJson(text: string, path: string): Promise<unknown> {
  const { parseTree, printParseErrorCode } = await import("jsonc-parser");
  refuseDeepNesting(text, path);
  const errors: { error: number; offset: number; length: number }[] = [];
  const root = parseTree(text, errors, { disallowComments: true, allowTrailingComma: false });
  const first = errors[0];
  if (first !== undefined || root === undefined) {
    const why = first === undefined ? "the file is empty" : printParseErrorCode(first.error);
    throw new PtError("E_CONFIG_PARSE", `${path}:${position(text, first?.offset ?? 0)}: ${why}`, {
      hint: "The file must be plain JSON.",
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
        throw new PtError(
          "E_CONFIG_DUP",
          `${path}: key "${String(key.value)}" stands at ${position(text, before)} and at ${position(text, key.offset)}`,
          { hint: "Keep one of them." },
        );
      }
      seen.set(key.value, key.offset);
    }
    refuseDuplicates(child, text, path);
  }
}

/** Counted on the text, before any recursive parser meets it. */
function refuseDeepNesting(text: string, path: string): void {
  let depth = 0;
  for (const token of text.matchAll(/"(?:[^"\\]|\\.)*"|[[{]|[\]}]/g)) {
    if (token[0] === "[" || token[0] === "{") depth++;
    else if (token[0] === "]" || token[0] === "}") depth--;
    if (depth > MAX_DEPTH) throw new PtError("E_CONFIG_SIZE", `${path} is nested deeper than ${MAX_DEPTH} levels`);
  }
}

function refuseForbidden(value: unknown, path: string, depth: number): void {
  if (value === null || typeof value !== "object") return;
  if (depth > MAX_DEPTH) throw new PtError("E_CONFIG_SIZE", `${path} is nested deeper than ${MAX_DEPTH} levels`);
  for (const [key, inner] of Object.entries(value)) {
    if (FORBIDDEN.has(key)) throw new PtError("E_CONFIG_KEY", `${path}: the key "${key}" is not allowed`);
    refuseForbidden(inner, path, depth + 1);
  }
}

/** `line:column` of an offset, both from 1. */
function position(text: string, offset: number): string {
  const before = text.slice(0, offset).split("\n");
  return `${before.length}:${before.at(-1)!.length + 1}`;
}

/** @throws PtError E_CONFIG_KEY with the nearest known key */
export function unknownKey(path: string, key: string, known: Iterable<string>): PtError {
  return new PtError("E_CONFIG_KEY", `${path}: unknown key "${key}"${didYouMean(key, known)}`, {
    hint: "pt-replay config show lists every key.",
    details: { file: path, key },
  });
}
