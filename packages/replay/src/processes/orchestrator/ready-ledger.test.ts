import { appendFileSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { decodeSentSignal, faultOfSignal, type SentSignal } from "../wire/signal-line.ts";
import { Inbox } from "./inbox.ts";
import { ReadyLedger } from "./ready-ledger.ts";

const RUN = "11111111-1111-4111-8111-111111111111";
const OTHER = "22222222-2222-4222-8222-222222222222";

function newLedger() {
  const folder = mkdtempSync(join(tmpdir(), "pt-ledger-"));
  const path = join(folder, "component_ready.jsonl");
  const ledger = new ReadyLedger(path, RUN);
  const say = (component: string, sequence: number, runId = RUN) =>
    appendFileSync(path, `${JSON.stringify({ component, sequence, run_id: runId, timestamp: 1, pid: 1 })}\n`);
  return { folder, path, ledger, say };
}

it("counts what is said of what was published, each component by itself", () => {
  const { ledger, say } = newLedger();
  ledger.read();
  ledger.publish("thinker", 5);
  say("thinker", 2);
  say("thinker", 5);
  ledger.read();
  expect([ledger.answered("thinker"), ledger.answered("trader")]).toEqual([5, 0]);
});

it("does not count half a line, and counts it once it is whole", () => {
  const { ledger, path } = newLedger();
  ledger.publish("trader", 1);
  const line = `{"component":"trader","sequence":1,"run_id":"${RUN}","timestamp":null,"pid":null}\n`;
  appendFileSync(path, line.slice(0, 40));
  ledger.read();
  expect(ledger.answered("trader")).toBe(0);
  appendFileSync(path, line.slice(40));
  ledger.read();
  expect(ledger.answered("trader")).toBe(1);
});

it("overlooks lines of other runs, whatever they say", () => {
  const { ledger, say } = newLedger();
  say("thinker", 900, OTHER);
  ledger.read();
  expect(ledger.answered("thinker")).toBe(0);
});

it.each([
  ["the future", [3], "thinker said to be ready for sequence 3, of which 2 are"],
  ["the past", [2, 1], "thinker said to be ready for sequence 1 after 2"],
  ["the same again", [2, 2], "thinker said to be ready for sequence 2 after 2"],
])("refuses %s", (_, sequences, message) => {
  const { ledger, say } = newLedger();
  ledger.publish("thinker", 2);
  for (const sequence of sequences) say("thinker", sequence);
  expect(() => ledger.read()).toThrow(expect.objectContaining({ code: "E_PROTOCOL", message }));
});

it.each(["{}", "thinker", '{"component":"boss"}', `{"component":"trader","sequence":0,"run_id":"${RUN}"}`])(
  "refuses what is no line: %s",
  (line) => {
    const { ledger, path } = newLedger();
    appendFileSync(path, `${line}\n`);
    expect(() => ledger.read()).toThrow(expect.objectContaining({ code: "E_PROTOCOL" }));
  },
);

it("hands out what was sent for each sequence, and refuses what comes for others", () => {
  const { folder, ledger, say } = newLedger();
  const path = join(folder, "signals.jsonl");
  const inbox = new Inbox(path, { component: "thinker", runId: RUN, ledger, decode: decodeSentSignal });
  const send = (sequence: number, runId = RUN, direction = "long") =>
    appendFileSync(path, `${JSON.stringify({ run_id: runId, sequence, symbol: "BTC-USDT", direction })}\n`);
  const symbolsAt = (sequence: number) => inbox.take(sequence).map((one) => one.symbol);
  ledger.publish("thinker", 4);
  send(1);
  send(3);
  send(2, OTHER);
  say("thinker", 3);
  ledger.read();
  expect([1, 2, 3].map(symbolsAt)).toEqual([["BTC-USDT"], [], ["BTC-USDT"]]);
  say("thinker", 4);
  ledger.read();
  const refused = (message: string) => expect.objectContaining({ code: "E_PROTOCOL", message });
  send(3);
  expect(() => inbox.take(4)).toThrow(refused("thinker wrote a line for sequence 3 while asked about 4"));
  ledger.publish("thinker", 5);
  say("thinker", 5);
  ledger.read();
  send(9);
  expect(() => inbox.take(5)).toThrow(refused("thinker wrote a line for sequence 9 while asked about 5"));
  ledger.publish("thinker", 6);
  say("thinker", 6);
  ledger.read();
  send(6, RUN, "up");
  expect(() => inbox.take(6)).toThrow(
    /^thinker wrote a line for sequence 6 that is none: ipc\/signals\.jsonl:6: direction/,
  );
});

it.each([
  [{ size: 5 }, "size is 5, not above 0 and at most 1"],
  [{ size: 0 }, "size is 0, not above 0 and at most 1"],
  [{ size: -0.5 }, "size is -0.5, not above 0 and at most 1"],
  [{ ts: 7199 }, "ts is 7199, the tick's timestamp is 7200"],
  [{ size: 1, ts: 7200 }, undefined],
])("holds what a signal says against its tick: %j", (said, fault) => {
  const { folder, ledger, say } = newLedger();
  const path = join(folder, "signals.jsonl");
  const faultOf = (sent: SentSignal) => faultOfSignal(sent, sent.sequence * 3_600_000);
  const inbox = new Inbox(path, { component: "thinker", runId: RUN, ledger, decode: decodeSentSignal, faultOf });
  ledger.publish("thinker", 2);
  for (const runId of [OTHER, RUN]) {
    const signal = { run_id: runId, sequence: 2, symbol: "BTC-USDT", direction: "long", ...said };
    appendFileSync(path, `${JSON.stringify(signal)}\n`);
  }
  say("thinker", 2);
  ledger.read();
  if (fault === undefined) {
    expect(inbox.take(2)).toHaveLength(1);
    return;
  }
  const message = `thinker wrote a line for sequence 2 that cannot be: ipc/signals.jsonl:2: ${fault}`;
  expect(() => inbox.take(2)).toThrow(expect.objectContaining({ code: "E_PROTOCOL", message }));
});
