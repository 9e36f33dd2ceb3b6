/** No answer of an exchange is larger. */
const LARGEST_BODY = 32 * 1024 * 1024;

/**
 * A `fetch` for clients that take one: follows no redirect, reads the whole body before the caller's time limit ends
 * (a limit on the headers alone would let a slow body hang), refuses huge ones, and stops with `stop`.
 */
export function boundedFetch(stop?: AbortSignal): typeof fetch {
  return async (url, init = {}) => {
    const signals = [init?.signal, stop].filter((signal) => signal instanceof AbortSignal);
    const response = await fetch(url, { ...init, redirect: "error", signal: AbortSignal.any(signals) });
    const body = await readBody(response);
    const { status, statusText, headers } = response;
    const hasBody = status !== 204 && status !== 304 && status >= 200;
    return new Response(hasBody ? body : null, { status, statusText, headers });
  };
}

async function readBody(response: Response): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of response.body ?? []) {
    size += piece.length;
    if (size > LARGEST_BODY) throw new TypeError("the answer is larger than 32 MiB");
    pieces.push(piece);
  }
  return new Uint8Array(Buffer.concat(pieces));
}
