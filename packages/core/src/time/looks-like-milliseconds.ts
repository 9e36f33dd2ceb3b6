/** The year 5138 in seconds, or 1973 in milliseconds. */
const NO_SECONDS = 1e11;

/** Whether a number of seconds since 1970 is one of milliseconds: nothing is traded in the year 5138. */
export function looksLikeMilliseconds(seconds: number): boolean {
  return seconds >= NO_SECONDS;
}
