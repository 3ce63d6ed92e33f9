import { defineConfig } from "vitest/config";

/** One database server for the whole run; each suite clones the migrated template (test/support). */
export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts"],
    exclude: ["test/shared/**"],
    globalSetup: ["test/support/start-postgres.ts"],
    setupFiles: ["test/support/seed-properties.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // By default one second, too little for a page on a machine with two cores.
    expect: { poll: { timeout: 20_000 } },
    maxWorkers: 2,
  },
});
