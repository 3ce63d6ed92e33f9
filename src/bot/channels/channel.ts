import type { Card } from "../card.ts";

/** A card on its way to one place. */
export type Posting = {
  /** The surface's own name of the place: a web channel, a Slack channel id. */
  readonly channel: string;
  /** Idempotency: the same key in the same channel is the same message, however often it is posted. */
  readonly key: string;
  readonly card: Card;
  /** Rises with every edit. A surface shows the highest it was given and ignores lower ones. */
  readonly revision: number;
};

/** Where a surface put a message: kept by the outbox, handed back for edits. Plain JSON. */
export type Reference = { readonly channel: string; readonly id: string };

/**
 * The port every chat surface implements (web, terminal; Slack and Discord next).
 * Rejections are retried by the outbox; both calls must be safe to repeat.
 */
export type Channel = {
  readonly name: string;
  /** Shows the card, or brings the message already posted under its key to this revision. */
  readonly post: (posting: Posting) => Promise<Reference>;
  /** Edits what `post` put there. */
  readonly update: (reference: Reference, posting: Posting) => Promise<void>;
};
