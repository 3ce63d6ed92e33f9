import type { Attachment, Channel, Pace, Posting, Reference } from "../../src/bot/channels/channel.ts";
import { TERMINAL_CAPABILITIES } from "../../src/bot/channels/terminal/capabilities.ts";

export type Sent = {
  readonly act: "post" | "update" | "private" | "upload";
  readonly place: string;
  readonly key: string;
  readonly title: string;
  readonly posting: Omit<Posting, "card" | "tokens"> & Partial<Posting> & { readonly file?: Attachment };
};
export type RecordingChannel = Channel & { readonly sent: Sent[] };

/**
 * A surface without any idempotency of its own that keeps what it was sent, in order. `fail` throws what the platform
 * would say, or waits; it runs before anything is kept.
 */
export function createRecordingChannel(
  name: string,
  options: { readonly fail?: (sent: Sent) => void | Promise<void>; readonly pace?: Partial<Pace> } = {},
): RecordingChannel {
  const sent: Sent[] = [];
  const keep = async (entry: Sent): Promise<Reference> => {
    await options.fail?.(entry);
    sent.push(entry);
    return { channel: entry.place, id: String(sent.length) };
  };
  return {
    sent,
    name,
    capabilities: TERMINAL_CAPABILITIES,
    pace: { secondsBetween: 0, placesAtOnce: 8, ...options.pace },
    post: (posting) =>
      keep({ act: "post", place: posting.channel, key: posting.key, title: posting.card.title, posting }),
    update: async (reference, posting) => {
      await keep({ act: "update", place: reference.channel, key: posting.key, title: posting.card.title, posting });
    },
    postPrivate: (person, posting) =>
      keep({ act: "private", place: person, key: posting.key, title: posting.card.title, posting }),
    upload: (posting) =>
      keep({ act: "upload", place: posting.channel, key: posting.key, title: posting.file.name, posting }),
    openForm: () => Promise.resolve(),
  };
}
