import { EXECUTION_PRESETS, executionModelSchema } from "@powertrader/core/config";
import { flagName, RUN_SETTINGS } from "@powertrader/core/settings";
import { z } from "zod";

export interface ExecutionDescription {
  readonly presets: readonly {
    readonly name: string;
    readonly summary: string;
    readonly execution_model: Readonly<Record<string, unknown>>;
  }[];
  readonly keys: readonly {
    readonly key: string;
    /** `null` for what only files can say. */
    readonly flag: string | null;
    readonly default: unknown;
    /** Which values are taken, e.g. `0 to 1000`. */
    readonly bounds: string;
    readonly describe: string;
  }[];
}

const MODEL = "execution_model.";

/** What the keys without a flag are for. */
const FILE_ONLY: Readonly<Record<string, string>> = { per_coin: "coins with fees of their own" };

/** The presets, and the keys of `execution_model` as their schema has them. */
export function describeExecution(): ExecutionDescription {
  const { properties } = z.toJSONSchema(executionModelSchema, { io: "input" }) as {
    readonly properties: Readonly<Record<string, JsonSchema>>;
  };
  const settings = new Map(RUN_SETTINGS.map((setting) => [setting.key, setting]));
  return {
    presets: EXECUTION_PRESETS.map(({ name, summary, model }) => ({ name, summary, execution_model: model })),
    keys: Object.entries(properties).map(([key, schema]) => {
      const setting = settings.get(`${MODEL}${key}`);
      return {
        key,
        flag: setting === undefined ? null : `--${flagName(setting)}`,
        default: schema.default,
        bounds: boundsOf(schema),
        describe: setting?.describe ?? FILE_ONLY[key] ?? "",
      };
    }),
  };
}

/** The part of JSON Schema that the keys of `execution_model` need. */
interface JsonSchema {
  readonly type?: string;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly enum?: readonly string[];
  readonly anyOf?: readonly JsonSchema[];
  readonly prefixItems?: readonly JsonSchema[];
}

function boundsOf(schema: JsonSchema): string {
  if (schema.enum !== undefined) return schema.enum.join(" | ");
  if (schema.anyOf !== undefined) return schema.anyOf.map(boundsOf).join(" or ");
  if (schema.prefixItems !== undefined) return `a pair, each ${boundsOf(schema.prefixItems[0]!)}`;
  if (schema.type === "null") return "null";
  if (schema.type === "boolean") return "true | false";
  if (schema.type === "object") return "a table";
  const from = schema.exclusiveMinimum === undefined ? `${schema.minimum}` : `above ${schema.exclusiveMinimum}`;
  return `${from} to ${schema.maximum}`;
}
