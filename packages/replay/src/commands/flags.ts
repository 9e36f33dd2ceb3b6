import { flagName, RUN_SETTINGS, type Setting } from "@powertrader/core/settings";
import { type Command, Option } from "commander";

/** One flag for each setting of a run that is wanted, by default all, and `--config`. */
export function addSettingFlags(command: Command, isWanted: (key: string) => boolean = () => true): Command {
  for (const setting of RUN_SETTINGS) if (isWanted(setting.key)) command.addOption(optionOf(setting));
  return command.option("--config <file>", "configuration file in place of pt.config.toml or pt.config.json");
}

function optionOf(setting: Setting): Option {
  const flags = setting.value === undefined ? `--${flagName(setting)}` : `--${flagName(setting)} ${setting.value}`;
  const option = new Option(flags, `${setting.describe} (default: ${setting.byDefault})`);
  if (!isRepeatable(setting)) return option;
  return option.argParser((text: string, before: readonly string[] | undefined) => [...(before ?? []), text]);
}

function isRepeatable({ kind, key }: Setting): boolean {
  return kind === "list" || kind === "params" || key === "risk.profile";
}

/** The texts of the setting flags that were given, by flag name. */
export function givenFlags(command: Command): Readonly<Record<string, readonly string[]>> {
  const given: Record<string, readonly string[]> = {};
  for (const option of command.options) {
    const attribute = option.attributeName();
    const isSetting = RUN_SETTINGS.some((setting) => `--${flagName(setting)}` === option.long);
    if (!isSetting || command.getOptionValueSource(attribute) !== "cli") continue;
    const value = command.getOptionValue(attribute) as boolean | string | readonly string[];
    given[option.long!.slice(2)] = typeof value === "boolean" ? ["true"] : [value].flat();
  }
  return given;
}
