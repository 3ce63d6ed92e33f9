#!/usr/bin/env node
// Looks for cases nobody thought of: all properties, with a fresh seed each round, until one fails.
// `npm run explore -- 20 src test/slack`: twenty rounds, of these folders alone.
import { spawnSync } from "node:child_process";
import { randomInt } from "node:crypto";
import { globSync, readFileSync } from "node:fs";

const [first = "5", ...folders] = process.argv.slice(2);
const rounds = Number(first);
if (!Number.isInteger(rounds) || rounds < 1) {
  console.error(`explore: the number of rounds comes first, from 1: not “${first}”`);
  process.exit(2);
}
const searched = folders.length === 0 ? ["src", "test"] : folders;
const files = searched
  .flatMap((folder) => globSync(`${folder}/**/*.test.ts`))
  .filter((file) => readFileSync(file, "utf8").includes('from "fast-check"'));
if (files.length === 0) {
  console.error(`explore: no properties in ${searched.join(", ")}`);
  process.exit(2);
}

for (let round = 1; round <= rounds; round += 1) {
  const seed = String(randomInt(2 ** 31));
  console.log(`round ${round} of ${rounds}: ${files.length} files with seed ${seed}`);
  const run = spawnSync("vitest", ["run", "--reporter=dot", ...files], {
    stdio: "inherit",
    env: { ...process.env, FINOPS_PROPERTY_SEED: seed },
    shell: process.platform === "win32",
  });
  if (run.status !== 0) {
    console.error(`explore: round ${round} failed; again by FINOPS_PROPERTY_SEED=${seed} npm test -- FILE`);
    process.exit(1);
  }
}
