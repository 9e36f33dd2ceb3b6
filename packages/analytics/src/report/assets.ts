import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Html } from "./html.ts";

/** What a page carries inside itself: styles, the chart libraries with their licences, and our own script. */
export interface Assets {
  readonly styles: Html;
  readonly scripts: readonly InlineScript[];
  readonly plotLicence: string;
  readonly versions: { readonly uplot: string; readonly lightweightCharts: string };
}

export interface InlineScript {
  readonly element: Html;
  /** As a source of the page's content security policy. */
  readonly source: string;
}

/** Reads the assets from this package and from the libraries it depends on. */
export function readAssets(): Assets {
  const root = packageFolder();
  const require = createRequire(join(root, "package.json"));
  const plot = dirname(require.resolve("uplot/package.json"));
  const candles = dirname(require.resolve("lightweight-charts/package.json"));
  const client = join(root, "src/report/client");
  return {
    styles: new Html(`${read(join(plot, "dist/uPlot.min.css"))}\n${read(join(client, "report.css"))}`),
    scripts: [
      join(plot, "dist/uPlot.iife.min.js"),
      join(candles, "dist/lightweight-charts.standalone.production.js"),
      join(client, "report.js"),
    ].map((path) => inlineScript(read(path))),
    plotLicence: read(join(plot, "LICENSE")),
    versions: { uplot: versionIn(plot), lightweightCharts: versionIn(candles) },
  };
}

/** A script element that the policy allows by its hash. The text is changed only where it would end the element. */
export function inlineScript(code: string): InlineScript {
  const safe = code.replace(/<\/(script)/gi, "<\\/$1").replace(/<!--/g, "<\\!--");
  const hash = createHash("sha256").update(safe).digest("base64");
  return { element: new Html(`<script>${safe}</script>`), source: `'sha256-${hash}'` };
}

/** Folder of this package, from its sources and from its bundle alike. */
function packageFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "package.json"))) folder = dirname(folder);
  return folder;
}

/** Line ends as a browser hashes them. */
function read(path: string): string {
  return readFileSync(path, "utf8").replaceAll("\r\n", "\n");
}

function versionIn(folder: string): string {
  return String(JSON.parse(read(join(folder, "package.json"))).version);
}
