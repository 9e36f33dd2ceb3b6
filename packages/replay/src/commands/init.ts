import { addGlobalFlags, type Frame } from "@powertrader/core/cli";
import { Command } from "commander";

/** `pt-replay init`: writes a commented project file. */
export function initCommand({ console, flags }: Frame): Command {
  const command = new Command("init").description("write a commented pt.config.toml into this folder");
  return addGlobalFlags(command).action(async () => {
    const { writeProjectFile } = await import("../run/project-file.ts");
    const path = writeProjectFile(process.cwd());
    if (flags.json) return console.out(JSON.stringify({ file: path }));
    console.out(`wrote ${path}: every setting with its default, commented out`);
    console.out("next: npx --no -- pt-replay config show --origin");
  });
}
