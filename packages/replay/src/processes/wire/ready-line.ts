import { z } from "zod";
import { COMPONENTS } from "./ipc-files.ts";

const readyLine = z.object({
  component: z.enum(COMPONENTS),
  /** Everything up to this one is answered. */
  sequence: z.int().positive(),
  run_id: z.string(),
  /** A trader's: it orders nothing before a tick with a signal or news of orders, so nobody need wait for it till then. */
  idle: z.boolean().nullish(),
  timestamp: z.number().nullish(),
  pid: z.int().positive().nullish(),
});

/** A line of `component_ready.jsonl`, appended after the component's own lines are written. */
export type ReadyLine = z.output<typeof readyLine>;

export function encodeReady(line: ReadyLine): string {
  return `${JSON.stringify(line)}\n`;
}

/** @throws ZodError or SyntaxError when the line does not follow the contract */
export function decodeReady(line: string): ReadyLine {
  return readyLine.parse(JSON.parse(line));
}
