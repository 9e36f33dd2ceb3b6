import { runMain } from "@powertrader/core/cli";
import { createProgram } from "../commands/program.ts";

await runMain(createProgram);
