export type { Console, GlobalFlags } from "./console.ts";
export { findProgram } from "./find-program.ts";
export { addGlobalFlags } from "./global-flags.ts";
export { createProgress, type ProgressDisplay } from "./progress.ts";
export { type Frame, type Program, runMain } from "./run-main.ts";
