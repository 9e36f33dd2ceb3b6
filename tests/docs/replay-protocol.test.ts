import { readFileSync } from "node:fs";
import { join } from "node:path";
import { exitsSchema } from "@powertrader/core/config";
import { describe, expect, it } from "vitest";
import { decodeBar, encodeBar } from "../../packages/replay/src/processes/wire/bar-line.ts";
import { decodeSentIntent, encodeSentIntent } from "../../packages/replay/src/processes/wire/intent-line.ts";
import { COMPONENT_VARIABLES } from "../../packages/replay/src/processes/wire/ipc-files.ts";
import { decodeReady, encodeReady } from "../../packages/replay/src/processes/wire/ready-line.ts";
import { sessionSchema } from "../../packages/replay/src/processes/wire/session.ts";
import { decodeSentSignal, encodeSentSignal } from "../../packages/replay/src/processes/wire/signal-line.ts";
import { ROOT } from "../fixtures/bin.ts";
import { candlesFrom } from "../fixtures/candle-cache.ts";

const page = readFileSync(join(ROOT, "docs/replay-protocol.md"), "utf8");
const samples = [...page.matchAll(/^```json (\w+)\n([\s\S]*?)^```/gm)].map((match) => [match[1]!, match[2]!] as const);

/** What is left of a sample when it is read and written again. */
const ROUND_TRIPS: Readonly<Record<string, (text: string) => unknown>> = {
  session: (text) => sessionSchema.parse(JSON.parse(text)),
  bar: (text) => {
    const { openMs, ...candle } = decodeBar(text);
    return JSON.parse(encodeBar(candlesFrom(openMs, "1hour", [candle]), 0));
  },
  ready: (text) => JSON.parse(encodeReady(decodeReady(text))),
  signal: (text) => JSON.parse(encodeSentSignal(decodeSentSignal(text), JSON.parse(text).ts)),
  order: (text) => JSON.parse(encodeSentIntent(decodeSentIntent(text))),
};

describe("samples in docs/replay-protocol.md", () => {
  it.each(samples.filter(([name]) => name in ROUND_TRIPS))("%s is read and written as it stands", (name, text) => {
    const expected = JSON.parse(text);
    if (name === "session") expected.exits = exitsSchema.parse({});
    expect(ROUND_TRIPS[name]!(text)).toEqual(expected);
  });

  it("are there for every file", () => {
    const names = ["account", "bar", "journal", "order", "order", "order", "ready", "session", "signal", "state"];
    expect(samples.map(([name]) => name).sort()).toEqual(names);
  });

  it("name every variable", () => {
    for (const name of Object.values(COMPONENT_VARIABLES)) expect(page).toContain(`| \`${name}\` |`);
  });
});
