import { addGlobalFlags, type Frame } from "@powertrader/core/cli";
import { Command } from "commander";

/** `pt-replay execution`: what `--execution` can name, and every key of `execution_model`. */
export function executionCommand({ console, flags }: Frame): Command {
  const command = new Command("execution")
    .description("list the presets of --execution and every key of execution_model")
    .option("--list", "the same: there is nothing else to do with them");
  return addGlobalFlags(command).action(async () => {
    const { describeExecution } = await import("../run/describe-execution.ts");
    const { presets, keys } = describeExecution();
    if (flags.json) return console.out(JSON.stringify({ presets, keys }, null, 2));
    console.out("Presets: a flag, PT_ variable or file that states a key wins over them");
    for (const { name, summary, execution_model } of presets) {
      const values = Object.entries(execution_model).map(([key, value]) => `${key} ${JSON.stringify(value)}`);
      console.out(`${console.strong(`  --execution ${name}`)}  ${summary}\n    ${values.join(", ")}`);
    }
    console.out("\nKeys of execution_model: default, bounds, meaning");
    for (const { key, flag, default: byDefault, bounds, describe } of keys) {
      console.out(
        `${console.strong(`  ${key}`)} ${JSON.stringify(byDefault)}  ${bounds}  (${flag ?? "only in files"})\n    ${describe}`,
      );
    }
  });
}
