#!/usr/bin/env node
// Installs the packages when they are missing or out of date. Runs before `npm start` and `npm test`,
// on whatever Node the machine has; everything after it runs on the Node 24 that the packages bring.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const marker = join(root, "node_modules", ".finops-installed");
const patches = readdirSync(join(root, "patches")).map((name) => join(root, "patches", name));
const wanted = createHash("sha256");
for (const file of [join(root, "package-lock.json"), ...patches.sort()]) wanted.update(readFileSync(file));
const fingerprint = wanted.update(`${process.platform} ${process.arch}`).digest("hex");

const [major] = process.versions.node.split(".").map(Number);
if (major < 18) {
  console.error(
    `Node ${process.versions.node} is too old to install the packages. Install Node 18 or newer and run this again.`,
  );
  process.exit(1);
}
if (existsSync(marker) && readFileSync(marker, "utf8") === fingerprint) process.exit(0);

console.error("Installing packages (once; about a minute) …");
const npm = process.platform === "win32" ? "npm.cmd" : "npm";
const env = { ...process.env, NODE_ENV: "development" };
// `install` and not `ci`, which would first remove what is there: an update then takes seconds. Versions are the locked ones
// all the same, and --no-save leaves the lock as it is.
// A pruned or production install lacks the pinned runtime, so development packages are always included.
const done = spawnSync(npm, ["install", "--no-save", "--include=dev", "--no-audit", "--no-fund", "--loglevel=error"], {
  cwd: root,
  stdio: ["ignore", 2, 2],
  env,
});
if (done.status !== 0) {
  console.error(
    "Installing the packages failed; see the lines above. Check the connection to the npm registry, then run this again.",
  );
  process.exit(done.status ?? 1);
}
if (!existsSync(join(root, "node_modules", "node", "bin", "node"))) {
  // npm held back the install script that places the runtime: run just that one.
  const placed = spawnSync(npm, ["rebuild", "node", "--foreground-scripts", "--loglevel=error"], {
    cwd: root,
    stdio: ["ignore", 2, 2],
    env,
  });
  if (placed.status !== 0) process.exit(placed.status ?? 1);
}
writeFileSync(marker, fingerprint);
