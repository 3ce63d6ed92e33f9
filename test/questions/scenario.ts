import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import type { Context } from "../../src/service/context.ts";
import { createTestDatabase } from "../support/database.ts";
import { loadScenario } from "./scenario-load.ts";

export type Scenario = { readonly ctx: Context; readonly close: () => Promise<void> };

/** The invented company's three months of four clouds, ingested; the business day is 3 April 2026. */
export async function openScenario(): Promise<Scenario> {
  const db = await createTestDatabase();
  const folder = await mkdtemp(join(tmpdir(), "finops-questions-"));
  const ctx = await loadScenario(db, fileURLToPath(new URL("../fixtures/scenario/", import.meta.url)), folder);
  return {
    ctx,
    close: async () => {
      await db.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
