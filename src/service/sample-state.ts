import { addDays, type Day } from "../domain/period.ts";
import type { Context } from "./context.ts";

/** Whether the database has the sample estate, and whether that reaches to yesterday. */
export type SampleState = "missing" | "stale" | "current";

export async function readSampleState(ctx: Pick<Context, "db" | "clock">): Promise<SampleState> {
  const [row] = await ctx.db.sql<{ lastDay: Day | null }[]>`
    select max(b.last_day) as "lastDay" from active_batch a join ingest_batch b on b.id = a.batch_id`;
  const lastDay = row?.lastDay ?? null;
  if (lastDay === null) return "missing";
  return lastDay >= addDays(ctx.clock.today(), -1) ? "current" : "stale";
}
