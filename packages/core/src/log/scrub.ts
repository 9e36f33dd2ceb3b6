const MASK = "***";

/** Variables whose values nobody else should read. */
const SECRET_NAME = /(key|secret|token|passw|passphrase|credential|webhook|cookie)/i;

/** Shorter values would also be found where they mean nothing. */
const SHORTEST = 6;

/** `https://user:password@host` */
const USER_OF_URL = /\/\/[^/\s:@"']+:[^/\s@"']+@/g;

/** `apiKey=…`, `"token":"…"`, `Authorization: Bearer …` */
const NAMED =
  /((?:api[-_]?key|api[-_]?secret|secret|access[-_]?token|token|password|passphrase|authorization|cookie)\\?["']?\s*[:=]\s*\\?["']?)((?:bearer|basic)\s+)?[^\s"'\\,;&}]+/gi;

/**
 * Takes secrets out of text: the values of variables with a telling name, plain or as URLs and base64 carry them, and
 * what stands where a secret would. JSON stays JSON.
 */
export function createScrubber(environment: Readonly<Record<string, string | undefined>>): (text: string) => string {
  const values = Object.entries(environment).flatMap(([name, value]) =>
    SECRET_NAME.test(name) && value !== undefined && value.trim().length >= SHORTEST ? formsOf(value.trim()) : [],
  );
  const literal = [...new Set(values)].sort((a, b) => b.length - a.length);
  return (text) => {
    let clean = text;
    for (const value of literal) if (clean.includes(value)) clean = clean.replaceAll(value, MASK);
    return clean.replace(USER_OF_URL, `//${MASK}@`).replace(NAMED, `$1${MASK}`);
  };
}

function formsOf(value: string): readonly string[] {
  return [
    value,
    encodeURIComponent(value),
    JSON.stringify(value).slice(1, -1),
    Buffer.from(value).toString("base64"),
    Buffer.from(value).toString("base64url"),
  ];
}
