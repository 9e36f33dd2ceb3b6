/**
 * The candidate nearest to `word`, when it is near enough to be a typing error, else the only one that `word` begins.
 * Near means an edit distance (insert, delete, replace, swap neighbours) of at most a third of the word, at least 1.
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const wanted = comparable(word);
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(wanted, comparable(candidate));
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best ?? completionOf(wanted, candidates);
}

/** `--fee` is short for `--fee-bps` when nothing else begins like it. */
function completionOf(word: string, candidates: Iterable<string>): string | undefined {
  const matches = [...candidates].filter((candidate) => candidate.toLowerCase().startsWith(word));
  return matches.length === 1 && /\w{3}/.test(word) ? matches[0] : undefined;
}

/** ` (did you mean "x"?)` when a candidate is near, else the empty string. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const match = nearest(word, candidates);
  return match === undefined ? "" : ` (did you mean "${match}"?)`;
}

/** Without case, and cut at 64 characters: nobody mistypes longer words by a letter. */
function comparable(word: string): string {
  return word.toLowerCase().slice(0, 64);
}

/** Optimal string alignment distance. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let value = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        value = Math.min(value, beforeLast[j - 2]! + 1);
      }
      row.push(value);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}
