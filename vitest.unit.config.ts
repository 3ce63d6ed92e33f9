import { defineConfig } from "vitest/config";

/** Tests that need nothing but imports: part of the gate before every commit. */
export default defineConfig({
  test: {
    testTimeout: 60_000,
    include: ["src/**/*.test.ts", "test/architecture.test.ts"],
    setupFiles: ["test/support/seed-properties.ts"],
  },
});
