import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { PtError } from "@powertrader/core/errors";
import { printable } from "@powertrader/core/market";

/** Where rows are imported from. */
export interface ImportInput {
  /** Name without folders, for the sidecar and for messages. */
  readonly name: string;
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Bytes as stored, when known. */
  readonly size?: number;
}

/**
 * Opens a file, or stdin for `-`.
 * @throws PtError E_FILE when it cannot be read, E_USAGE for a terminal as stdin
 */
export async function openInput(path: string): Promise<ImportInput> {
  if (path === "-") {
    if (process.stdin.isTTY) {
      throw new PtError("E_USAGE", "stdin is a terminal", { hint: "Pipe a file into it, or name the file." });
    }
    return { name: "stdin", chunks: process.stdin };
  }
  try {
    const { size } = await stat(path);
    const stream = createReadStream(path, { highWaterMark: 1 << 18 });
    await new Promise<void>((resolve, reject) =>
      stream.once("readable", resolve).once("end", resolve).once("error", reject),
    );
    return { name: printable(basename(path)), chunks: stream, size };
  } catch (error) {
    const errno = (error as NodeJS.ErrnoException).code ?? "unreadable";
    throw new PtError("E_FILE", `cannot read ${printable(path)} (${errno})`, {
      hint: "Check the path.",
      details: { path, errno },
      cause: error,
    });
  }
}

/** A text of unknown format: its first piece, and all of it. */
export interface SniffedText {
  readonly kind: "csv" | "json";
  readonly chunks: AsyncIterable<Uint8Array>;
}

/**
 * Unpacks gzip and tells JSON from CSV, by content.
 * @throws PtError E_IMPORT for what is neither
 */
export async function sniff(input: ImportInput): Promise<SniffedText> {
  let { first, all } = await peek(input.chunks);
  if (first[0] === 0x1f && first[1] === 0x8b) ({ first, all } = await peek(gunzip(all, input.name)));
  if (first[0] === 0x50 && first[1] === 0x4b && first[2] === 3)
    throw notText(input.name, "a zip archive: unpack it first");
  if (first.includes(0)) throw notText(input.name, "a binary file, or text in UTF-16");
  const start = new TextDecoder().decode(first.subarray(0, 1024)).trimStart();
  if (start.startsWith("{")) throw notText(input.name, "a JSON object where an array is expected");
  return { kind: start.startsWith("[") ? "json" : "csv", chunks: all };
}

function notText(name: string, what: string): PtError {
  return new PtError("E_IMPORT", `${name} is ${what}`, {
    hint: "Import CSV, CSV.gz, or JSON: an array of rows, as objects or as exchange tuples.",
  });
}

async function peek(chunks: AsyncIterable<Uint8Array>): Promise<{ first: Uint8Array; all: AsyncIterable<Uint8Array> }> {
  const iterator = chunks[Symbol.asyncIterator]();
  const head = await iterator.next();
  const first = head.done ? new Uint8Array() : head.value;
  async function* all() {
    yield first;
    yield* { [Symbol.asyncIterator]: () => iterator };
  }
  return { first, all: all() };
}

async function* gunzip(chunks: AsyncIterable<Uint8Array>, name: string): AsyncIterable<Uint8Array> {
  const unpacked = pipeline(Readable.from(chunks, { objectMode: false }), createGunzip({ chunkSize: 1 << 18 }), () => {
    // The loop below meets the error.
  });
  try {
    for await (const chunk of unpacked) yield chunk;
  } catch (error) {
    if (error instanceof PtError) throw error; // from the chunks
    throw new PtError("E_IMPORT", `${name} is damaged: ${(error as Error).message}`, {
      hint: "The compressed file is cut off or corrupt; fetch it again.",
      cause: error,
    });
  }
}
