#!/usr/bin/env node
import { keepCompiled } from "../compile-cache.ts";

keepCompiled();
const { processEnvironment } = await import("../config.ts");
const { runFinops } = await import("./run-finops.ts");

const WIDTH_UNKNOWN = 100;

// `finops … | head`: the reader has seen enough, and that is no error.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(process.exitCode ?? 0);
    throw error;
  });
}

const env = processEnvironment();
try {
  process.exitCode = await runFinops({
    argv: process.argv.slice(2),
    env,
    terminal: {
      out: (text) => process.stdout.write(text),
      err: (text) => process.stderr.write(text),
      width: process.stdout.columns ?? WIDTH_UNKNOWN,
      colour: process.stdout.isTTY && env["NO_COLOR"] === undefined && env["TERM"] !== "dumb",
      watched: process.stderr.isTTY,
    },
  });
} catch (error) {
  // A fault of ours: the whole story, because a terminal is where it is looked into.
  process.stderr.write(`finops failed unexpectedly. Nothing half-done is kept.\n${String((error as Error).stack)}\n`);
  process.exitCode = 1;
}
