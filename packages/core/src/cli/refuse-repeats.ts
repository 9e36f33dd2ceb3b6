import { PtError } from "../errors/index.ts";

/** The part of a commander option that is needed here; core itself does not depend on commander. */
export interface Option {
  readonly long?: string | undefined;
  /** Whether a value follows it. */
  readonly required: boolean;
  readonly parseArg?: unknown;
  argParser(parse: (text: string) => string): unknown;
}

/**
 * Makes a second value for the same flag an error: taking the last one in silence would drop what was said before. Flags
 * with a parser of their own take what they are given.
 */
export function refuseRepeats(options: readonly Option[]): void {
  for (const option of options) if (option.required && option.parseArg === undefined) refuseSecond(option);
}

function refuseSecond(option: Option): void {
  let isGiven = false;
  option.argParser((text) => {
    if (isGiven) {
      throw new PtError("E_USAGE", `${option.long} is given twice`, { hint: "It takes one value: keep one of them." });
    }
    isGiven = true;
    return text;
  });
}
