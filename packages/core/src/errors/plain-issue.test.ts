import { expect, it } from "vitest";
import { z } from "zod";
import { plainIssue } from "./plain-issue.ts";

it.each<[z.ZodType, unknown, string]>([
  [z.number(), "5", "expected number, received string"],
  [z.number(), undefined, "expected number, received undefined"],
  [z.number(), Number.NaN, "expected number, received NaN"],
  [z.number().min(0), -1, "must be >= 0"],
  [z.number().gt(0), 0, "must be > 0"],
  [z.number().max(1000), 1001, "must be <= 1000"],
  [z.int(), 1.5, "must be a whole number"],
  [z.array(z.number()).min(1), [], "must have >= 1 items"],
  [z.string().min(1), "", "must have >= 1 characters"],
  [z.enum(["carry", "cancel"]), "keep", 'must be "carry" or "cancel"'],
  [z.number().refine(() => false, "anything else"), 1, "anything else"],
])("complaints are put plainly: %#", (schema, value, text) => {
  expect(plainIssue(schema.safeParse(value).error!.issues[0]!.message)).toBe(text);
});
