import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it } from "vitest";
import { allocateColumns, COLUMN_NAMES, sliceColumns } from "../market/index.ts";
import { writeFileAtomic } from "./atomic-write.ts";
import { BYTES_PER_ROW, decodeColumns, encodeColumns } from "./columns-file.ts";
import { sha256, sha256OfFile } from "./hash.ts";
import { readBytes } from "./read-bytes.ts";

const columns = allocateColumns(1000);
COLUMN_NAMES.forEach((name, c) => {
  for (let i = 0; i < columns.length; i++) columns[name][i] = c + i / 1000;
});

it("a column file reads back the rows that were written, a slice of a larger series too", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "columns-"));
  const file = path.join(folder, "bars.f64");
  try {
    const slice = sliceColumns(columns, 17, 500);
    writeFileAtomic(file, encodeColumns(slice));
    const bytes = readBytes(file);
    expect(bytes.byteLength).toBe(483 * BYTES_PER_ROW);
    expect(decodeColumns(bytes)).toEqual(slice);
    expect(sha256OfFile(file)).toBe(sha256(encodeColumns(slice)));
    expect(sha256OfFile(file)).toBe(sha256(new Uint8Array(bytes)));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it("a column file has no rows when it is empty and is none when a row is cut", () => {
  expect(decodeColumns(new ArrayBuffer(0))).toEqual(allocateColumns(0));
  for (const size of [1, 8, 47, 49, 100]) expect(decodeColumns(new ArrayBuffer(size))).toBeUndefined();
});

it("sha256 is that of the standard", () => {
  expect(sha256("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"); // FIPS 180-2, B.1
  expect(sha256([Buffer.from("a"), Buffer.from(""), Buffer.from("bc")])).toBe(sha256("abc"));
});
