import type { ScheduledJob } from "../domain/schedule.ts";
import { rebuildRollups } from "../service/rebuild-rollups.ts";
import type { Act } from "../service/run-schedule.ts";
import { sealAudit } from "../service/seal-audit.ts";
import { reapActionTokens } from "../store/action-tokens.ts";
import { reapInbound } from "../store/inbound.ts";
import { reapLiveCards } from "../store/live-cards.ts";
import { reapPostedDigests } from "../store/posted-digests.ts";
import { reapBatches } from "../store/reap.ts";
import { pruneRuns } from "../store/schedules.ts";
import { detect } from "./detect.ts";
import { ingestSource } from "./ingest-source.ts";
import { postDigest } from "./post-digest.ts";
import { reviewRecommendations } from "./review-recommendations.ts";

/** Runs that ended are kept this long for `status` and for people who ask why. */
const RUNS_KEPT_DAYS = 90;
/** Batches removed in one run: a night's worth, so that the job ends. */
const REAPED_MAX = 1_000;

/** What each job does: the one table. */
export const ACTS: Readonly<Record<ScheduledJob, Act>> = {
  ingest: ingestSource,
  digest: postDigest,
  detection: detect,
  recommendations: reviewRecommendations,
  audit: async ({ ctx }) => {
    // The anchor is also a line of the log: collected elsewhere, it outlives whoever rewrites the database.
    const { sealed, anchor } = await sealAudit({ ctx, input: { anchor: true } });
    return { status: "done", note: `${sealed} lines sealed, chain anchored at ${anchor?.position ?? "0"}`, posts: [] };
  },
  rollups: async ({ ctx }) => {
    const { rebuilt, left } = await rebuildRollups(ctx);
    return { status: "done", note: `${rebuilt} batches rebuilt, ${left} left`, posts: [] };
  },
  reap: async ({ ctx }) => {
    const reaped = await reapBatches(ctx.db.sql, REAPED_MAX);
    await reapActionTokens(ctx.db.sql);
    await reapInbound(ctx.db.sql);
    await reapLiveCards(ctx.db.sql);
    await reapPostedDigests(ctx.db.sql);
    const pruned = await pruneRuns(ctx.db.sql, RUNS_KEPT_DAYS);
    return { status: "done", note: `${reaped.length} replaced batches and ${pruned} old runs removed`, posts: [] };
  },
};
