import { constants, getPriority } from "node:os";

import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";

import { lowerBackendPriority } from "../../src/store/lower-priority.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.close());

test("the server's side of a loading connection comes after those that answer", async () => {
  const client = new Client({ connectionString: db.url });
  await client.connect();
  const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
  const pid = rows[0]?.pid ?? 0;
  const before = getPriority(pid);
  await lowerBackendPriority(client);
  const lowered = Math.max(before, constants.priority.PRIORITY_BELOW_NORMAL);
  // Only Linux tells by its title which process a connection's other side is.
  expect(getPriority(pid)).toBe(process.platform === "linux" ? lowered : before);
  const [other] = await db.sql<{ pid: number }[]>`select pg_backend_pid() as pid`;
  expect(getPriority(other?.pid ?? 0)).toBe(before);
  await client.end();
});
