import { z } from "zod";
import { sha256 } from "./hash.ts";

/** `manifest.json`, written last: what a run was made of and what it made. */
export const manifestSchema = z.object({
  schema_version: z.literal(1),
  /** sha256 of every deterministic file by its path inside the run folder. */
  files: z.record(z.string(), z.string()),
  data: z.array(z.object({ symbol: z.string(), timeframe: z.string(), sha256: z.string() })),
  config_sha256: z.string(),
  code_version: z.string(),
  seed: z.number(),
  result_hash: z.string(),
  /** sha256 chained over all entries above, in this order. */
  chain: z.string(),
});

export type Manifest = z.infer<typeof manifestSchema>;

/** Completes a manifest with its chain: each entry is hashed together with the hash of all before it. */
export function chainManifest(body: Omit<Manifest, "schema_version" | "chain">): Manifest {
  const entries = [
    ...Object.entries(body.files).map(([file, hash]) => `file ${file} ${hash}`),
    ...body.data.map((series) => `data ${series.symbol} ${series.timeframe} ${series.sha256}`),
    `config ${body.config_sha256}`,
    `code ${body.code_version}`,
    `seed ${body.seed}`,
    `result ${body.result_hash}`,
  ];
  const chain = entries.reduce((before, entry) => sha256(`${before}\n${entry}`), "");
  return { schema_version: 1, ...body, chain };
}
