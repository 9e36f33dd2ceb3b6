import { runMain } from "@powertrader/core/cli";
import { componentProgram } from "../commands/component.ts";

await runMain((frame) => componentProgram("trader", frame));
