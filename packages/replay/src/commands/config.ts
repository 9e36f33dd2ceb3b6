import { addGlobalFlags, type Frame } from "@powertrader/core/cli";
import { PtError } from "@powertrader/core/errors";
import { RUN_SETTINGS } from "@powertrader/core/settings";
import { Command } from "commander";
import { addSettingFlags } from "./flags.ts";
import { settingsOfRuns } from "./settings.ts";

/** `pt-replay config show`: the settings a replay would run with. */
export function configCommand({ console, flags }: Frame): Command {
  const show = new Command("show").description("print the settings a replay would run with");
  addSettingFlags(show).option("--origin", "say where each value comes from");
  addGlobalFlags(show).action(async () => {
    const [resolved, another] = await settingsOfRuns(show);
    if (another !== undefined) {
      throw new PtError("E_USAGE", "config show shows the settings of one run", { hint: "Name one --risk-profile." });
    }
    const { origin: withOrigin } = show.opts<{ origin?: boolean }>();
    const values = {
      ...resolved.config,
      cache_dir: resolved.cacheDir,
      model: resolved.modelDir,
      output_dir: resolved.outputDir,
      bars: resolved.bars,
    };
    const rows = RUN_SETTINGS.map(({ key, byDefault }) => {
      const value = valueAt(values, key);
      return {
        key,
        value: value ?? null,
        shown: isUnset(value) ? `(${byDefault})` : JSON.stringify(value),
        origin: resolved.origin.get(key)!,
      };
    });
    if (flags.json) {
      const document = Object.fromEntries(
        rows.map(({ key, value, origin }) => [key, withOrigin ? { value, origin } : value]),
      );
      return console.out(JSON.stringify(document, null, 2));
    }
    const width = Math.max(...rows.map(({ key }) => key.length));
    for (const { key, shown, origin } of rows) {
      console.out(`${key.padEnd(width)}  ${shown}${withOrigin ? `  ${console.dim(`← ${origin}`)}` : ""}`);
    }
  });
  return new Command("config").description("look at the configuration").helpCommand(false).addCommand(show);
}

/** Nothing, or a list or table of nothing. */
function isUnset(value: unknown): boolean {
  return value == null || (typeof value === "object" && Object.keys(value).length === 0);
}

function valueAt(values: unknown, key: string): unknown {
  return key
    .split(".")
    .reduce<unknown>((inner, part) => (inner as Record<string, unknown> | undefined)?.[part], values);
}
