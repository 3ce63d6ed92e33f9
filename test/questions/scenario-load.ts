import type { Context } from "../../src/service/context.ts";
import { ingestBills } from "../../src/service/ingest-bills.ts";
import type { Database } from "../../src/store/db.ts";
import { testContext } from "../support/context.ts";

/** Ingests the full files of a scenario folder and returns the context to ask in. */
export async function loadScenario(db: Database, bills: string, dataDir: string): Promise<Context> {
  const ctx = testContext(db, { dataDir });
  const answer = await ingestBills({
    ctx,
    input: { paths: ["*_2026-0?.csv.gz"], cwd: bills, parts: false, replace: false, dryRun: false },
  });
  const wrong = answer.batches.filter((batch) => batch.status !== "stored" || batch.rejects > 0);
  if (answer.batches.length !== 12 || wrong.length > 0)
    throw new Error(`the scenario did not load: ${JSON.stringify(answer.batches)}`);
  return ctx;
}
