import type { ComponentsRecord } from "@powertrader/core/config";
import { PtError } from "@powertrader/core/errors";
import type { Command } from "commander";
import type { Launch } from "../processes/orchestrator/crew.ts";
import type { ProcessOptions } from "../processes/orchestrator/process-driver.ts";
import { splitCommand } from "../processes/orchestrator/split-command.ts";
import { COMPONENTS } from "../processes/wire/ipc-files.ts";
import type { InterruptedRun } from "../run/resume-run.ts";

const TIMEOUT_S = 30;

/**
 * Flags of a run through processes. They come from the command line only: what starts a program must not be hidden in a
 * file or an environment.
 */
export function addProcessFlags(command: Command): Command {
  return command
    .option("--processes", "decide in two other processes, pt-thinker and pt-trader (docs/replay-protocol.md)")
    .option("--thinker <command>", "with --processes: the program that makes signals, or attach to wait for one")
    .option("--trader <command>", "with --processes: the program that makes orders, or attach to wait for one")
    .option("--component-timeout <seconds>", `with --processes: how long an answer may take (default: ${TIMEOUT_S})`)
    .option("--speed <number>", "with --processes: simulated seconds per second, or max (default: max)");
}

export type GivenProcessOptions = Omit<ProcessOptions, "modelDir" | "note">;

interface Given {
  readonly processes?: boolean;
  readonly thinker?: string;
  readonly trader?: string;
  readonly componentTimeout?: string;
  readonly speed?: string;
}

/** How the processes of a run are started; `undefined` for a run in this process. */
export function processOptions(command: Command): GivenProcessOptions | undefined {
  const { processes, thinker, trader, componentTimeout, speed } = command.opts<Given>();
  if (processes !== true) {
    const flags = Object.entries({ thinker, trader, "component-timeout": componentTimeout, speed });
    const [flag] = flags.find(([, value]) => value !== undefined) ?? [];
    if (flag === undefined) return undefined;
    throw new PtError("E_USAGE", `--${flag} goes with --processes`, { hint: "Add --processes." });
  }
  return {
    launches: { thinker: launchOf("--thinker", thinker), trader: launchOf("--trader", trader) },
    timeoutMs: positive("--component-timeout", componentTimeout ?? String(TIMEOUT_S), 86_400) * 1000,
    speed: speed === undefined || speed === "max" ? Infinity : speedOf(speed),
  };
}

/**
 * How the processes of a run that is resumed are started: as they were, which for programs that are not ours must be
 * said again.
 */
export function processOptionsOf(
  command: Command,
  { components }: Pick<InterruptedRun, "components">,
): GivenProcessOptions | undefined {
  const given = processOptions(command);
  if (given !== undefined || components === undefined) return given;
  for (const [name, program] of Object.entries(components)) {
    if (program === `pt-${name}`) continue;
    throw new PtError("E_USAGE", `the ${name} of the run was ${program}, which is never taken from a run folder`, {
      hint: `Say it again: --processes --${name} "${program === "attached" ? "attach" : program}".`,
    });
  }
  return {
    launches: { thinker: { kind: "own" }, trader: { kind: "own" } },
    timeoutMs: TIMEOUT_S * 1000,
    speed: Infinity,
  };
}

/** What a run records of who decides: programs that are not ours. A command may have a secret in it, the record goes into reports. */
export async function componentsOf(processes: GivenProcessOptions | undefined): Promise<ComponentsRecord | undefined> {
  const foreign = COMPONENTS.filter((name) => (processes?.launches[name].kind ?? "own") !== "own");
  if (processes === undefined || foreign.length === 0) return undefined;
  const { createScrubber } = await import("@powertrader/core/log");
  const scrub = createScrubber(process.env);
  const said = (launch: Launch) => (launch.kind === "command" ? scrub(launch.text) : "attached");
  return Object.fromEntries(foreign.map((name) => [name, said(processes.launches[name])]));
}

/**
 * Code comes from the command line only: a configuration whose run other programs decided goes with the same ones.
 * @param file - where `recorded` stands; without one it cannot be changed
 * @throws PtError E_USAGE naming the program that decided
 */
export function refuseOtherComponents(
  recorded: ComponentsRecord | undefined,
  given: ComponentsRecord | undefined,
  { file, mode }: { readonly file?: string; readonly mode: string },
): void {
  for (const name of COMPONENTS) {
    const program = recorded?.[name];
    if (program === undefined || program === given?.[name]) continue;
    const isReplay = mode === "replay-signals";
    // The file of signals says what the thinker said.
    if (isReplay && name === "thinker") continue;
    const word = `'${(program === "attached" ? "attach" : program).replaceAll("'", "'\\''")}'`;
    const ways = [
      ...(isReplay ? [] : [`Give it again: --processes --${name} ${word}.`]),
      ...(file === undefined ? [] : [`For another run take components.${name} out of ${file}.`]),
    ];
    throw new PtError(
      "E_USAGE",
      `the ${name} of ${file ?? "the run"} was ${program}; programs are taken from the command line only`,
      { hint: ways.join(" "), details: { component: name, program } },
    );
  }
}

function launchOf(flag: string, given: string | undefined): Launch {
  if (given === undefined) return { kind: "own" };
  if (given.trim() === "attach") return { kind: "attach" };
  return { kind: "command", command: splitCommand(given, flag), text: given.trim() };
}

function speedOf(text: string): number {
  try {
    return positive("--speed", text, 1e12);
  } catch (cause) {
    throw new PtError("E_NUMBER", `--speed ${text}: must be a number above 0, or max`, {
      hint: "Give a number above 0, or max: --speed 3600 lets an hour of the run pass in a second.",
      cause,
    });
  }
}

function positive(flag: string, text: string, most: number): number {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (value > 0 && value <= most) return value;
  throw new PtError("E_NUMBER", `${flag} ${text}: must be a number above 0 and at most ${most}`);
}
