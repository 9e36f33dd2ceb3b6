// `npm run docs`: writes the generated pages.
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { commandPage, environmentPage } from "./pages.ts";

const ROOT = resolve(import.meta.dirname, "../..");
writeFileSync(join(ROOT, "docs/cli.md"), commandPage());
writeFileSync(join(ROOT, ".env.example"), environmentPage());
