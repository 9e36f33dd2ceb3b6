import type { Frame } from "@powertrader/core/cli";
import { allErrorCodes, EXIT } from "@powertrader/core/errors";
import { OTHER_VARIABLES, RUN_SETTINGS, variableName } from "@powertrader/core/settings";
import type { Command } from "commander";
import { createProgram as analyze } from "../../packages/analytics/src/commands/program.ts";
import { createProgram as cache } from "../../packages/cache/src/commands/program.ts";
import { componentProgram } from "../../packages/replay/src/commands/component.ts";
import { createProgram as replay } from "../../packages/replay/src/commands/program.ts";
import { createProgram as simExchange } from "../../packages/sim-exchange/src/commands/program.ts";
import { createProgram as train } from "../../packages/trainer/src/commands/program.ts";

/** A frame that nothing runs in: the programs are only looked at. */
const FRAME: Frame = {
  console: { out: () => {}, note: () => {}, interactive: false, strong: String, dim: String },
  flags: { json: false, quiet: true, debug: false },
  signal: new AbortController().signal,
};

/** Every program as commander knows it. */
export function programs(): readonly Command[] {
  const components = (["thinker", "trader"] as const).map((name) => componentProgram(name, FRAME));
  const others = [analyze, simExchange].map((createProgram) => createProgram(FRAME));
  return [cache(FRAME), train(FRAME), replay(FRAME), ...components, ...others];
}

/** `.env.example`: every variable the programs read. */
export function environmentPage(): string {
  const settings = RUN_SETTINGS.map((setting) => [variableName(setting), setting.describe, setting.byDefault] as const);
  const lines = [...settings, ...OTHER_VARIABLES].map(([name, about, byDefault]) => {
    const value = /[ ()<>]/.test(byDefault) ? "" : byDefault;
    return `# ${about}${value === "" && byDefault !== "" ? ` (default: ${byDefault})` : ""}\n# ${name}=${value}\n`;
  });
  return `# Every variable that the pt-* programs read. Flags win over variables, variables over the project file.\n\n${lines.join("\n")}`;
}

const STATUS_MEANINGS: Readonly<Record<string, string>> = {
  ok: "done",
  bug: "internal error: please report what `--debug` prints",
  usage: "usage or configuration",
  data: "data missing, invalid or corrupt",
  exchange: "exchange or network",
  environment: "this machine: disk, permission, lock held",
  run: "the run failed",
  interrupted: "Ctrl-C",
  terminated: "SIGTERM",
};

/** `docs/cli.md`: every command, flag, exit status and error code. */
export function commandPage(): string {
  const statuses = Object.entries(EXIT).map(([name, status]) => {
    const codes = allErrorCodes().flatMap(([code, exit]) => (exit === status ? [`\`${code}\``] : []));
    return `| ${status} | ${STATUS_MEANINGS[name]} | ${codes.join(" ")} |`;
  });
  return [
    "# Commands",
    "Written by `npm run docs` from the programs themselves; a test holds it current.",
    'Data goes to stdout, everything else to stderr. An error is one line on stderr, `error CODE: what, where — what to do next`;\nwith `--json` it is one JSON document `{"error":{"code","message","details","hint"}}` and stdout stays empty.',
    "A flag that takes one value is given once; `--coins`, `--param`, `--tag` and `--risk-profile` of a replay may be repeated.\nA flag that changes nothing because what it tunes is off (`--spread-bps` without `--slippage-model spread`) is refused; in\nvariables and files, which may serve many runs, it is a note in `result.json`.",
    "## Exit statuses and error codes",
    ["| status | meaning | codes |", "|---|---|---|", ...statuses].join("\n"),
    ...programs().flatMap((program) => [`## ${program.name()}`, ...sectionsOf(program, program.name())]),
  ]
    .join("\n\n")
    .concat("\n");
}

function sectionsOf(command: Command, path: string): readonly string[] {
  const visible = command.createHelp().visibleCommands(command);
  const help = ["```text", helpOf(command), "```"].join("\n");
  return [
    help,
    ...visible.flatMap((inner) => [`### ${path} ${inner.name()}`, ...sectionsOf(inner, `${path} ${inner.name()}`)]),
  ];
}

/** The help as printed, examples included. */
function helpOf(command: Command): string {
  let text = "";
  command.configureOutput({
    writeOut: (part) => {
      text += part;
    },
    getOutHelpWidth: () => 110,
  });
  command.outputHelp();
  return text.trimEnd();
}
