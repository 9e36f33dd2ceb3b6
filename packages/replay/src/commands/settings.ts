import type { ResolvedSettings, SettingSources } from "@powertrader/core/config";
import { PtError } from "@powertrader/core/errors";
import { flagName, RUN_SETTINGS, variableName } from "@powertrader/core/settings";
import type { Command } from "commander";
import type { InterruptedRun } from "../run/resume-run.ts";
import { givenFlags } from "./flags.ts";

/**
 * Settings of a run from the flags of `command`, the environment, the project file and the defaults. Of several risk
 * profiles the first counts.
 */
export async function settingsOf(command: Command): Promise<ResolvedSettings> {
  const { resolveSettings } = await import("@powertrader/core/config");
  return resolveSettings(onePerProfile(sourcesOf(command))[0]);
}

/** As `settingsOf` and with what the strategy wants, for one run with each risk profile that flags or variable name, in their order. */
export async function settingsOfRuns(command: Command): Promise<readonly [ResolvedSettings, ...ResolvedSettings[]]> {
  const [first, ...others] = onePerProfile(sourcesOf(command));
  return [await resolve(first), ...(await Promise.all(others.map(resolve)))];
}

/** Flags that say where on this machine an interrupted run reads from. */
const PLACES = ["cache-dir", "model"];

/**
 * Settings of an interrupted run: those it was begun with, read from where it read or where flags say now.
 * @throws PtError E_USAGE for any other flag
 */
export async function settingsOfInterrupted(command: Command, interrupted: InterruptedRun): Promise<ResolvedSettings> {
  const flags = givenFlags(command);
  const other = Object.keys(flags).find((name) => !PLACES.includes(name));
  const given = command.getOptionValue("config") === undefined ? other : "config";
  if (given !== undefined) {
    throw new PtError("E_USAGE", `--${given} does not go with --resume: the run goes on as it was begun`, {
      hint: "Leave it out, or start a new run.",
    });
  }
  const { cacheDir, model, configFile, folder } = interrupted;
  const places = { "cache-dir": [cacheDir], ...(model !== undefined && { model: [model] }), ...flags };
  return resolve({ flags: places, environment: {}, folder, configFile });
}

async function resolve(sources: SettingSources): Promise<ResolvedSettings> {
  const { resolveSettings } = await import("@powertrader/core/config");
  const { withStrategyDefaults } = await import("../run/strategy-defaults.ts");
  const { refuseIdleForStrategy } = await import("../run/idle-for-strategy.ts");
  const resolved = withStrategyDefaults(await resolveSettings(sources));
  refuseIdleForStrategy(resolved);
  return resolved;
}

function sourcesOf(command: Command): SettingSources {
  const configFile = command.getOptionValue("config") as string | undefined;
  return {
    flags: givenFlags(command),
    environment: process.env,
    folder: process.cwd(),
    ...(configFile !== undefined && { configFile }),
  };
}

const RISK_PROFILE = RUN_SETTINGS.find(({ key }) => key === "risk.profile")!;
const FLAG = flagName(RISK_PROFILE);
const VARIABLE = variableName(RISK_PROFILE);

function onePerProfile(sources: SettingSources): readonly [SettingSources, ...SettingSources[]] {
  const { flags, environment } = sources;
  if (flags[FLAG] !== undefined) {
    return distinct(flags[FLAG], (profile) => ({ ...sources, flags: { ...flags, [FLAG]: [profile] } }));
  }
  const named = environment[VARIABLE];
  if (named === undefined) return [sources];
  return distinct([named], (profile) => ({ ...sources, environment: { ...environment, [VARIABLE]: profile } }));
}

/** What `make` makes of each name in lists like `a,b`. A name that comes again counts once. */
function distinct<T>(lists: readonly string[], make: (name: string) => T): readonly [T, ...T[]] {
  const names = lists.flatMap((list) => list.split(",").map((name) => name.trim()));
  return [...new Set(names)].map(make) as [T, ...T[]];
}
