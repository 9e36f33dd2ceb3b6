import { existsSync } from "node:fs";
import { join } from "node:path";
import { addGlobalFlags, type Frame } from "@powertrader/core/cli";
import { PtError } from "@powertrader/core/errors";
import { Command } from "commander";
import { COMPONENT_VARIABLES, type ComponentName, IPC_FILES, IPC_FOLDER } from "../processes/wire/ipc-files.ts";

const ABOUT: Readonly<Record<ComponentName, string>> = {
  thinker: "Takes the first half of the decisions of a pt-replay --processes run: bars in, signals out.",
  trader: "Takes the second half of the decisions of a pt-replay --processes run: signals and account in, orders out.",
};

/** `pt-thinker` and `pt-trader`: one half of a run's decisions as a process of its own. */
export function componentProgram(name: ComponentName, frame: Frame): Command {
  const program = addGlobalFlags(
    new Command(`pt-${name}`)
      .description(ABOUT[name])
      .version("0.1.0", "--version")
      .option("--attach <dir>", `run folder of a run that waits for it, started with --${name} attach`),
  );
  program.addHelpText(
    "after",
    `
pt-replay --processes starts it by itself. By hand, beside a run that waits for it:
  $ npx --no -- pt-replay --processes --${name} attach --output-dir my-run …
  $ npx --no -- pt-${name} --attach <run folder>`,
  );
  return program.action(async () => {
    const { runComponent } = await import("../processes/component/run-component.ts");
    const { attach } = program.opts<{ attach?: string }>();
    await runComponent(name, {
      folder: ipcFolder(name, attach),
      environment: attach === undefined ? process.env : {},
      signal: frame.signal,
    });
  });
}

function ipcFolder(name: ComponentName, attach: string | undefined): string {
  const folder = attach ?? process.env[COMPONENT_VARIABLES.folder];
  if (folder === undefined) {
    throw new PtError("E_USAGE", `pt-${name} needs --attach with the folder of a run`, {
      hint: "pt-replay --processes starts it by itself.",
    });
  }
  return existsSync(join(folder, IPC_FILES.session)) ? folder : join(folder, IPC_FOLDER);
}
