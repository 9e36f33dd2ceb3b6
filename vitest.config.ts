import { defineConfig } from "vitest/config";

// Workspace packages resolve to their sources, so unit tests need no build.
const conditions = ["source", "module", "node", "development|production"];

/** Put other modules in the place of ours: nobody else may load those. */
const MOCKING = ["tests/properties/look-ahead.test.ts"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: "all",
          include: ["packages/*/src/**/*.test.ts", "tests/**/*.test.ts"],
          exclude: MOCKING,
          isolate: false, // the sources keep nothing from one call to the next, so files may share what they loaded
        },
      },
      { extends: true, test: { name: "mocking", include: MOCKING } },
    ],
    globalSetup: "tests/fixtures/own-temporaries.ts",
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
