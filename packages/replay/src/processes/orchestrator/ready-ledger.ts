import { PtError } from "@powertrader/core/errors";
import { faultOf } from "@powertrader/core/files";
import { COMPONENTS, type ComponentName } from "../wire/ipc-files.ts";
import { decodeReady, type ReadyLine } from "../wire/ready-line.ts";
import { TailReader } from "../wire/tail-reader.ts";

/**
 * Who has answered what. A component may say that it is ready for what was published to it and nothing else, and each
 * time for more than before; lines of other runs are none of ours.
 */
export class ReadyLedger {
  readonly #tail: TailReader;
  readonly #runId: string;
  readonly #published = { thinker: 0, trader: 0 };
  readonly #answered = { thinker: 0, trader: 0 };

  /** Whether the trader orders nothing before a tick with a signal or news of orders. */
  isTraderIdle = false;

  constructor(path: string, runId: string) {
    this.#tail = new TailReader(path);
    this.#runId = runId;
  }

  /** What `component` has been asked, up to a sequence. */
  publish(component: ComponentName, sequence: number): void {
    this.#published[component] = sequence;
  }

  published(component: ComponentName): number {
    return this.#published[component];
  }

  answered(component: ComponentName): number {
    return this.#answered[component];
  }

  /** Takes in new lines. @throws PtError E_PROTOCOL when one of them cannot be true */
  read(): void {
    for (const text of this.#tail.read()) {
      const line = decoded(text);
      if (line.run_id === this.#runId) this.#take(line);
    }
  }

  close(): void {
    this.#tail.close();
  }

  #take({ component, sequence, idle }: ReadyLine): void {
    const published = this.#published[component];
    const answered = this.#answered[component];
    if (sequence > published) {
      throw protocolError(component, sequence, `said to be ready for sequence ${sequence}, of which ${published} are`);
    }
    if (sequence <= answered) {
      throw protocolError(component, sequence, `said to be ready for sequence ${sequence} after ${answered}`);
    }
    this.#answered[component] = sequence;
    if (component === "trader") this.isTraderIdle = idle === true;
  }
}

function decoded(text: string): ReadyLine {
  try {
    return decodeReady(text);
  } catch (error) {
    const who = COMPONENTS.find((name) => text.includes(`"${name}"`)) ?? "a component";
    throw new PtError("E_PROTOCOL", `${who} wrote a line to component_ready.jsonl that is none: ${faultOf(error)}`, {
      hint: "docs/replay-protocol.md says what stands there.",
      details: { component: who, line: text.slice(0, 200) },
      cause: error,
    });
  }
}

/** What a component did against the protocol at a sequence. */
export function protocolError(component: ComponentName, sequence: number, what: string, cause?: unknown): PtError {
  return new PtError("E_PROTOCOL", `${component} ${what}`, {
    hint: "docs/replay-protocol.md says what a component may write and when.",
    details: { component, sequence },
    cause,
  });
}
