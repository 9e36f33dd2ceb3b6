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
    readonly flag: string;
    readonly default: unknown;
    /** Which values are taken, e.g. `0 to 1000`. */
    readonly bounds: string;
    readonly describe: string;
  }[];
}

const MODEL = "execution_model.";

/** The presets, and the keys of `execution_model` as their schema has them. */
export function describeExecution(): ExecutionDescription {
  const { properties } = z.toJSONSchema(executionModelSchema, { io: "input" }) as {
    readonly properties: Readonly<Record<string, JsonSchema>>;
  };
  return {
    presets: EXECUTION_PRESETS.map(({ name, summary, model }) => ({ name, summary, execution_model: model })),
    keys: RUN_SETTINGS.filter(({ key }) => key.startsWith(MODEL)).map((setting) => {
      const key = setting.key.slice(MODEL.length);
      const schema = properties[key]!;
      const flag = `--${flagName(setting)}`;
      return { key, flag, default: schema.default, bounds: boundsOf(schema), describe: setting.describe };
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
  const from = schema.exclusiveMinimum === undefined ? `${schema.minimum}` : `above ${schema.exclusiveMinimum}`;
  return `${from} to ${schema.maximum}`;
}
