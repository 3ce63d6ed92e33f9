import { CHAIN_START, linkHash, type AuditAnchor } from "../domain/audit-event.ts";
import type { Sql, SqlLike } from "./db.ts";
import { plain, readEvent } from "./audit.ts";

/** Any constant: all sealers take the same advisory lock, so that there is one chain. */
const SEAL_LOCK = 7_316_204;
/** Events linked in one transaction, and read at once when verifying. */
const PAGE = 2_000;

/**
 * Links committed events that are not linked yet. Any number of processes may call this: they take turns. Events become
 * visible when they commit, and within one pass go by id, so what saw another's result always stands after it. An event
 * that commits late is linked later, never squeezed in. Returns how many were linked.
 */
export async function sealPending(sql: Sql): Promise<number> {
  let sealed = 0;
  for (;;) {
    const count = await sql.begin((tx) => sealPage(tx));
    sealed += count;
    if (count < PAGE) return sealed;
  }
}

async function sealPage(tx: SqlLike): Promise<number> {
  await tx`select pg_advisory_xact_lock(${SEAL_LOCK})`;
  const events = await tx<{ id: string; bytes: Uint8Array }[]>`
    select e.id::text as id, e.bytes from audit_unsealed u join audit_event e on e.id = u.event_id
    order by e.id limit ${PAGE}`;
  if (events.length === 0) return 0;
  const head = await readHead(tx);
  let { position, hash } = head;
  const links = events.map(({ id, bytes }) => {
    position += 1n;
    hash = linkHash(hash, position, BigInt(id), bytes);
    return { position: position.toString(), id, hash: Buffer.from(hash).toString("hex") };
  });
  await tx`
    insert into audit_seal (position, event_id, hash)
    select position, event_id, decode(hex, 'hex') from unnest(${links.map((link) => link.position)}::text[]::bigint[],
      ${links.map((link) => link.id)}::text[]::bigint[], ${links.map((link) => link.hash)}::text[]) as l(position, event_id, hex)`;
  await tx`delete from audit_unsealed where event_id = any(${links.map((link) => link.id)}::text[]::bigint[])`;
  await tx`update audit_head set position = ${position.toString()}::bigint, hash = ${Buffer.from(hash)}`;
  return links.length;
}

/** The chain's end. */
export async function readHead(sql: SqlLike): Promise<{ position: bigint; hash: Uint8Array }> {
  const [row] = await sql<{ position: string; hash: Uint8Array }[]>`
    select position::text as position, hash from audit_head`;
  return { position: BigInt(row?.position ?? "0"), hash: row?.hash ?? CHAIN_START };
}

export const AUDIT_PROBLEMS = ["broken", "missing-tail", "lost-event", "anchor-mismatch", "anchor-ahead"] as const;
export type AuditProblem = {
  readonly kind: (typeof AUDIT_PROBLEMS)[number];
  readonly position: string | null;
  readonly message: string;
};
export type ChainReport = {
  readonly sealed: number;
  readonly unsealed: number;
  readonly head: { readonly position: string; readonly hash: string };
  readonly problems: readonly AuditProblem[];
};

/**
 * Recomputes the whole chain in one snapshot and compares it with the recorded head and with anchors kept outside.
 * Reports the first break (what follows one proves nothing), a missing tail, events that fell out of the chain, and
 * anchors the chain no longer passes through.
 */
