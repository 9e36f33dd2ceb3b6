import { styleText } from "node:util";

/** What a program says to its two streams: data on stdout, everything else on stderr. */
export interface Console {
  /** Results, for the next program in the pipe. */
  out(text: string): void;
  /** Notes for the person at the terminal; silent with `--quiet` and `--json`. */
  note(text: string): void;
  /** Whether stderr is a terminal that can be drawn on. */
  readonly interactive: boolean;
  /** Emphasis where stdout takes colours. */
  strong(text: string): string;
  dim(text: string): string;
}

export interface GlobalFlags {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly debug: boolean;
}

export function createConsole(flags: GlobalFlags): Console {
  const paint = (format: "bold" | "dim") => (text: string) =>
    colourful() ? styleText(format, text, { validateStream: false }) : text;
  return {
    out: (text) => {
      process.stdout.write(`${text}\n`);
    },
    note: (text) => {
      if (!flags.quiet && !flags.json) process.stderr.write(`${text}\n`);
    },
    interactive:
      process.stderr.isTTY === true && !flags.quiet && !flags.json && process.env.TERM !== "dumb" && !process.env.CI,
    strong: paint("bold"),
    dim: paint("dim"),
  };
}

/** FORCE_COLOR wins, then NO_COLOR and dumb terminals say no, then it is a question of a terminal. */
function colourful(): boolean {
  if (process.env.FORCE_COLOR) return process.env.FORCE_COLOR !== "0";
  return !process.env.NO_COLOR && process.env.TERM !== "dumb" && process.stdout.isTTY === true;
}
