import type { Action, Card } from "../card.ts";
import type { Capabilities } from "../capabilities.ts";

/** A card on its way to one place. */
export type Posting = {
  /** The surface's own name of the place: a web channel, a Slack channel id. */
  readonly channel: string;
  /** Idempotency: the same key in the same channel is the same message, however often it is posted. */
  readonly key: string;
  readonly card: Card;
  /** Rises with every edit. A surface shows the highest it was given and ignores lower ones. */
  readonly revision: number;
  /** Message it belongs under; null = the channel itself. Never a reply's own reference: threads are one deep. */
  readonly thread: Reference | null;
  /** One opaque token for each of `card.actions`, in order (bot/action-token.ts). */
  readonly tokens: readonly string[];
  /**
   * A send under this key was cut off before its outcome was known: the message may be there already. A surface that
   * cannot tell by the key looks for it, or marks the repeat. Never true for an edit.
   */
  readonly maybePosted: boolean;
  /** 1, and one more each time the message was gone and is posted anew: what is known under the key is then not it. */
  readonly generation: number;
};

/** Where a surface put a message: kept by the outbox, handed back for edits. Plain JSON. */
export type Reference = {
  readonly channel: string;
  readonly id: string;
  readonly thread?: string;
  /** Discord: the interaction by which a message for one person is edited, while it lives. Secret. */
  readonly interaction?: string;
};

/** How fast delivery goes. One send at a time to a place, always; a 429 stalls its place for as long as it says. */
export type Pace = {
  /** Between two sends to one place. 0 where the platform says by headers or does not care. */
  readonly secondsBetween: number;
  /** Places of this surface sent to at the same time, by one process. */
  readonly placesAtOnce: number;
};

/** A file beside a card: a CSV of what it shows, a long table. */
export type Attachment = { readonly name: string; readonly mime: string; readonly bytes: Uint8Array };

/** The form an action opens. */
export type Form = Extract<Action, { kind: "form" }>;

/**
 * The port every chat surface implements: web, terminal, Slack, Discord (contract: test/bot/channel-contract.ts).
 * Rejections are retried by the outbox, so every call is safe to repeat; a ChannelError says how.
 */
export type Channel = {
  readonly name: string;
  readonly capabilities: Capabilities;
  readonly pace: Pace;
  /** Shows the card, or brings the message already posted under its key to this revision. */
  readonly post: (posting: Posting) => Promise<Reference>;
  /** Edits what `post` put there. */
  readonly update: (reference: Reference, posting: Posting) => Promise<void>;
  /** Shows the card to one person (their id on this surface) and nobody else, in a way that survives a reload. */
  readonly postPrivate: (person: string, posting: Posting) => Promise<Reference>;
  /** Puts a file into the channel or under a message. Same key, same file. */
  readonly upload: (posting: Omit<Posting, "card" | "tokens"> & { readonly file: Attachment }) => Promise<Reference>;
  /** Opens a form for whoever just clicked; `trigger` is the surface's own proof of that click. */
  readonly openForm: (trigger: string, form: Form, token: string) => Promise<void>;
};
