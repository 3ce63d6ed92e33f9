import { ingestCard } from "../bot/views/ingest-card.ts";
import type { IngestAnswer } from "../domain/contract.ts";
import { AppError } from "../domain/errors.ts";
import { stableId } from "../domain/ids.ts";
import { ingestBills } from "../service/ingest-bills.ts";
import type { Act } from "../service/run-schedule.ts";

/** Schedules of watched sources are called `ingest:NAME`. */
const PREFIX = "ingest:";

/** Reads what is new in a watched place and posts what came of it, unless nothing did. */
export const ingestSource: Act = async ({ ctx, schedule }) => {
  const name = schedule.name.slice(PREFIX.length);
  const source = ctx.settings.installation.sources.find((candidate) => candidate.name === name);
  if (source === undefined) return { status: "skipped", note: "no longer configured", posts: [] };
  const answer = await readSource(ctx, source);
  if (answer === null) return { status: "skipped", note: "no files there yet", posts: [] };
  const news = answer.batches.filter((batch) => batch.status !== "unchanged");
  const note = `${answer.batches.length} deliveries, ${news.length} new or to be looked at`;
  if (news.length === 0) return { status: "done", note, posts: [] };
  const card = ingestCard({ batches: news });
  return { status: "done", note, posts: [{ channel: schedule.channel ?? "finops", key: newsKey(name, news), card }] };
};

async function readSource(
  ctx: Parameters<Act>[0]["ctx"],
  source: { name: string; paths: readonly string[]; parts: boolean },
): Promise<IngestAnswer | null> {
  const input = { paths: source.paths, source: source.name, parts: source.parts, replace: false, dryRun: false };
  try {
    return await ingestBills({ ctx, input });
  } catch (error) {
    // An empty or not yet existing place is no failure: exports often start days later.
    if (error instanceof AppError && error.code === "not-found") return null;
    throw error;
  }
}

/** What is held or refused is so at every look: the same news is told once. */
function newsKey(name: string, news: IngestAnswer["batches"]): string {
  const parts = news.map(({ id, status, billingMonth, billingAccount, dataset, reason, files, rowsRead }) =>
    JSON.stringify([
      status === "stored" || status === "replaced" ? id : null,
      status,
      billingMonth,
      billingAccount,
      dataset,
      reason,
      files,
      rowsRead,
    ]),
  );
  return `${PREFIX}${name}:${stableId("news", ...parts.toSorted())}`;
}
