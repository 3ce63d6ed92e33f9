import type { Channel } from "../channel.ts";
import type { TerminalOptions } from "./paint.ts";
import { renderTerminal } from "./render-terminal.ts";

/**
 * A terminal as a channel: a post is printed once, an edit is printed again under the words "updated".
 * What was printed is remembered as long as the process lives: a terminal keeps nothing.
 */
export function createTerminalChannel(write: (text: string) => void, options: TerminalOptions): Channel {
  const shown = new Map<string, number>();
  const show = (id: string, revision: number, text: string): void => {
    const before = shown.get(id);
    if (before !== undefined && before >= revision) return;
    shown.set(id, revision);
    write(`${before === undefined ? "" : "updated\n"}${text}\n`);
  };
  return {
    name: "terminal",
    post: async ({ channel, key, card, revision }) => {
      const id = JSON.stringify([channel, key]);
      show(id, revision, renderTerminal(card, options));
      return { channel, id };
    },
    update: async (reference, { card, revision }) => show(reference.id, revision, renderTerminal(card, options)),
  };
}
