import assert from "node:assert/strict";

import { atomsToDecimal, money } from "../domain/money.ts";
import { day, type Day } from "../domain/period.ts";
import type {
  Decision,
  DecisionKind,
  PricedFinding,
  Recommendation,
  RecommendationState,
  ResourceFacet,
} from "../domain/recommendation.ts";
import type { SqlLike } from "./db.ts";
import { noteRecommendationChange } from "./live-cards.ts";

/** Most recommendations one read returns: past it people filter. */
export const RECOMMENDATIONS_MAX = 5_000;

type Row = {
  id: string;
  state: RecommendationState;
  revision: number;
  finding: PricedFinding;
  evidenceHash: string;
  savingAsked: string;
  currency: string;
  windowFrom: string;
  windowTo: string;
  facets: ResourceFacet[];
  requestedBy: string | null;
  assignee: string | null;
  expiresOn: string;
  snoozedUntil: string | null;
  reopensOn: string | null;
  undoUntil: string | null;
  undoOpen: boolean;
  appliedOn: string | null;
  createdAt: string;
  changedAt: string;
};

/** One recommendation; `lock` holds its row until the transaction ends, so that two deciders take turns. */
export async function readRecommendation(
  sql: SqlLike,
  id: string,
  options: { readonly lock?: boolean } = {},
): Promise<Recommendation | null> {
  const lock = options.lock === true ? sql`for update` : sql``;
  const [row] = await sql<
    Row[]
  >`select ${columns(sql)} from recommendation where id = ${id.replaceAll("\0", "\uFFFD")} ${lock}`;
  return row === undefined ? null : toRecommendation(row);
}

/** Recommendations in some states (all without), dearest first. `ids` narrows. */
export async function listRecommendations(
  sql: SqlLike,
  filter: {
    readonly states?: readonly RecommendationState[];
    readonly ids?: readonly string[];
    /** Whether its card was put before people by itself. */
    readonly shown?: boolean;
    readonly lock?: boolean;
  } = {},
): Promise<Recommendation[]> {
  const { states, ids, shown } = filter;
  const rows = await sql<Row[]>`
    select ${columns(sql)} from recommendation
    where true ${states === undefined ? sql`` : sql`and state = any(${[...states]}::text[])`}
      ${ids === undefined ? sql`` : sql`and id = any(${[...ids]}::text[])`}
      ${shown === undefined ? sql`` : sql`and (shown_on is not null) = ${shown}`}
    order by (finding -> 'saving' ->> 'amount')::numeric desc, id limit ${RECOMMENDATIONS_MAX}
    ${filter.lock === true ? sql`for update` : sql``}`;
  return rows.map(toRecommendation);
}

/** Writes a recommendation that is not there yet; false when it is (another run was first). */
export async function insertRecommendation(sql: SqlLike, fresh: Recommendation): Promise<boolean> {
  const rows = await sql`
    insert into recommendation (id, state, revision, finding, evidence_hash, saving_asked, currency, window_from,
      window_to, facets, requested_by, expires_on)
    values (${fresh.id}, ${fresh.state}, ${fresh.revision}, ${json(fresh.finding)}::text::jsonb, ${fresh.evidenceHash},
      ${atomsToDecimal(fresh.savingAsked.atoms)}::numeric, ${fresh.savingAsked.currency}, ${fresh.window.from},
      ${fresh.window.to}, ${json(fresh.facets)}::text::jsonb, ${fresh.requestedBy}, ${fresh.expiresOn})
    on conflict (id) do nothing returning id`;
  if (rows.length === 1) await noteRecommendationChange(sql, fresh.id);
  return rows.length === 1;
}

/** How many were put before people by themselves on `from` or later. */
export async function countShownSince(sql: SqlLike, from: Day): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    select count(*)::int as count from recommendation where shown_on >= ${from}`;
  return row?.count ?? 0;
}

export async function markShown(sql: SqlLike, ids: readonly string[], on: Day): Promise<void> {
  await sql`update recommendation set shown_on = ${on} where id = any(${[...ids]}::text[])`;
}

/** How the undo window changes: stays, closes, or opens for so many minutes of the database's clock. */
export type UndoChange = "keep" | "close" | { readonly minutes: number };

/**
 * Writes what became of a recommendation if it still is in the state and revision that was read.
 * False: somebody else was first, nothing was written.
 */
export async function saveRecommendation(
  sql: SqlLike,
  before: Recommendation,
  after: Recommendation,
  undo: UndoChange,
): Promise<boolean> {
  assert(before.id === after.id && after.revision >= before.revision, "a revision never goes back");
  const undoUntil =
    undo === "keep"
      ? sql`undo_until`
      : undo === "close"
        ? sql`null`
        : sql`clock_timestamp() + make_interval(mins => ${undo.minutes})`;
  const rows = await sql`
    update recommendation set state = ${after.state}, revision = ${after.revision},
      finding = ${json(after.finding)}::text::jsonb, evidence_hash = ${after.evidenceHash},
      saving_asked = ${atomsToDecimal(after.savingAsked.atoms)}::numeric, currency = ${after.savingAsked.currency},
      window_from = ${after.window.from}, window_to = ${after.window.to}, facets = ${json(after.facets)}::text::jsonb,
      requested_by = ${after.requestedBy}, assignee = ${after.assignee}, expires_on = ${after.expiresOn},
      snoozed_until = ${after.snoozedUntil}, reopens_on = ${after.reopensOn}, applied_on = ${after.appliedOn},
      undo_until = ${undoUntil}, changed_at = now()
    where id = ${before.id} and state = ${before.state} and revision = ${before.revision} returning id`;
  if (rows.length === 1) await noteRecommendationChange(sql, before.id);
  return rows.length === 1;
}

/** Those whose undo window ran out (the database's clock) and is not closed yet. */
export async function listUndoOver(sql: SqlLike): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    select id from recommendation where undo_until <= clock_timestamp() order by id`;
  return rows.map(({ id }) => id);
}

