#!/usr/bin/env node
// Writes migrations/schema.txt from a freshly migrated database: run after adding a migration, commit both.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { describeSchema } from "../src/store/describe-schema.ts";
import { openStore } from "../src/store/open-store.ts";

const folder = await mkdtemp(join(tmpdir(), "finops-schema-"));
const store = await openStore({ dataDir: folder, databaseUrl: undefined, database: "finops" });
try {
  await writeFile(new URL("../migrations/schema.txt", import.meta.url), await describeSchema(store.sql));
} finally {
  await store.close();
  await rm(folder, { recursive: true, force: true });
}
