import type { Card } from "../../src/bot/card.ts";
import type { Posting } from "../../src/bot/channels/channel.ts";

/** A posting as delivery makes it, first revision unless said otherwise. */
export function posting(given: Partial<Posting> & { channel: string; key: string; card: Card }): Posting {
  return { revision: 1, thread: null, tokens: [], maybePosted: false, generation: 1, ...given };
}
