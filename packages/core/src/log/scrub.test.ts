import { describe, expect, it } from "vitest";
import { createScrubber } from "./scrub.ts";

const secret = 'p4$$ "w0rd"/x';
const scrub = createScrubber({ KUCOIN_API_SECRET: secret, MY_TOKEN: "t0ken-1234", HOME: "/home/quant", X_KEY: "ab" });

describe("a scrubber", () => {
  it.each([
    ["plain", secret],
    ["in a URL", `https://host/?s=${encodeURIComponent(secret)}`],
    ["in JSON", JSON.stringify({ note: `was ${secret} then` })],
    ["as base64", `Basic ${Buffer.from(secret).toString("base64")}`],
  ])("takes the value of a secret variable out %s", (_how, text) => {
    const clean = scrub(text);
    expect(clean).toContain("***");
    for (const form of [secret, encodeURIComponent(secret), Buffer.from(secret).toString("base64")])
      expect(clean).not.toContain(form);
  });

  it.each([
    ["apiKey=0123abc", "apiKey=***"],
    ['{"password":"0123abc","n":1}', '{"password":"***","n":1}'],
    ["Authorization: Bearer 0123abc", "Authorization: ***"],
    ["https://me:hunter2@host/path", "https://***@host/path"],
    ['{"message":"{\\"token\\":\\"0123abc\\"}"}', '{"message":"{\\"token\\":\\"***\\"}"}'],
  ])("takes out what stands where a secret would: %s", (text, clean) => {
    expect(scrub(text)).toBe(clean);
  });

  it("leaves JSON that can be read, and all other text as it is", () => {
    const line = JSON.stringify({ event: "error", message: `401 with ${secret}`, headers: { authorization: secret } });
    expect(JSON.parse(scrub(line))).toEqual({
      event: "error",
      message: "401 with ***",
      headers: { authorization: "***" },
    });
    for (const text of ["/home/quant/cache", "BTC-USDT 1hour", "tokens 5", "abc: 12"]) expect(scrub(text)).toBe(text);
  });
});
