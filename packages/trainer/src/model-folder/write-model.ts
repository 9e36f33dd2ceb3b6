import { randomUUID } from "node:crypto";
import { existsSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { asSystemError, PtError } from "@powertrader/core/errors";
import { sweepTemporaries, writeFileAtomic } from "@powertrader/core/files";
import { loadModel, MODEL_FILES } from "@powertrader/strategies/pattern-memory";

/** A model as the texts of its files. */
export interface ModelTexts {
  /** Name of its folder, see `cutoffFolder`. */
  readonly name: string;
  /** By file name. */
  readonly files: ReadonlyMap<string, string>;
  readonly manifest: string;
}

export interface WriteModelOptions {
  /** Whether a sound model of the same cutoff that differs is replaced. */
  readonly force: boolean;
  /** Whether the model survives power loss, see `writeFileAtomic`. */
  readonly durable: boolean;
}

export type WriteOutcome = "written" | "unchanged";

/**
 * Puts a model into the folder of its coin and makes it the current one. It appears whole or not at all: its files are written
 * beside it, the manifest last, and renamed together; the pointer to it comes after that.
 *
 * @throws PtError E_OUT_EXISTS without `force`, E_DISK_FULL, E_PERM or E_IO; what was there stands
 */
export function writeModel(coinFolder: string, model: ModelTexts, options: WriteModelOptions): WriteOutcome {
  sweepTemporaries(coinFolder);
  const folder = join(coinFolder, model.name);
  let outcome: WriteOutcome | undefined;
  for (let tries = 1; outcome === undefined; tries++)
    outcome = settle(coinFolder, folder, model, { ...options, tries });
  writeFileAtomic(join(coinFolder, MODEL_FILES.current), `${model.name}\n`, options);
  return outcome;
}

/** How often a writer looks again when another one has put its model there meanwhile. */
const TRIES = 10;

/** Compares with what is there and puts the model in its place; `undefined` when another writer came in between. */
function settle(
  coinFolder: string,
  folder: string,
  model: ModelTexts,
  options: WriteModelOptions & { readonly tries: number },
): WriteOutcome | undefined {
  const { force, tries } = options;
  const there = soundManifestIn(folder);
  if (there === model.manifest) return "unchanged";
  if (there !== undefined && !force) throw differs(folder);
  if (there === undefined && !force) refuseForeign(folder);
  try {
    replaceFolder(coinFolder, folder, model, options);
    return "written";
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (tries < TRIES && (code === "ENOTEMPTY" || code === "EEXIST")) return undefined;
    throw asSystemError(error, folder);
  }
}

/** The manifest of a model that can be loaded, as text. */
function soundManifestIn(folder: string): string | undefined {
  try {
    return loadModel(folder).manifestText;
  } catch (error) {
    if (error instanceof PtError && error.code === "E_MODEL") return undefined;
    throw error;
  }
}

/** A damaged model is trained again; what is no model at all is not ours to remove. */
function refuseForeign(folder: string): void {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  if (names.length === 0 || names.includes(MODEL_FILES.manifest)) return;
  throw new PtError("E_OUT_EXISTS", `${folder} holds ${names.length} files that are no model`, {
    hint: "Move them away, add --force to replace the folder, or write to another one with --output.",
    details: { folder },
  });
}

function replaceFolder(coinFolder: string, folder: string, model: ModelTexts, { durable }: WriteModelOptions): void {
  const temporary = temporaryIn(coinFolder, model.name);
  const aside = temporaryIn(coinFolder, model.name);
  try {
    for (const [name, text] of model.files) writeFileAtomic(join(temporary, name), text, { durable });
    writeFileAtomic(join(temporary, MODEL_FILES.manifest), model.manifest, { durable });
    renameIfThere(folder, aside);
    renameSync(temporary, folder);
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    putBack(aside, folder);
    throw error;
  }
  rmSync(aside, { recursive: true, force: true });
}

/** Whatever prevents that is less important than the failure itself. */
function putBack(aside: string, folder: string): void {
  try {
    renameIfThere(aside, folder);
  } catch {
    // Another writer has put its model there: what lies aside is swept by the next one.
  }
}

/** In the manner of `writeFileAtomic`, so that `sweepTemporaries` knows whose it is. */
function temporaryIn(coinFolder: string, name: string): string {
  return join(coinFolder, `.${name}.${process.pid}.${randomUUID()}.tmp`);
}

function renameIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}

function differs(folder: string): PtError {
  return new PtError(
    "E_OUT_EXISTS",
    `${folder} holds another model of the same cutoff: of other candles or other settings`,
    {
      hint: "Add --force to replace it, or write to another folder with --output.",
      details: { folder },
    },
  );
}
