import { nearest } from "../errors/index.ts";
import { printable } from "../market/symbol.ts";
import { knownVariables } from "../settings/index.ts";
import type { Console } from "./console.ts";

const PREFIX = "PT_";

/** A `PT_…` variable that no program reads was most likely misspelt. Its value is never shown. */
export function warnOfUnknownVariables(console: Console, environment: NodeJS.ProcessEnv): void {
  const given = Object.keys(environment).filter((name) => name.startsWith(PREFIX));
  if (given.length === 0) return;
  const known = knownVariables();
  for (const name of given.filter((one) => !known.includes(one))) {
    // Compared without what all have in common, which would make any two of them look alike.
    const meant = nearest(withoutPrefix(name), known.map(withoutPrefix));
    const suggestion = meant === undefined ? "" : ` (did you mean "${PREFIX}${meant}"?)`;
    console.note(`warning: no program reads the variable ${printable(name)}${suggestion}`);
  }
}

function withoutPrefix(name: string): string {
  return name.slice(PREFIX.length);
}
