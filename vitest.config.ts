import { defineConfig } from "vitest/config";

/** Two kinds of tests: `unit` needs nothing but imports (the gate's); `whole` has a database server for the run. */
export default defineConfig({
  test: {
    // By default one second, too little for a page on a machine with two cores.
    expect: { poll: { timeout: 20_000 } },
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["src/**/*.test.ts", "test/architecture.test.ts"],
          setupFiles: ["test/support/seed-properties.ts"],
          testTimeout: 60_000,
          // Pure code leaves nothing behind: one process for all files takes half the CPU.
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: "whole",
          include: ["test/**/*.test.ts"],
          exclude: ["test/shared/**", "test/architecture.test.ts"],
          globalSetup: ["test/support/start-postgres.ts"],
          setupFiles: ["test/support/seed-properties.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
