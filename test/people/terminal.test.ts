import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "vitest";

import { runInProcess } from "../cli/finops.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

let db: TestDatabase;
let folder: string;
const finops = (...args: string[]) => runInProcess([...args, "--json"], { databaseUrl: db.url, dataDir: folder });
const whoami = async (...args: string[]) =>
  JSON.parse((await finops("whoami", ...args)).out) as { id: string; name: string; role: string; scope: unknown[] };

beforeAll(async () => {
  db = await createTestDatabase({ connectionsMax: 4 });
  folder = await mkdtemp(join(tmpdir(), "finops-people-"));
});
afterAll(async () => {
  await db.close();
  await rm(folder, { recursive: true, force: true });
});

test("the OS user owns this machine until they are somebody; --as is audited, and for admins", async () => {
  const user = userInfo().username;
  expect(await whoami()).toMatchObject({ id: `os:${user}`, role: "admin" });
  expect((await finops("people", "add", "ana", "--role", "approver")).code).toBe(0);
  expect((await finops("people", "scope", "ana", "for", "team", "payments")).code).toBe(0);
  const ana = await whoami("--as", "ana");
  expect(ana).toMatchObject({ name: `ana (by OS user ${user})`, role: "approver", scope: [{ dimension: "team" }] });
  const lines = await db.sql<{ text: string }[]>`
    select convert_from(bytes, 'UTF8') as text from audit_event where action = 'person.act-as'`;
  expect(lines.map(({ text }) => JSON.parse(text) as object)).toMatchObject([
    { actor: { id: `os:${user}` }, subject: ana.id, details: { command: "whoami" } },
  ]);
  expect((await finops("whoami", "--as", "anna")).err).toContain("Did you mean ana?");

  // From now on the OS user is ana: no more than she may, and nobody else.
  expect((await finops("people", "link", "ana", "os", user)).code).toBe(0);
  expect(await whoami()).toMatchObject({ id: ana.id, role: "approver" });
  expect((await finops("people", "list")).code).toBe(2);
  expect((await finops("whoami", "--as", "ana")).code).toBe(2);
});
