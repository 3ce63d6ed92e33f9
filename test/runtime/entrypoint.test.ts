import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { expect, test } from "vitest";

const ENTRYPOINT = fileURLToPath(new URL("../../deploy/entrypoint.sh", import.meta.url));

/** Runs the entrypoint with a passwd file of its own; returns what the command printed and the file after it. */
function run(passwd: string): { printed: string; passwd: string } {
  const file = join(mkdtempSync(join(tmpdir(), "finops-entrypoint-")), "passwd");
  writeFileSync(file, passwd);
  chmodSync(file, 0o664);
  const env = { ...process.env, PASSWD_FILE: file, FINOPS_DATA_DIR: "/data" };
  const printed = execFileSync("sh", [ENTRYPOINT, "echo", "started", "with spaces"], { env, encoding: "utf8" });
  return { printed, passwd: readFileSync(file, "utf8") };
}

const uid = process.getuid?.() ?? 0;
const gid = process.getgid?.() ?? 0;

test("a user id without a passwd entry gets one, then the command runs", () => {
  const { printed, passwd } = run("other:x:54321:0::/:/bin/sh\n");
  expect(printed).toBe("started with spaces\n");
  expect(passwd).toContain(`finops:x:${uid}:${gid}:finops:/data:/usr/sbin/nologin`);
});

test("a user id that has one is left alone", () => {
  const known = `me:x:${uid}:${gid}::/:/bin/sh\n`;
  expect(run(known).passwd).toBe(known);
});
