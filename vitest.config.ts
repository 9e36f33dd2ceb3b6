import { defineConfig } from "vitest/config";

// Workspace packages resolve to their sources, so unit tests need no build.
const conditions = ["source", "module", "node", "development|production"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ["packages/*/src/**/*.test.ts", "tests/**/*.test.ts"],
    isolate: false, // the sources keep nothing from one call to the next, so files may share what they loaded
    maxWorkers: "100%", // many tests wait for child processes
    testTimeout: 60_000,
    hookTimeout: 60_000,
    coverage: {
      provider: "v8",
      include: ["packages/*/src/**/*.ts"],
      exclude: ["**/*.test.ts", "**/src/bin/**"],
      reportsDirectory: "node_modules/.cache/coverage",
    },
  },
});
