import { afterAll, beforeAll, expect, test } from "vitest";

import { migrate } from "../../src/store/migrate.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.close());

test("a migrated database needs no migration, however many ask at once", async () => {
  const applied = await Promise.all([migrate(db.sql), migrate(db.sql), migrate(db.sql)]);
  expect(applied).toEqual([[], [], []]);
});

test("a database of a newer version is refused with a remedy", async () => {
  await db.sql`insert into migration (name) values ('9999_future.sql')`;
  await expect(migrate(db.sql)).rejects.toThrow(/newer version \(9999_future\.sql\)/);
});

test("days come back as the text they were stored as", async () => {
  const [row] = await db.sql`select date '2026-03-29' as day, 1.000000000000000001::numeric as amount`;
  expect(row).toEqual({ day: "2026-03-29", amount: "1.000000000000000001" });
});