export async function insertDecision(
  sql: SqlLike,
  decision: {
    readonly recommendationId: string;
    readonly revision: number;
    readonly kind: DecisionKind;
    readonly actorId: string;
    readonly actorName: string;
    readonly note: string | null;
  },
): Promise<void> {
  await sql`
    insert into decision (recommendation_id, revision, kind, actor_id, actor_name, note)
    values (${decision.recommendationId}, ${decision.revision}, ${decision.kind}, ${decision.actorId},
      ${decision.actorName}, ${decision.note})`;
}

/** Approvals given so far count no longer. Returns how many did. */
export async function voidApprovals(sql: SqlLike, recommendationId: string): Promise<number> {
  const rows = await sql`
    update decision set voided_at = now()
    where recommendation_id = ${recommendationId} and kind = 'approve' and voided_at is null returning id`;
  return rows.length;
}

/** What people did, by recommendation, oldest first. */
export async function readDecisions(sql: SqlLike, ids: readonly string[]): Promise<Map<string, Decision[]>> {
  const rows = await sql<(Decision & { recommendationId: string })[]>`
    select recommendation_id as "recommendationId", kind, revision, actor_id as "actorId", actor_name as "actorName",
      note, ${instant(sql, "decided_at")} as at, voided_at is not null as voided
    from decision where recommendation_id = any(${[...ids]}::text[]) order by id`;
  const byId = new Map<string, Decision[]>();
  for (const { recommendationId, ...decision } of rows) {
    byId.set(recommendationId, [...(byId.get(recommendationId) ?? []), decision]);
  }
  return byId;
}

/** Bills active at the last detection run; null = there was none. */
export async function readLastRun(sql: SqlLike): Promise<{ batches: string; businessDay: Day } | null> {
  const [row] = await sql<{ batches: string; businessDay: string }[]>`
    select batches, business_day as "businessDay" from recommendation_run`;
  return row === undefined ? null : { batches: row.batches, businessDay: day(row.businessDay) };
}

export async function writeLastRun(sql: SqlLike, batches: string, businessDay: Day): Promise<void> {
  await sql`
    insert into recommendation_run (batches, business_day) values (${batches}, ${businessDay})
    on conflict (only_row) do update set batches = excluded.batches, business_day = excluded.business_day, ran_at = now()`;
}

/** Outbox keys that have a card somewhere: the only ones worth rendering again. */
export async function readPostedKeys(sql: SqlLike, prefix: string): Promise<Set<string>> {
  const rows = await sql<{ key: string }[]>`select distinct key from outbox where starts_with(key, ${prefix})`;
  return new Set(rows.map((row) => row.key));
}

/** A fingerprint of the bills readers see now: another one after every load, replacement or rollback. */
export async function activeBatches(sql: SqlLike): Promise<string> {
  const [row] = await sql<{ batches: string }[]>`
    select md5(coalesce(string_agg(batch_id || ':' || visible, ',' order by batch_id), '')) as batches from active_batch`;
  return row?.batches ?? "";
}

/** An instant column as ISO 8601 in UTC. `column` is ours, never a person's. */
export function instant(sql: SqlLike, column: string) {
  return sql.unsafe(`to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`);
}

function columns(sql: SqlLike) {
  return sql`id, state, revision, finding, evidence_hash as "evidenceHash", saving_asked::text as "savingAsked", currency,
    window_from as "windowFrom", window_to as "windowTo", facets, requested_by as "requestedBy", assignee,
    expires_on as "expiresOn", snoozed_until as "snoozedUntil", reopens_on as "reopensOn",
    ${instant(sql, "undo_until")} as "undoUntil", coalesce(undo_until > clock_timestamp(), false) as "undoOpen",
    applied_on as "appliedOn", ${instant(sql, "created_at")} as "createdAt", ${instant(sql, "changed_at")} as "changedAt"`;
}

function toRecommendation(row: Row): Recommendation {
  const { savingAsked, currency, windowFrom, windowTo, ...rest } = row;
  const optional = (text: string | null): Day | null => (text === null ? null : day(text));
  return {
    ...rest,
    savingAsked: money(savingAsked, currency),
    window: { from: day(windowFrom), to: day(windowTo) },
    expiresOn: day(row.expiresOn),
    snoozedUntil: optional(row.snoozedUntil),
    reopensOn: optional(row.reopensOn),
    appliedOn: optional(row.appliedOn),
  };
}

/** jsonb holds no NUL. */
function json(value: unknown): string {
  return JSON.stringify(value).replaceAll("\\u0000", "\\ufffd");
}
