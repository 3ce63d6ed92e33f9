import { readFile } from "node:fs/promises";

import { getTableColumns, getTableName } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";

import { describeSchema } from "../../src/store/describe-schema.ts";
import { TABLES } from "../../src/store/tables.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.close());

/** Spellings of one type: drizzle's on the left, the catalogue's on the right. */
const TYPE: Readonly<Record<string, string>> = {
  "text[]": "ARRAY",
  "bigint[]": "ARRAY",
  "timestamp with time zone": "timestamp with time zone",
};

test.each(Object.values(TABLES).map((table) => [getTableName(table), table] as const))(
  "drizzle's %s is the catalogue's",
  async (name, table) => {
    const rows = await db.sql<{ column: string; type: string; nullable: boolean }[]>`
      select column_name as "column", data_type as type, is_nullable = 'YES' as nullable
      from information_schema.columns where table_schema = 'public' and table_name = ${name} order by ordinal_position`;
    const drizzleColumns = Object.values(getTableColumns(table)).map((column) => ({
      column: column.name,
      type: TYPE[column.getSQLType()] ?? column.getSQLType(),
      nullable: !column.notNull,
    }));
    expect(drizzleColumns).toEqual([...rows]);
  },
);

test("migrations/schema.txt shows what the migrations make (npm run schema writes it)", async () => {
  const committed = await readFile(new URL("../../migrations/schema.txt", import.meta.url), "utf8");
  expect(await describeSchema(db.sql)).toBe(committed);
});
