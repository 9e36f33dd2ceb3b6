import { PtError } from "../errors/index.ts";
import { printable } from "../market/symbol.ts";
import type { Setting } from "./run-settings.ts";

const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/;

/**
 * Reads the text of a flag or variable as its setting's kind.
 * @param from - the flag or variable, named in the error
 * @throws PtError E_NUMBER or E_USAGE
 */
export function parseSetting(setting: Setting, texts: readonly string[], from: string): unknown {
  const last = texts.at(-1)!;
  switch (setting.kind) {
    case "number":
      return parseNumber(last, from);
    case "integer":
      return parseInteger(last, from);
    case "pair": {
      const numbers = last.split(",").map((part) => parseInteger(part.trim(), from));
      return numbers.length === 1 ? [numbers[0], numbers[0]] : numbers;
    }
    case "list":
      return texts.flatMap((text) => text.split(",").map((item) => item.trim()));
    case "switch":
      return parseSwitch(last, from) !== (setting.flag?.startsWith("no-") ?? false);
    case "params":
      return Object.fromEntries(texts.flatMap((text) => text.split(",")).map((pair) => parseParam(pair, from)));
    case "table":
      return last.includes(":") ? parseTable(last, from) : parseNumber(last, from);
    case "text":
      return last;
  }
}

/** `0.05:0.5,0.1:0.5` → `{"0.05": 0.5, "0.1": 0.5}` */
function parseTable(text: string, from: string): Readonly<Record<string, number>> {
  const rows = text.split(",").map((row) => {
    const [key = "", value = "", ...more] = row.split(":").map((part) => part.trim());
    if (more.length > 0)
      throw new PtError("E_NUMBER", `${from}: "${printable(row)}" is not key:value`, {
        hint: "Write 0.05:0.5,0.1:0.5.",
      });
    return [String(parseNumber(key, from)), parseNumber(value, from)] as const;
  });
  const keys = rows.map(([key]) => key);
  const twice = keys.find((key, i) => keys.indexOf(key) !== i);
  if (twice !== undefined) {
    throw new PtError("E_NUMBER", `${from}: ${twice} stands there twice`, { hint: "Say each level once." });
  }
  return Object.fromEntries(rows);
}

/** @throws PtError E_NUMBER for anything but a plain finite decimal number */
export function parseNumber(text: string, from: string): number {
  const value = NUMBER.test(text) ? Number(text) : Number.NaN;
  if (Number.isFinite(value)) return value;
  throw new PtError("E_NUMBER", `${from}: "${printable(text)}" is not a number`, {
    hint: "Use a plain decimal number.",
  });
}

/** @throws PtError E_NUMBER for anything but a whole number that doubles hold exactly */
export function parseInteger(text: string, from: string): number {
  const value = parseNumber(text, from);
  if (Number.isSafeInteger(value)) return value;
  throw new PtError("E_NUMBER", `${from}: ${printable(text)} is not a whole number`, { hint: "Use a whole number." });
}

const SWITCH: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  "1": true,
  false: false,
  no: false,
  "0": false,
};

function parseSwitch(text: string, from: string): boolean {
  const value = Object.hasOwn(SWITCH, text) ? SWITCH[text] : undefined;
  if (value !== undefined) return value;
  throw new PtError("E_ENV", `${from}: "${printable(text)}" is neither true nor false`, {
    hint: "Use true or false, yes or no, 1 or 0.",
  });
}

/** `fast=50` → `["fast", 50]`; numbers and true/false become values, anything else is text. */
function parseParam(pair: string, from: string): [string, unknown] {
  const at = pair.indexOf("=");
  const name = pair.slice(0, at).trim();
  if (at < 1 || !/^[A-Za-z][\w-]*$/.test(name) || name === "constructor") {
    throw new PtError("E_STRATEGY_PARAM", `${from}: "${printable(pair)}" is not name=value`, {
      hint: "Write --param fast=50.",
    });
  }
  const text = pair.slice(at + 1).trim();
  if (text === "true" || text === "false") return [name, text === "true"];
  return [name, NUMBER.test(text) ? Number(text) : text];
}
