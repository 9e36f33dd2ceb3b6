/** What an endpoint says: an HTTP status and a JSON body in KuCoin's envelope. */
export interface Answer {
  readonly status: number;
  readonly body: { readonly code: string; readonly data: unknown } | { readonly code: string; readonly msg: string };
}

export function success(data: unknown): Answer {
  return { status: 200, body: { code: "200000", data } };
}

export function badRequest(msg: string): Answer {
  return { status: 400, body: { code: "400100", msg } };
}

export function notFound(): Answer {
  return { status: 404, body: { code: "404000", msg: "Url Not Found" } };
}
