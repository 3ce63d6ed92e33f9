import type { Sql } from "../store/db.ts";
import type { OutboxRow } from "../store/outbox-lanes.ts";
import { mintTokens, POSTED_TOKEN_SECONDS } from "./action-token.ts";
import type { Card } from "./card.ts";
import { ChannelError } from "./channels/channel-error.ts";
import type { Channel, Posting, Reference } from "./channels/channel.ts";

const PERSON = /^@(.+)$/s;

/** The place of an outbox address on its surface: `slack:C1` → `C1`, `finops` → `finops`. */
export function placeOf(address: string): string {
  return address.replace(/^[a-z]+:/, "");
}

/**
 * Sends one outbox row to its surface: a post the first time, an edit after. What its buttons carry is recorded before.
 * Rejects as the surface does.
 */
export async function sendRow(sql: Sql, row: OutboxRow, channel: Channel): Promise<Reference> {
  const place = placeOf(row.channel);
  const { key, revision, generation } = row;
  const thread = row.thread as Reference | null;
  const common = { channel: place, key, revision, thread, generation, maybePosted: row.sendsOpen > 1 };
  if (row.file !== null) {
    if (row.reference !== null) return row.reference as Reference;
    const { name, mime, text } = row.file;
    return channel.upload({ ...common, file: { name, mime, bytes: Buffer.from(text, "utf8") } });
  }
  const card = row.card as Card | null;
  if (card === null) throw new ChannelError("invalid", "there is neither a card nor a file");
  const audience = row.personId ?? PERSON.exec(row.channel)?.[1] ?? null;
  const owner = { channel: row.channel, key, revision, audience, seconds: POSTED_TOKEN_SECONDS };
  const posting: Posting = { ...common, card, tokens: await mintTokens(sql, card, owner) };
  if (row.reference !== null) {
    const reference = row.reference as Reference;
    await channel.update(reference, posting);
    return reference;
  }
  const person = PERSON.exec(place)?.[1];
  return person === undefined ? channel.post(posting) : channel.postPrivate(person, posting);
}
