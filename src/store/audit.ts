import { canonicalJson, type AuditEvent, type Json } from "../domain/audit-event.ts";
import type { SqlLike } from "./db.ts";

/** Most lines one read returns. */
export const AUDIT_ROWS_MAX = 1_000;

/** Ids of people say nothing about them (src/domain/person.ts). */
const PSEUDONYM = /^person_/;

/** An event as somebody reports it: the database says when. */
export type NewAuditEvent = Omit<AuditEvent, "at">;

/**
 * Appends lines to the audit trail in the caller's transaction: they are there if and only if what they tell about is.
 * The bytes are what is later hashed; the other columns only find rows.
 */
export async function appendAudit(sql: SqlLike, events: readonly NewAuditEvent[]): Promise<void> {
  if (events.length === 0) return;
  const [row] = await sql<{ at: string }[]>`
    select to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at`;
  const at = row?.at ?? "";
  const bytes = events.map((event) =>
    Buffer.from(canonicalJson({ ...pseudonymous(event), at, v: 1 }), "utf8").toString("hex"),
  );
  await sql`
    insert into audit_event (action, subject, actor_id, outcome, bytes)
    select action, subject, actor_id, outcome, decode(hex, 'hex')
    from unnest(${events.map((event) => event.action)}::text[], ${events.map((event) => plain(event.subject))}::text[],
      ${events.map((event) => plain(event.actor.id))}::text[], ${events.map((event) => event.outcome)}::text[],
      ${bytes}::text[]) with ordinality as line(action, subject, actor_id, outcome, hex, place) order by place`;
}

export type AuditLine = AuditEvent & {
  readonly id: string;
  /** Its place in the chain; null = not linked yet. */
  readonly position: string | null;
  readonly hash: string | null;
};

/** Lines of the trail, newest first, about one subject or all, before `beforeId`. */
export async function listAudit(
  sql: SqlLike,
  filter: {
    readonly subjects?: readonly string[];
    readonly beforeId?: string | null;
    readonly limit: number;
  },
): Promise<AuditLine[]> {
  const { subjects, beforeId = null } = filter;
  const rows = await sql<
    { id: string; position: string | null; hash: string | null; text: string; name: string | null }[]
  >`
    select e.id::text as id, s.position::text as position, encode(s.hash, 'hex') as hash,
      convert_from(e.bytes, 'UTF8') as text, p.name
    from audit_event e left join audit_seal s on s.event_id = e.id left join principal p on p.id = e.actor_id
    where (${beforeId}::bigint is null or e.id < ${beforeId}::bigint)
      ${subjects === undefined ? sql`` : sql`and e.subject = any(${subjects.map((one) => plain(one))}::text[])`}
    order by e.id desc limit ${Math.min(filter.limit, AUDIT_ROWS_MAX)}`;
  return rows.map(({ id, position, hash, text, name }) => {
    const event = readEvent(text);
    return { ...event, actor: { ...event.actor, name: name ?? event.actor.name }, id, position, hash };
  });
}

/**
 * The trail can never be changed, so it never learns a person's name: their id stands for it, and names are put in
 * when lines are read, as long as the person is known.
 */
function pseudonymous(event: NewAuditEvent): NewAuditEvent {
  const { actor } = event;
  return PSEUDONYM.test(actor.id) ? { ...event, actor: { ...actor, name: actor.id } } : event;
}

/** The event in canonical text. */
export function readEvent(text: string): AuditEvent {
  const value = JSON.parse(text) as AuditEvent & { v: Json };
  const { at, action, subject, actor, outcome, reason, details } = value;
  return { at, action, subject, actor, outcome, reason, details };
}

/** Columns of Postgres hold no NUL; the bytes do (escaped). */
export function plain(text: string | null): string | null {
  return text === null ? null : text.replaceAll("\0", "\uFFFD").toWellFormed();
}
