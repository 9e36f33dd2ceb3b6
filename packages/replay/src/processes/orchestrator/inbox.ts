import { basename } from "node:path";
import { faultOf } from "@powertrader/core/files";
import { type ComponentName, IPC_FOLDER } from "../wire/ipc-files.ts";
import { TailReader } from "../wire/tail-reader.ts";
import { protocolError, type ReadyLedger } from "./ready-ledger.ts";

interface Sent {
  readonly runId: string;
  readonly sequence: number;
}

/** What a component has written for each sequence. */
export class Inbox<T extends Sent> {
  readonly #component: ComponentName;
  readonly #runId: string;
  readonly #ledger: ReadyLedger;
  readonly #decode: (text: string) => T;
  readonly #tail: TailReader;
  readonly #bySequence = new Map<number, T[]>();
  readonly #faultOf: ((sent: T) => string | undefined) | undefined;
  readonly #name: string;
  /** Number of the line that was read last. */
  #line = 0;
  /** What had been answered when the file was last read: everything up to there is here. */
  #readTo = 0;

  constructor(
    path: string,
    options: {
      readonly component: ComponentName;
      readonly runId: string;
      readonly ledger: ReadyLedger;
      readonly decode: (text: string) => T;
      /** What a line says that cannot be, beyond its form. */
      readonly faultOf?: (sent: T) => string | undefined;
    },
  ) {
    this.#tail = new TailReader(path);
    this.#component = options.component;
    this.#runId = options.runId;
    this.#ledger = options.ledger;
    this.#decode = options.decode;
    this.#faultOf = options.faultOf;
    this.#name = `${IPC_FOLDER}/${basename(path)}`;
  }

  /**
   * What was sent for an answered sequence. Sequences are taken in order, each once.
   * @throws PtError E_PROTOCOL when a line is none or says what cannot be, or is of a sequence that is past or was never published
   */
  take(sequence: number): readonly T[] {
    if (this.#readTo < sequence) {
      this.#readTo = this.#ledger.answered(this.#component);
      for (const text of this.#tail.read()) this.#sort(text, sequence);
    }
    const found = this.#bySequence.get(sequence);
    if (found === undefined) return [];
    this.#bySequence.delete(sequence);
    return found;
  }

  close(): void {
    this.#tail.close();
  }

  #sort(text: string, present: number): void {
    this.#line++;
    let sent: T;
    try {
      sent = this.#decode(text);
    } catch (error) {
      throw protocolError(
        this.#component,
        present,
        `wrote a line for sequence ${present} that is none: ${this.#name}:${this.#line}: ${faultOf(error)}`,
        error,
      );
    }
    if (sent.runId !== this.#runId) return;
    const { sequence } = sent;
    if (sequence < present || sequence > this.#ledger.published(this.#component)) {
      throw protocolError(
        this.#component,
        present,
        `wrote a line for sequence ${sequence} while asked about ${present}`,
      );
    }
    const fault = this.#faultOf?.(sent);
    if (fault !== undefined) {
      throw protocolError(
        this.#component,
        sequence,
        `wrote a line for sequence ${sequence} that cannot be: ${this.#name}:${this.#line}: ${fault}`,
      );
    }
    const known = this.#bySequence.get(sequence);
    if (known === undefined) this.#bySequence.set(sequence, [sent]);
    else known.push(sent);
  }
}
