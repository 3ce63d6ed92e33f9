import { createHmac } from "node:crypto";

import { insertActionTokens, loadActionKey } from "../store/action-tokens.ts";
import type { Sql, SqlLike } from "../store/db.ts";
import type { Card } from "./card.ts";

/** How every token begins: surfaces route clicks by it. */
export const TOKEN_PREFIX = "f:";
/** 128 bits in base64url. */
const TOKEN_BYTES = 16;
const TOKEN = /^f:[A-Za-z0-9_-]{22}$/;
const DAY_SECONDS = 86_400;
/** Longer than anything stays open: recommendations expire and budgets' periods close before. */
export const POSTED_TOKEN_SECONDS = 120 * DAY_SECONDS;
/** An answer to a question is old news after a week. */
export const ANSWER_TOKEN_SECONDS = 7 * DAY_SECONDS;

export type TokenOwner = {
  /** Outbox address of where the card is: `finops`, `slack:C1`, `@person_…`. */
  readonly channel: string;
  readonly key: string;
  readonly revision: number;
  /** Only this principal may use them; null = whoever may run the command. */
  readonly audience: string | null;
  readonly seconds: number;
};

/** Whether a text can be a token at all. */
export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/** The same place, card, revision and position always have the same token. */
export function makeToken(
  key: Uint8Array,
  of: Pick<TokenOwner, "channel" | "key" | "revision">,
  index: number,
): string {
  const digest = createHmac("sha256", key)
    .update(JSON.stringify([of.channel, of.key, of.revision, index]))
    .digest();
  return `${TOKEN_PREFIX}${digest.subarray(0, TOKEN_BYTES).toString("base64url")}`;
}

/**
 * One token for each action of a card, in order, recorded before the card is shown. Repeating it changes nothing. A link
 * has one too, so that positions agree; it stands for nothing.
 */
export async function mintTokens(sql: SqlLike, card: Pick<Card, "actions">, owner: TokenOwner): Promise<string[]> {
  if (card.actions.length === 0) return [];
  const key = await actionKey(sql);
  const tokens = card.actions.map((_, index) => makeToken(key, owner, index));
  const { channel, key: cardKey, revision, audience, seconds } = owner;
  const made = card.actions.flatMap((action, index) => {
    const token = tokens[index];
    return action.kind === "link" || token === undefined ? [] : [{ token, action }];
  });
  await insertActionTokens(sql, { channel, cardKey, revision, audience, seconds }, made);
  return tokens;
}

/** Read once a database handle; a transaction reads it anew. */
const keys = new WeakMap<Sql | SqlLike, Promise<Uint8Array>>();

function actionKey(sql: SqlLike): Promise<Uint8Array> {
  const known = keys.get(sql);
  if (known !== undefined) return known;
  const loading = loadActionKey(sql);
  keys.set(sql, loading);
  loading.catch(() => keys.delete(sql));
  return loading;
}
