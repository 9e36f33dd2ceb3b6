import { PtError } from "@powertrader/core/errors";

/**
 * Splits a command line into words as a POSIX shell would, and does nothing else a shell does: quotes and backslashes
 * mean what they mean there, every other character means itself.
 * @throws PtError E_USAGE when there is no word or a quote is not closed
 */
export function splitCommand(text: string, flag: string): readonly [string, ...string[]] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = "";
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!;
    if (quote === "" && /\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
      continue;
    }
    word ??= "";
    if (char === quote) quote = "";
    else if (quote === "" && (char === "'" || char === '"')) quote = char;
    else if (char === "\\" && escapes(quote, text[i + 1])) word += text[++i]!;
    else word += char;
  }
  if (quote !== "") throw new PtError("E_USAGE", `${flag}: the quote ${quote} is not closed`, { hint: HINT });
  if (word !== undefined) words.push(word);
  if (words[0] === undefined) throw new PtError("E_USAGE", `${flag} needs a command`, { hint: HINT });
  return words as [string, ...string[]];
}

const HINT = 'For example --thinker "python3 my_thinker.py".';

/** Whether a backslash takes the meaning of the character after it, inside or outside of quotes. */
function escapes(quote: string, next: string | undefined): boolean {
  if (next === undefined || quote === "'") return false;
  return quote === "" || '"\\$`'.includes(next);
}
