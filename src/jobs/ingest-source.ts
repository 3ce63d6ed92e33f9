import { ingestCard } from "../bot/views/ingest-card.ts";
import type { IngestAnswer } from "../domain/contract.ts";
import { AppError } from "../domain/errors.ts";
import { stableId } from "../domain/ids.ts";
import type { WatchedSource } from "../domain/schedule.ts";
import { ingestBills } from "../service/ingest-bills.ts";
import type { Act, Post } from "../service/run-schedule.ts";

/** Schedules of watched sources are called `ingest:NAME`. */
const PREFIX = "ingest:";

/** Reads what is new in a watched place and posts what came of it, unless nothing did. */
export const ingestSource: Act = async ({ ctx, schedule }) => {
  const name = schedule.name.slice(PREFIX.length);
  const source = ctx.settings.installation.sources.find((candidate) => candidate.name === name);
  if (source === undefined) return { status: "skipped", note: "no longer configured", posts: [] };
  const answer = await readSource(ctx, source);
  if (answer === null) return { status: "skipped", note: "no files there yet", posts: [] };
  const changes = answer.batches.filter(({ status }) => !QUIET.includes(status) && !PROBLEMS.includes(status));
  const problems = answer.batches.filter(({ status }) => PROBLEMS.includes(status));
  const channel = schedule.channel ?? "finops";
  // A delivery's totals are whole: a channel that shows a part is not told of them.
  const posts = [changes, problems]
    .filter((batches) => batches.length > 0 && schedule.scope.length === 0)
    .map((batches): Post => ({ channel, key: newsKey(name, batches), card: ingestCard({ batches }) }));
  const note = `${answer.batches.length} deliveries, ${changes.length} new, ${problems.length} held or refused`;
  return { status: "done", note, posts };
};

type Batches = IngestAnswer["batches"];
const QUIET: readonly Batches[number]["status"][] = ["unchanged"];
/** What stays so at every look until somebody mends it: a card of its own, so that it is told once. */
const PROBLEMS: readonly Batches[number]["status"][] = ["held", "refused"];

async function readSource(ctx: Parameters<Act>[0]["ctx"], source: WatchedSource): Promise<IngestAnswer | null> {
  const named = source.source === null ? {} : { source: source.source };
  const input = { paths: source.paths, ...named, parts: source.parts, replace: false, dryRun: false };
  try {
    return await ingestBills({ ctx, input });
  } catch (error) {
    // An empty or not yet existing place is no failure: exports often start days later.
    if (error instanceof AppError && error.code === "not-found") return null;
    throw error;
  }
}

/** The same news has the same key, so it is posted once: a stored batch is told by its id, a problem by what is wrong. */
function newsKey(name: string, batches: Batches): string {
  const parts = batches.map(({ id, status, billingMonth, billingAccount, dataset, reason, files, rowsRead }) =>
    PROBLEMS.includes(status)
      ? JSON.stringify([status, billingMonth, billingAccount, dataset, reason, files, rowsRead])
      : JSON.stringify([status, id]),
  );
  return `${PREFIX}${name}:${stableId("news", ...parts.toSorted())}`;
}
