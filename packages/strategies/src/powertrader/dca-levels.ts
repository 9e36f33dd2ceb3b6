import { z } from "zod";

const SEPARATOR = "/";

/**
 * Losses as a parameter: `-2.5/-5/-10` on a command line, where a comma parts parameters; one number or a list of numbers
 * in files. It is kept as that text.
 */
export const dcaLevelsParam = z
  .union([z.string(), z.number(), z.array(z.number())])
  .transform((given, context): string => {
    const levels = typeof given === "string" ? parse(given) : [given].flat();
    const example = `such as -2.5${SEPARATOR}-5${SEPARATOR}-10`;
    if (levels.length === 0 || !levels.every((level) => level < 0 && level > -100)) {
      context.addIssue(`must be percents between 0 and -100, ${example}`);
      return z.NEVER;
    }
    if (levels.some((level, stage) => stage > 0 && level >= levels[stage - 1]!)) {
      context.addIssue(`must be losses that grow from stage to stage, ${example}`);
      return z.NEVER;
    }
    return levels.join(SEPARATOR);
  });

/** The levels that a parameter names, percents below 0, first stage first. */
export function dcaLevelsOf(param: string): readonly number[] {
  return parse(param);
}

function parse(text: string): readonly number[] {
  return text.split(SEPARATOR).map((level) => (level.trim() === "" ? Number.NaN : Number(level)));
}
