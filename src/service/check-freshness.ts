import { silenceAllowedMs } from "../analysis/silence.ts";
import type { WatchedSource } from "../domain/schedule.ts";
import { withCostSnapshot } from "../store/cost-snapshot.ts";
import { withinScope } from "../store/cost-sources.ts";
import type { SqlLike } from "../store/db.ts";
import { insertSilence, loadSourceArrivals, resolveSilences, type SourceArrivals } from "../store/silences.ts";
import type { Context, Verb } from "./context.ts";

const MS_PER_HOUR = 3_600_000;

/** How a source stands: when it last brought something new, and how long it may be silent. Instants are ms. */
export type SourceFreshness = {
  readonly sourceId: string;
  readonly source: string;
  readonly provider: string;
  /** null = never. */
  readonly lastArrival: number | null;
  readonly lastDay: string | null;
  readonly silentHours: number | null;
  readonly allowedHours: number;
  readonly stale: boolean;
};

export type FreshnessAnswer = {
  readonly sources: readonly SourceFreshness[];
  /** Silences nobody was told of yet, each with the instant it began. */
  readonly fellSilent: readonly (SourceFreshness & { readonly since: number })[];
  /** Sources whose silence is over, with the instant it had begun. */
  readonly returned: readonly (SourceFreshness & { readonly since: number })[];
  /** Records both, in the transaction that posts about them. */
  readonly save: (tx: SqlLike) => Promise<void>;
};

/**
 * Which sources bring nothing new for longer than they may: 36 h for daily ones, their own rhythm for slower ones.
 * Each silence is reported once, and once more when it ends. A source that never delivered is not silent yet.
 */
export async function checkFreshness({ ctx }: Verb<Record<string, never>>): Promise<FreshnessAnswer> {
  const now = ctx.clock.now();
  const arrivals = await visibleArrivals(ctx);
  const { sources: watched } = ctx.settings.installation;
  const all = arrivals.map((source) => {
    const configured = watched.find((place) => feeds(place, source))?.staleAfterHours ?? null;
    const hours = { configured, usual: ctx.settings.staleAfterHours };
    return { source, freshness: freshnessOf(source, silenceAllowedMs(source.arrivals, hours), now) };
  });
  const fellSilent = all.flatMap(({ source, freshness }) =>
    freshness.stale && freshness.lastArrival !== null && source.silentSince !== freshness.lastArrival
      ? [{ ...freshness, since: freshness.lastArrival }]
      : [],
  );
  const returned = all.flatMap(({ source, freshness }) =>
    !freshness.stale && source.silentSince !== null ? [{ ...freshness, since: source.silentSince }] : [],
  );
  return {
    sources: all.map(({ freshness }) => freshness),
    fellSilent,
    returned,
    save: async (tx) => {
      for (const { sourceId } of returned) await resolveSilences(tx, sourceId, now);
      for (const { sourceId, since } of fellSilent) await insertSilence(tx, { sourceId, since, at: now });
    },
  };
}

/** Sources that hold anything the reader may see. */
async function visibleArrivals(ctx: Context): Promise<SourceArrivals[]> {
  const arrivals = await loadSourceArrivals(ctx.db.sql);
  if (ctx.scope.length === 0) return arrivals;
  const seen = await withCostSnapshot(ctx.db, ctx.settings.tagAliases, (snapshot) => withinScope(snapshot, ctx.scope));
  const ids = new Set(seen.batches.map((batch) => batch.sourceId));
  return arrivals.filter(({ sourceId }) => ids.has(sourceId));
}

/** Whether a watched place is where the source's bills come from: by its name, or by where the latest file lay. */
function feeds(place: WatchedSource, { source, lastFile }: SourceArrivals): boolean {
  if (place.source === source || place.name === source) return true;
  return lastFile !== null && place.paths.some((watched) => lastFile.startsWith(watched.replace(/[*?[{].*$/, "")));
}

function freshnessOf(source: SourceArrivals, allowedMs: number, now: number): SourceFreshness {
  const lastArrival = source.arrivals[0] ?? null;
  const silentMs = lastArrival === null ? null : Math.max(0, now - lastArrival);
  return {
    sourceId: source.sourceId,
    source: source.source,
    provider: source.provider,
    lastArrival,
    lastDay: source.lastDay,
    silentHours: silentMs === null ? null : Math.floor(silentMs / MS_PER_HOUR),
    allowedHours: Math.round(allowedMs / MS_PER_HOUR),
    stale: silentMs !== null && silentMs > allowedMs,
  };
}
