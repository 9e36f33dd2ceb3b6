import type { ResolvedSettings, SettingSources } from "@powertrader/core/config";
import { flagName, RUN_SETTINGS, variableName } from "@powertrader/core/settings";
import type { Command } from "commander";
import { givenFlags } from "./flags.ts";

/**
 * Settings of a run from the flags of `command`, the environment, the project file and the defaults. Of several risk
 * profiles the first counts.
 */
export async function settingsOf(command: Command): Promise<ResolvedSettings> {
  return resolve(onePerProfile(sourcesOf(command))[0]);
}

/** As `settingsOf`, for one run with each risk profile that flags or variable name, in their order. */
export async function settingsOfRuns(command: Command): Promise<readonly [ResolvedSettings, ...ResolvedSettings[]]> {
  const [first, ...others] = onePerProfile(sourcesOf(command));
  return [await resolve(first), ...(await Promise.all(others.map(resolve)))];
}

async function resolve(sources: SettingSources): Promise<ResolvedSettings> {
  const { resolveSettings } = await import("@powertrader/core/config");
  const { withStrategyDefaults } = await import("../run/strategy-defaults.ts");
  return withStrategyDefaults(await resolveSettings(sources));
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
