/** Replaced by the bundler with version and hash of the sources; absent when run from sources. */
declare const PT_CODE_VERSION: string | undefined;

/** What made a run: the version and the hash of all sources of the build. */
export function codeVersion(): string {
  return typeof PT_CODE_VERSION === "undefined" ? "0.1.0+source" : PT_CODE_VERSION;
}
