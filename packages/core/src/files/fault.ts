import { z } from "zod";
import { plainIssue } from "../errors/index.ts";

/** What is wrong with a document, in one line: a schema's first complaint with its place, or the error's own words. */
export function faultOf(error: unknown): string {
  const issue = error instanceof z.ZodError ? error.issues[0] : undefined;
  if (issue === undefined) return String((error as Error).message).split("\n")[0]!;
  const why = plainIssue(issue.message);
  return issue.path.length === 0 ? why : `${issue.path.join(".")}: ${why}`;
}
