// @ts-check
// `npm start`: the whole toolkit on a simulated market, offline. Every step is a command that anyone can type.
import { spawn } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const RUN = "backtest_results/demo";

const STEPS = [
  {
    say: "1/3  candles: six months of a simulated market, through ccxt",
    command:
      "pt-cache warm --exchange sim --coins BTC,ETH,DOGE --timeframe 1h --start-date 2023-12-15 --end-date 2024-07-01",
  },
  {
    say: "2/3  replay: a 50/200 moving-average crossover, long only, with realistic costs",
    command: `pt-replay --exchange sim --start-date 2024-01-01 --end-date 2024-07-01 --coins BTC,ETH,DOGE --strategy sma-crossover --param fast=50 --param slow=200 --param direction=long --name demo --output-dir ${RUN}`,
  },
  { say: "3/3  analysis: metrics and a report", command: `pt-analyze ${RUN}` },
];

const NEXT = `
The market of this demo is SYNTHETIC. Open the report in a browser:
  ${path.join(ROOT, RUN, "report.html")}

Three commands to try next:
  npx --no -- pt-cache warm --exchange kucoin --coins BTC,ETH,DOGE --start-date 2022-01-01
  npx --no -- pt-replay --start-date 2024-01-01 --end-date 2024-07-01 --coins BTC,ETH,DOGE
  npx --no -- pt-analyze latest`;

process.exitCode = await main();

async function main() {
  if (existsSync(path.join(ROOT, RUN, "config.json"))) rmSync(path.join(ROOT, RUN), { recursive: true });
  for (const { say, command } of STEPS) {
    console.log(`\n${say}\n$ ${command}`);
    const status = await run(command.split(" "));
    if (status !== 0) return status;
  }
  console.log(NEXT);
  return 0;
}

/** Runs one of our bins as npm installed it. @param {string[]} words @returns {Promise<number>} */
function run([bin, ...args]) {
  const child = spawn(path.join(ROOT, "node_modules/.bin", /** @type {string} */ (bin)), args, {
    cwd: ROOT,
    stdio: "inherit",
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve(code ?? 1));
  });
}
