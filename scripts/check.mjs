#!/usr/bin/env node
// The gate before every commit: format, lint with types, types, unused code, unit tests. Seconds, no database.
import { spawnSync } from "node:child_process";

const steps = [
  ["format", "oxfmt", ["--check", "."]],
  ["lint", "oxlint", ["--type-aware", "--deny-warnings"]],
  ["types", "tsc", ["--noEmit"]],
  ["unused", "knip", ["--no-progress"]],
  ["unit tests", "vitest", ["run", "--project", "unit", "--reporter=dot"]],
];

const wanted = process.argv.includes("--without-tests") ? steps.filter(([name]) => name !== "unit tests") : steps;
const failed = [];
for (const [name, command, args] of wanted) {
  const started = performance.now();
  const done = spawnSync(command, args, {
    encoding: "utf8",
    shell: process.platform === "win32",
    maxBuffer: 64 * 1024 * 1024,
  });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const ok = done.status === 0;
  console.log(`${ok ? "ok    " : "FAILED"} ${name} (${seconds} s)`);
  if (ok) continue;
  failed.push(name);
  console.log(
    `${done.stdout ?? ""}${done.stderr ?? ""}${done.error === undefined ? "" : String(done.error)}`.trimEnd(),
  );
}
if (failed.length > 0) {
  console.log(`check: ${failed.join(", ")} failed`);
  process.exit(1);
}
