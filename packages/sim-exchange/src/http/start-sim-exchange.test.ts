import { afterEach, describe, expect, it } from "vitest";
import { type SimExchange, type SimExchangeOptions, startSimExchange } from "./start-sim-exchange.ts";

const NOW = Date.UTC(2024, 0, 1);
const open: SimExchange[] = [];

async function start(options: Partial<SimExchangeOptions> = {}): Promise<SimExchange> {
  const exchange = await startSimExchange({ seed: 7, now: { nowMs: () => NOW }, ...options });
  open.push(exchange);
  return exchange;
}

afterEach(() => Promise.all(open.splice(0).map((exchange) => exchange.close())));

describe("startSimExchange", () => {
  it("serves JSON on a free port of the loopback interface", async () => {
    const { url, port } = await start();
    expect(url).toBe(`http://127.0.0.1:${port}`);
    const response = await fetch(`${url}/api/v1/timestamp`);
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(await response.json()).toEqual({ code: "200000", data: NOW });
  });

  it.each(["/api/v1/timestamp", "/api/v1/market/candles", "/nowhere"])("marks %s as synthetic", async (path) => {
    const response = await fetch((await start()).url + path);
    expect(response.headers.get("x-synthetic")).toBe("pt-sim-exchange seed=7");
    await response.text();
  });

  it("follows the wall clock by default", async () => {
    const exchange = await startSimExchange({ seed: 7 });
    open.push(exchange);
    const { data } = (await (await fetch(`${exchange.url}/api/v1/timestamp`)).json()) as { data: number };
    expect(Math.abs(data - Date.now())).toBeLessThan(60_000);
  });

  it("refuses a port that is in use", async () => {
    const { port } = await start();
    await expect(start({ port })).rejects.toMatchObject({ code: "E_PORT", details: { port, errno: "EADDRINUSE" } });
  });

  it("frees the port when it closes, idle connections or not", async () => {
    const exchange = await startSimExchange({ seed: 7 });
    await (await fetch(`${exchange.url}/api/v1/timestamp`)).text();
    await exchange.close();
    await expect(fetch(exchange.url)).rejects.toThrow();
    await start({ port: exchange.port });
  });
});
