/** The part of a commander command that flags are added to; core itself does not depend on commander. */
interface Flagged {
  option(flags: string, description: string): unknown;
}

/** The flags that every command of every program takes, and that the frame reads. */
export function addGlobalFlags<C extends Flagged>(command: C): C {
  command.option("--json", "print one JSON document on stdout, nothing else");
  command.option("-q, --quiet", "no notes and no progress on stderr");
  command.option("--debug", "print the stack of an error");
  return command;
}
