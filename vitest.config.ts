import { defineConfig } from "vitest/config";

// Workspace packages resolve to their sources, so unit tests need no build.
const conditions = ["source", "module", "node", "development|production"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ["packages/*/src/**/*.test.ts", "tests/**/*.test.ts"],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    coverage: {
      provider: "v8",
      include: ["packages/*/src/**/*.ts"],
      exclude: ["**/*.test.ts", "**/src/bin/**"],
      reportsDirectory: "node_modules/.cache/coverage",
    },
  },
});
