import { createHash } from "node:crypto";
import type { TimeRange } from "../market/index.ts";

/** A value that JSON can say. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Everything that decides how a model comes out. */
export interface ModelIdentity {
  /** The data that training was allowed to see. */
  readonly dataRange: TimeRange;
  /** In the order of the model's inputs, which matters. */
  readonly features: readonly string[];
  /** All other settings of the fit, the coin and its timeframe among them. */
  readonly params: Json;
  readonly seed: number;
  /** The version of the code that trains. */
  readonly code: string;
}

/**
 * The name of a model: sha256 of what decides it, in hexadecimal. The order of keys does not matter.
 * @throws RangeError when a number is not finite, TypeError when a value is none that JSON can say
 */
export function modelId({ dataRange: { fromMs, toMs }, features, params, seed, code }: ModelIdentity): string {
  const identity = { dataRange: { fromMs, toMs }, features, params, seed, code };
  return createHash("sha256").update(canonicalJson(identity)).digest("hex");
}

/** JSON without spaces, keys sorted by UTF-16 units: equal values are equal texts. Source: RFC 8785. */
function canonicalJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (isObject(value)) {
    const entries = Object.keys(value).sort();
    return `{${entries.map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key]!)}`).join(",")}}`;
  }
  if (typeof value === "number" && !Number.isFinite(value)) {
    throw new RangeError(`a model cannot be named by a number that is not finite, was ${value}`);
  }
  const text: string | undefined = JSON.stringify(value);
  if (text === undefined) throw new TypeError(`a model cannot be named by a value of type ${typeof value}`);
  return text;
}

function isObject(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null;
}
