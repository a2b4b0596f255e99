import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    // Refusals are logged; only a failing test's lines are of interest.
    silent: "passed-only",
    globalSetup: ["./tooling/vitest-postgres.ts"],
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["packages/*/src/**/*.test.ts", "acceptance/src/**/*.test.ts", "examples/*/src/**/*.test.ts"],
        },
      },
      {
        extends: true,
        test: {
          name: "types",
          include: [],
          typecheck: {
            enabled: true,
            only: true,
            checker: "tsc",
            include: ["packages/*/src/**/*.test-d.ts"],
            tsconfig: "./tsconfig.json",
            // Errors outside the type tests belong to "pnpm typecheck".
            ignoreSourceErrors: true,
          },
        },
      },
    ],
    reporters: ["default", "./tooling/summary-reporter.ts"],
    coverage: {
      provider: "v8",
      include: ["packages/*/src/**"],
      exclude: ["**/*.test.ts", "**/*.test-d.ts", "**/fixtures/**"],
      reporter: ["text-summary", "html"],
      thresholds: { lines: 80 },
    },
  },
});
