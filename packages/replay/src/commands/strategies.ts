import { addGlobalFlags, type Frame } from "@powertrader/core/cli";
import { Command } from "commander";

/** `pt-replay strategies`: what can be chosen with `--strategy`, and with which parameters. */
export function strategiesCommand({ console, flags }: Frame): Command {
  const command = new Command("strategies").description("list the strategies and their parameters");
  return addGlobalFlags(command).action(async () => {
    const { describeStrategies } = await import("../run/describe-strategies.ts");
    const strategies = describeStrategies();
    if (flags.json) return console.out(JSON.stringify(strategies, null, 2));
    for (const { name, summary, params } of strategies) {
      console.out(`${console.strong(name)}  ${summary}`);
      for (const param of params) console.out(`  --param ${param.name}=${String(param.default)}  ${param.description}`);
    }
  });
}
