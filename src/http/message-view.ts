import type { Card } from "../bot/card.ts";
import { safeLine, safeText } from "../bot/channels/safe-text.ts";
import { renderWeb, type WebCard } from "../bot/channels/web/render-web.ts";
import type { MessageRow } from "../store/conversations.ts";

const NAME_MAX = 80;
/** Messages kept ready: all open pages ask for the newest few at the same moment. */
const KEPT_MAX = 100;

/** One message as the page draws it. */
export type MessageView = {
  readonly id: string;
  readonly seq: string;
  readonly channel: string;
  /** `ask:ID` for a question asked from a page: how that page knows its own again. */
  readonly key: string;
  readonly author: { readonly kind: "person" | "bot"; readonly id: string; readonly name: string };
  readonly text: string | null;
  readonly card: WebCard | null;
  readonly file: { readonly name: string; readonly mime: string; readonly bytes: number } | null;
  readonly revision: number;
  readonly replyTo: string | null;
  /** Message whose thread it is in; null = in the channel itself. */
  readonly thread: string | null;
  /** The thread under it. */
  readonly replies: { readonly count: number; readonly at: string | null; readonly lastId: string };
  readonly at: string;
  readonly editedAt: string | null;
};

export function messageView(row: MessageRow): MessageView {
  return {
    id: row.id,
    seq: row.seq,
    channel: row.channel,
    key: row.key,
    author: { ...row.author, name: safeText(row.author.name, NAME_MAX) },
    text: row.body === null ? null : safeText(row.body),
    card: row.card === null ? null : renderWeb(row.card as Card, row.tokens),
    file: row.file === null ? null : { ...row.file, name: safeLine(row.file.name, NAME_MAX) },
    revision: row.revision,
    replyTo: row.replyTo,
    thread: row.thread,
    replies: { count: row.replies, at: row.lastReplyAt, lastId: row.lastReplyId ?? "0" },
    at: row.createdAt,
    editedAt: row.editedAt,
  };
}

/** A message as JSON for a page, the same for everybody who may read it. */
export type MessageTexts = (row: MessageRow) => string;

/**
 * Draws a message once for all pages that are open: they all ask at the moment it is written. A seq stands for one
 * message in one revision, so what is kept is never old. One for each estate, since seqs are its own.
 */
export function createMessageTexts(): MessageTexts {
  const kept = new Map<string, string>();
  return (row) => {
    const known = kept.get(row.seq);
    if (known !== undefined) return known;
    const text = JSON.stringify(messageView(row));
    const oldest = kept.keys().next();
    if (kept.size >= KEPT_MAX && oldest.done !== true) kept.delete(oldest.value);
    kept.set(row.seq, text);
    return text;
  };
}
