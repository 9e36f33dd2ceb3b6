#!/usr/bin/env node
import { existsSync } from "node:fs";

const bundle = new URL("../dist/bin/pt-thinker.mjs", import.meta.url);

if (Number.parseInt(process.versions.node, 10) < 20) {
  console.error(`error E_NODE: pt-thinker needs Node.js 20.19 or newer, this is ${process.version}`);
  process.exitCode = 2;
} else if (!existsSync(bundle)) {
  console.error('error E_NOT_BUILT: pt-thinker has no bundle yet — run "npm run setup"');
  process.exitCode = 5;
} else {
  await import(bundle.href);
}
