import { randomBytes } from "node:crypto";

import type { SqlLike } from "./db.ts";
import { jsonb } from "./jsonb.ts";

const KEY_BYTES = 32;
/** An expired token is kept this long, so that a click on an old card is told "expired" and not "unknown". */
const KEPT_DAYS = 60;

export type ActionTokenRow = {
  readonly token: string;
  /** Outbox address of the card it is on. */
  readonly channel: string;
  readonly cardKey: string;
  readonly revision: number;
  /** An Action of src/bot/card.ts. */
  readonly action: object;
  readonly audience: string | null;
  readonly expired: boolean;
};

/** The key tokens are made with: made once, the same for every process on this database. */
export async function loadActionKey(sql: SqlLike): Promise<Uint8Array> {
  const fresh = randomBytes(KEY_BYTES).toString("hex");
  await sql`insert into action_key (bytes) values (decode(${fresh}, 'hex')) on conflict do nothing`;
  const [row] = await sql<{ hex: string }[]>`select encode(bytes, 'hex') as hex from action_key`;
  if (row === undefined) throw new Error("the key of action tokens is not in the database");
  return Buffer.from(row.hex, "hex");
}

/** Records what tokens stand for. The same token again only lives longer. */
export async function insertActionTokens(
  sql: SqlLike,
  card: {
    readonly channel: string;
    readonly cardKey: string;
    readonly revision: number;
    readonly audience: string | null;
    readonly seconds: number;
  },
  actions: readonly { readonly token: string; readonly action: object }[],
): Promise<void> {
  if (actions.length === 0) return;
  await sql`
    insert into action_token (token, channel, card_key, revision, action, audience, expires_at)
    select made.token, ${card.channel}, ${card.cardKey}, ${card.revision}, made.action::jsonb, ${card.audience},
      now() + make_interval(secs => ${card.seconds})
    from unnest(${actions.map(({ token }) => token)}::text[], ${actions.map(({ action }) => jsonb(action))}::text[])
      as made(token, action)
    on conflict (token) do update set expires_at = greatest(action_token.expires_at, excluded.expires_at)`;
}

/** What a token stands for; null = no such token (any more). */
export async function readActionToken(sql: SqlLike, token: string): Promise<ActionTokenRow | null> {
  const [row] = await sql<ActionTokenRow[]>`
    select token, channel, card_key as "cardKey", revision, action, audience, expires_at <= now() as expired
    from action_token where token = ${token}`;
  return row ?? null;
}

/** Removes tokens that expired long ago. Returns how many. */
export async function reapActionTokens(sql: SqlLike): Promise<number> {
  const rows = await sql`
    delete from action_token where expires_at < now() - make_interval(days => ${KEPT_DAYS}) returning 1`;
  return rows.count;
}
