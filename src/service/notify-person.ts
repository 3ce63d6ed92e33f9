import type { Preferences } from "../domain/person.ts";
import type { SqlLike } from "../store/db.ts";
import { enqueuePrivate } from "../store/outbox.ts";
import { findPerson } from "../store/people.ts";

export type Notice = {
  readonly personId: string;
  /** The same key is the same notice, told once. */
  readonly key: string;
  readonly card: object;
  /** Whether it needs the person, or only tells them something. */
  readonly needsThem: boolean;
};

/** Whether a notice reaches somebody: all, only what needs them (the default), or nothing. */
export function wantsNotice({ notify = "mentions" }: Preferences, needsThem: boolean): boolean {
  return notify === "all" || (notify === "mentions" && needsThem);
}

/**
 * Tells one person something outside the channels they look at, as far as they want to be told (`settings notify`), in
 * the caller's transaction. Whoever has no entry (somebody at the machine) reads it in the channel it is about.
 * Returns whether it was sent.
 */
export async function notifyPerson(tx: SqlLike, notice: Notice): Promise<boolean> {
  const { personId, key, card, needsThem } = notice;
  const person = await findPerson(tx, personId);
  if (person === null || person.id !== personId || !wantsNotice(person.preferences, needsThem)) return false;
  await enqueuePrivate(tx, { personId, key, card });
  return true;
}
