import type { Card } from "../bot/card.ts";
import { safeText } from "../bot/channels/safe-text.ts";
import { renderWeb, type WebCard } from "../bot/channels/web/render-web.ts";
import type { MessageRow } from "../store/conversations.ts";

const NAME_MAX = 80;

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
  readonly revision: number;
  readonly replyTo: string | null;
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
    card: row.card === null ? null : renderWeb(row.card as Card),
    revision: row.revision,
    replyTo: row.replyTo,
    at: row.createdAt,
    editedAt: row.editedAt,
  };
}
