import { asSystemError, didYouMean, EXIT, exitCodeOf, PtError } from "../errors/index.ts";
import { createScrubber } from "../log/scrub.ts";
import { type Console, createConsole, type GlobalFlags } from "./console.ts";
import { warnOfUnknownVariables } from "./warn-of-unknown-variables.ts";

/** The parts of a commander command that the frame needs; core itself does not depend on commander. */
export interface Program {
  readonly commands: readonly Program[];
  readonly options: readonly { readonly long?: string | undefined }[];
  name(): string;
  exitOverride(callback: (error: Error) => never): unknown;
  configureOutput(configuration: {
    readonly writeErr: (text: string) => void;
    readonly outputError: () => void;
  }): unknown;
  parseAsync(argv: readonly string[], options: { readonly from: "user" }): Promise<unknown>;
}

/** What the frame hands to a program's commands. */
export interface Frame {
  readonly console: Console;
  readonly flags: GlobalFlags;
  /** Aborted by the first Ctrl-C or SIGTERM. */
  readonly signal: AbortSignal;
}

/**
 * The frame around every `pt-*` program: parses, runs the command, and turns whatever happens into one line on
 * stderr and the documented exit status. It never calls `process.exit` on the normal path, so piped output is whole.
 * The first SIGINT or SIGTERM aborts `frame.signal`; the second leaves at once.
 */
export async function runMain(
  build: (frame: Frame) => Program,
  argv: readonly string[] = process.argv.slice(2),
): Promise<void> {
  const flags = globalFlags(argv);
  const console = createConsole(flags);
  warnOfUnknownVariables(console, process.env);
  const abort = new AbortController();
  quietOnClosedPipe();
  process.on("uncaughtException", (error) => {
    report(error, flags);
    process.exit(process.exitCode ?? EXIT.bug);
  });
  let signalled: number | undefined;
  const onSignal = (name: "SIGINT" | "SIGTERM") => {
    const status = name === "SIGINT" ? EXIT.interrupted : EXIT.terminated;
    if (signalled !== undefined) process.exit(status);
    signalled = status;
    console.note("stopping at the next safe point; once more leaves at once");
    abort.abort();
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  try {
    const program = build({ console, flags, signal: abort.signal });
    prepare(program);
    await program.parseAsync(argv, { from: "user" });
  } catch (error) {
    report(error, flags);
  } finally {
    process.off("SIGINT", onSignal);
    process.off("SIGTERM", onSignal);
  }
  if (signalled !== undefined) process.exitCode = signalled;
}

function globalFlags(argv: readonly string[]): GlobalFlags {
  const before = argv.includes("--") ? argv.slice(0, argv.indexOf("--")) : argv;
  return {
    json: before.includes("--json"),
    quiet: before.includes("--quiet") || before.includes("-q"),
    debug: before.includes("--debug") || Boolean(process.env.PT_DEBUG),
  };
}

/** Commander reports through exceptions; its own lines on stderr are replaced by ours. */
function prepare(program: Program): void {
  program.exitOverride((error) => {
    throw asUsageError(error, program);
  });
  program.configureOutput({ writeErr: () => undefined, outputError: () => undefined });
  for (const command of program.commands) prepare(command);
}

/** Thrown after help or version was printed: a normal end. */
class Done extends Error {}

function asUsageError(error: Error, program: Program): Error {
  const code = (error as { code?: string }).code ?? "";
  if (code === "commander.helpDisplayed" || code === "commander.version") return new Done();
  const commands = program.commands.map((command) => command.name());
  if (code === "commander.help") {
    return new PtError("E_USAGE", `${program.name()} needs a command`, { hint: `Commands: ${commands.join(", ")}.` });
  }
  if (code === "commander.unknownOption") {
    const flag = /'([^']+)'/.exec(error.message)?.[1] ?? "";
    const known = program.options.map((option) => option.long ?? "").filter((name) => name !== "");
    return new PtError("E_USAGE", `unknown option ${flag}${didYouMean(flag.replace(/=.*/, ""), known)}`, {
      hint: "Run it with --help to see all flags.",
    });
  }
  if (code === "commander.unknownCommand") {
    const word = /'([^']+)'/.exec(error.message)?.[1] ?? "";
    return new PtError("E_USAGE", `unknown command ${word}${didYouMean(word, commands)}`, {
      hint: `Commands: ${commands.join(", ")}.`,
    });
  }
  return new PtError("E_USAGE", error.message.replace(/^error: /, "").split("\n")[0]!, {
    hint: "Run it with --help to see all flags.",
  });
}

/** Prints an error in the agreed form and sets the exit status. */
function report(error: unknown, flags: GlobalFlags): void {
  if (error instanceof Done) return;
  const known = error instanceof PtError;
  const message = known ? error.message : `internal error: ${(error as Error)?.message ?? String(error)}`;
  const code = known ? error.code : "E_BUG";
  const hint = known ? error.hint : "This is a bug; run again with --debug and report what it prints.";
  process.exitCode = known ? exitCodeOf(error.code) : EXIT.bug;
  const stack = flags.debug && error instanceof Error ? stackOf(error) : undefined;
  const scrub = createScrubber(process.env);
  if (flags.json) {
    const details = known ? error.details : {};
    const document = JSON.stringify({ error: { code, message, details, hint: hint ?? null, stack } });
    process.stderr.write(`${scrub(document)}\n`);
    return;
  }
  const line = `error ${code}: ${oneLine(message)}${hint === undefined ? "" : ` — ${oneLine(hint)}`}`;
  process.stderr.write(`${scrub(stack === undefined ? line : `${line}\n${stack}`)}\n`);
}

function stackOf(error: Error): string {
  const own = error.stack ?? String(error);
  return error.cause instanceof Error ? `${own}\ncaused by ${stackOf(error.cause)}` : own;
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, "; ").replace(/[\p{Cc}\p{Cf}]/gu, "?");
}

/** `pt-… | head` closes the pipe early: that is no error. */
function quietOnClosedPipe(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") process.exit(process.exitCode ?? 0);
      throw asSystemError(error, "the output");
    });
  }
}
