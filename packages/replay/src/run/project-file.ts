import { existsSync } from "node:fs";
import { join } from "node:path";
import { PROJECT_FILES } from "@powertrader/core/config";
import { PtError } from "@powertrader/core/errors";
import { writeFileAtomic } from "@powertrader/core/files";
import { RUN_SETTINGS, type Setting, variableName } from "@powertrader/core/settings";

/**
 * Writes `pt.config.toml` with every setting commented out. Returns its path.
 * @throws PtError E_OUT_EXISTS when the folder has a project file already
 */
export function writeProjectFile(folder: string): string {
  const taken = PROJECT_FILES.find((name) => existsSync(join(folder, name)));
  if (taken !== undefined) {
    throw new PtError("E_OUT_EXISTS", `${join(folder, taken)} exists already`, {
      hint: "Edit it, or remove it first.",
    });
  }
  const path = join(folder, PROJECT_FILES[0]);
  writeFileAtomic(path, projectFile());
  return path;
}

/** The text of a project file that changes nothing until a line is uncommented. */
export function projectFile(): string {
  const sectionOf = (setting: Setting) => (setting.key.includes(".") ? setting.key.split(".")[0] : undefined);
  const block = (section: string | undefined) =>
    RUN_SETTINGS.filter((setting) => sectionOf(setting) === section)
      .map(commentedSetting)
      .join("\n");
  return `# Settings of pt-replay. Flags and PT_* variables win over this file.

${block(undefined)}

# How the simulated venue treats orders.
[execution_model]
${block("execution_model")}

# How positions are left whatever the strategy says. Shares are of the entry price.
[exits]
${block("exits")}

# Between signal and order. More keys stand in docs/risk.md.
[risk]
${block("risk")}
`;
}

function commentedSetting(setting: Setting): string {
  const { key, describe, flag } = setting;
  const about = flag?.startsWith("no-") ? `false: ${describe}` : describe;
  return `# ${about} (${variableName(setting)})\n# ${key.split(".").at(-1)} = ${tomlExample(setting)}`;
}

/** The default as TOML, or an example where the default is no value. */
function tomlExample({ kind, flag, byDefault, example }: Setting): string {
  const value = example ?? byDefault;
  switch (kind) {
    case "switch":
      return String(flag?.startsWith("no-") ?? false);
    case "number":
    case "integer":
      return value;
    case "pair":
      return `[${value.replace(",", ", ")}]`;
    case "list":
      return value === "none" ? "[]" : JSON.stringify(value.split(",")).replaceAll(",", ", ");
    case "table":
      return value.includes(":") ? `{ ${value.split(",").map(tomlEntry).join(", ")} }` : value;
    case "params":
      return "{ trade_start_level = 3, trailing_gap_pct = 0.5 }";
    case "text":
      return JSON.stringify(value);
  }
}

/** `0.05:0.5` → `"0.05" = 0.5` */
function tomlEntry(entry: string): string {
  const [key, value] = entry.split(":");
  return `"${key}" = ${value}`;
}