export async function verifyChain(sql: Sql, anchors: readonly AuditAnchor[]): Promise<ChainReport> {
  return sql.begin("isolation level repeatable read read only", async (tx) => {
    // Days without an event leave several anchors at one place: each of them must hold.
    const wanted = Map.groupBy(anchors, ({ position }) => position);
    const walk = await walkChain(tx, wanted);
    const problems = [...walk.problems];
    const head = await readHead(tx);
    if (walk.broken === null) {
      const sameHash = Buffer.from(head.hash).equals(walk.hash);
      if (head.position > walk.position) {
        problems.push({
          kind: "missing-tail",
          position: String(walk.position + 1n),
          message: `The chain ends at ${walk.position}; it once reached ${head.position}.`,
        });
      } else if (head.position < walk.position || !sameHash) {
        problems.push({
          kind: "broken",
          position: String(walk.position),
          message: "The recorded head is not the chain's end.",
        });
      }
    }
    for (const anchor of anchors) {
      if (BigInt(anchor.position) > walk.position && walk.broken === null) {
        problems.push({
          kind: "anchor-ahead",
          position: anchor.position,
          message: `The anchor of ${anchor.at} is at ${anchor.position}, past the chain's end: the tail was removed.`,
        });
      }
    }
    const counts = await countEvents(tx);
    if (counts.lost > 0) {
      problems.push({
        kind: "lost-event",
        position: null,
        message: `${counts.lost} events are neither linked nor waiting to be.`,
      });
    }
    return {
      sealed: Number(walk.position),
      unsealed: counts.unsealed,
      head: { position: head.position.toString(), hash: Buffer.from(head.hash).toString("hex") },
      problems,
    };
  }) as Promise<ChainReport>;
}

type Walk = { position: bigint; hash: Uint8Array; broken: bigint | null; problems: AuditProblem[] };
type Link = {
  position: string;
  eventId: string;
  hash: Uint8Array;
  bytes: Uint8Array | null;
  action: string;
  subject: string | null;
  actorId: string;
  outcome: string;
};

async function walkChain(tx: SqlLike, anchors: ReadonlyMap<string, readonly AuditAnchor[]>): Promise<Walk> {
  const walk: Walk = { position: 0n, hash: CHAIN_START, broken: null, problems: [] };
  for (;;) {
    const links = await tx<Link[]>`
      select s.position::text as position, s.event_id::text as "eventId", s.hash, e.bytes, e.action, e.subject,
        e.actor_id as "actorId", e.outcome
      from audit_seal s left join audit_event e on e.id = s.event_id
      where s.position > ${walk.position.toString()}::bigint order by s.position limit ${PAGE}`;
    for (const link of links) {
      const problem = breakOf(walk, link);
      if (problem !== null) {
        walk.broken = BigInt(link.position);
        walk.problems.push({ kind: "broken", position: link.position, message: problem });
        return walk;
      }
      walk.position = BigInt(link.position);
      walk.hash = link.hash;
      const hash = Buffer.from(link.hash).toString("hex");
      const anchor = anchors.get(link.position)?.find((one) => one.hash !== hash);
      if (anchor !== undefined) {
        walk.problems.push({
          kind: "anchor-mismatch",
          position: link.position,
          message: `The chain no longer passes through the anchor of ${anchor.at}: it was rewritten.`,
        });
      }
    }
    if (links.length < PAGE) return walk;
  }
}

/** What is wrong with the next link, in words; null = it holds. */
function breakOf(walk: Walk, link: Link): string | null {
  const position = BigInt(link.position);
  if (position !== walk.position + 1n) return `Position ${walk.position + 1n} is missing.`;
  if (link.bytes === null) return `The event of position ${position} was removed.`;
  const hash = linkHash(walk.hash, position, BigInt(link.eventId), link.bytes);
  if (!Buffer.from(link.hash).equals(hash)) return `Event ${link.eventId} is not what was linked at ${position}.`;
  const event = readEvent(Buffer.from(link.bytes).toString("utf8"));
  const same =
    event.action === link.action &&
    plain(event.subject) === link.subject &&
    plain(event.actor.id) === link.actorId &&
    event.outcome === link.outcome;
  return same ? null : `The columns of event ${link.eventId} contradict its bytes.`;
}

async function countEvents(tx: SqlLike): Promise<{ unsealed: number; lost: number }> {
  const [row] = await tx<{ unsealed: number; lost: number }[]>`
    select (select count(*) from audit_unsealed)::int as unsealed,
      (select count(*) from audit_event e where not exists (select 1 from audit_seal s where s.event_id = e.id)
        and not exists (select 1 from audit_unsealed u where u.event_id = e.id))::int as lost`;
  return { unsealed: row?.unsealed ?? 0, lost: row?.lost ?? 0 };
}
