import type { ResolvedSettings } from "@powertrader/core/config";
import type { Command } from "commander";
import { givenFlags } from "./flags.ts";

/** Settings of a run from the flags of `command`, the environment, the project file and the defaults. */
export async function settingsOf(command: Command): Promise<ResolvedSettings> {
  const { resolveSettings } = await import("@powertrader/core/config");
  const configFile = command.getOptionValue("config") as string | undefined;
  return resolveSettings({
    flags: givenFlags(command),
    environment: process.env,
    folder: process.cwd(),
    ...(configFile !== undefined && { configFile }),
  });
}
