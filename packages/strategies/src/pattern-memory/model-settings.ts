import { z } from "zod";

/** What a model is made with. */
export const modelSettingsSchema = z.strictObject({
  weights: z
    .enum(["learned", "frozen"])
    .default("learned")
    .describe("learned: weights follow what came; frozen: all stay 1"),
  normalize_weights: z
    .boolean()
    .default(false)
    .describe("predictions are divided by the sum of the weights instead of by their number"),
});

export type ModelSettings = z.output<typeof modelSettingsSchema>;
