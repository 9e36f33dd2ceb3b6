import { type Option, refuseRepeats } from "./refuse-repeats.ts";

/** The part of a commander command that flags are added to; core itself does not depend on commander. */
interface Flagged {
  readonly options: readonly Option[];
  option(flags: string, description: string): unknown;
}

/**
 * The flags that every command of every program takes, and that the frame reads. Added after all others: none of them may
 * be given twice that does not say so.
 */
export function addGlobalFlags<C extends Flagged>(command: C): C {
  command.option("--json", "print one JSON document on stdout, nothing else");
  command.option("-q, --quiet", "no notes and no progress on stderr");
  command.option("--debug", "print the stack of an error");
  refuseRepeats(command.options);
  return command;
}
