import type { Frame } from "@powertrader/core/cli";
import { expect, it } from "vitest";
import { fillCommand } from "./fill.ts";

it("pt-replay fill takes no flag for what only an account has", () => {
  const flags = fillCommand({ flags: {} } as Frame).options.map(({ long }) => long);
  expect(flags).toContain("--fee-bps");
  for (const flag of ["--leverage", "--maintenance-margin", "--liquidation-fee-bps", "--borrow-rate", "--funding"])
    expect(flags).not.toContain(flag);
});
