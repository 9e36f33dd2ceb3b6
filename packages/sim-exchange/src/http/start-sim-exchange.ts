import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { PtError } from "@powertrader/core/errors";
import { type Clock, systemClock } from "@powertrader/core/time";
import { createMarket } from "../market/market.ts";
import type { Answer } from "./answer.ts";
import { answer } from "./routes.ts";

const HOST = "127.0.0.1";

export interface SimExchangeOptions {
  /** Integer from 0; the same seed is the same market. */
  readonly seed: number;
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** What the exchange takes for the present; by default the wall clock. */
  readonly now?: Clock;
}

export interface SimExchange {
  /** `http://127.0.0.1:<port>`, without a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** Ends open connections and frees the port. */
  close(): Promise<void>;
}

/**
 * Opens the exchange on the loopback interface, and only there. Every answer names itself synthetic in the header
 * `x-synthetic: pt-sim-exchange seed=<n>`.
 * @throws PtError E_PORT when the port is in use or not allowed
 */
export async function startSimExchange(options: SimExchangeOptions): Promise<SimExchange> {
  const clock = options.now ?? systemClock;
  const market = createMarket(options.seed);
  const server = createServer((request, response) => {
    response.setHeader("x-synthetic", `pt-sim-exchange seed=${market.seed}`);
    send(response, answer(market, request.method ?? "", request.url ?? "", clock.nowMs()));
  });
  await listen(server, options.port ?? 0);
  const { port } = server.address() as AddressInfo;
  return { url: `http://${HOST}:${port}`, port, close: () => close(server) };
}

function send(response: ServerResponse, { status, body }: Answer): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

async function listen(server: Server, port: number): Promise<void> {
  server.listen(port, HOST);
  try {
    await once(server, "listening");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "EADDRINUSE" && code !== "EACCES") throw error;
    const reason = code === "EACCES" ? "is not allowed" : "is in use";
    throw new PtError("E_PORT", `port ${port} of ${HOST} ${reason}`, {
      hint: "Choose another port, or --port 0 for any free one.",
      details: { port, errno: code },
      cause: error,
    });
  }
}

async function close(server: Server): Promise<void> {
  const closed = once(server, "close");
  server.close();
  server.closeAllConnections();
  await closed;
}
