import { afterAll, beforeAll, expect, test } from "vitest";

import { openDatabase, type Database } from "../../src/store/db.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

const ROUNDS = 25;
const ROUNDS_MAX = 10_000;
const CUTS_MIN = 5;
const CONNECTIONS = 3;

let db: TestDatabase;
let victim: Database;
beforeAll(async () => {
  db = await createTestDatabase();
  await db.sql`create table pair (id bigint, half integer)`;
  victim = openDatabase(db.url, { connectionsMax: CONNECTIONS, applicationName: "victim" });
});
afterAll(async () => {
  await victim.close();
  await db.close();
});

let nextId = 0;

/** Two rows or none. */
async function inTransaction(): Promise<number> {
  const id = (nextId += 1);
  await victim.sql.begin(async (tx) => {
    await tx`insert into pair values (${id}, 1)`;
    await tx`insert into pair values (${id}, 2)`;
  });
  return id;
}

/** The same on a reserved connection, as the queue's statements run. */
async function reserved(): Promise<number> {
  const id = (nextId += 1);
  const connection = await victim.sql.reserve();
  try {
    await connection`begin`;
    await connection`insert into pair values (${id}, 1)`;
    await connection`insert into pair values (${id}, 2)`;
    await connection`commit`;
    return id;
  } catch (error) {
    await connection`rollback`.catch(() => undefined);
    throw error;
  } finally {
    connection.release();
  }
}

const plain = async (): Promise<void> => void (await victim.sql`select ${nextId}::bigint + 1`);

const cutAll = () => db.sql`
  select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'victim' and random() < 0.1`;

test("connections cut at any moment: every statement ends, nothing is half done, and the pool goes on", async () => {
  const promised: number[] = [];
  let refused = 0;
  const user = async (act: () => Promise<number | void>): Promise<void> => {
    // Until enough was cut: a fast machine is through its rounds before the first cut.
    for (let round = 0; round < ROUNDS || (refused < CUTS_MIN && round < ROUNDS_MAX); round += 1) {
      try {
        const id = await act();
        if (id !== undefined) promised.push(id);
      } catch {
        refused += 1;
      }
    }
  };
  const using = { now: true };
  const cutter = async (): Promise<void> => {
    while (using.now) await cutAll();
  };
  const cutting = cutter();
  await Promise.all([inTransaction, inTransaction, reserved, reserved, plain].map(user));
  using.now = false;
  await cutting;

  expect(refused).toBeGreaterThan(0);
  // What was cut last may not be known yet: each connection may refuse once more, and only once.
  for (let known = 0; known < CONNECTIONS; known += 1) await plain().catch(() => undefined);
  await plain();
  expect(await db.sql`select id from pair group by id having count(*) <> 2`).toEqual([]);
  const kept = new Set((await db.sql<{ id: string }[]>`select distinct id from pair`).map(({ id }) => Number(id)));
  expect(promised.filter((id) => !kept.has(id))).toEqual([]);
});
