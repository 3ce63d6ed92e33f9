import { TERMINAL_CAPABILITIES } from "../../fit.ts";
import { typedCommands } from "../../typed-command.ts";
import { plainText } from "../plain-text.ts";
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
    capabilities: TERMINAL_CAPABILITIES,
    pace: { secondsBetween: 0, placesAtOnce: 1 },
    post: async ({ channel, key, card, revision }) => {
      const id = JSON.stringify([channel, key]);
      show(id, revision, renderTerminal(card, options));
      return { channel, id };
    },
    update: async (reference, { card, revision }) => show(reference.id, revision, renderTerminal(card, options)),
    postPrivate: async (person, { key, card, revision }) => {
      const id = JSON.stringify([person, key]);
      show(id, revision, renderTerminal(card, options));
      return { channel: person, id };
    },
    upload: async ({ channel, key, revision, file }) => {
      const id = JSON.stringify([channel, key]);
      show(id, revision, `file ${plainText(file.name)} (${file.bytes.byteLength} bytes)`);
      return { channel, id };
    },
    openForm: async (_trigger, form) => {
      const lines = typedCommands(form).map(({ command }) => plainText(command));
      write(`${plainText(form.title)}\n${lines.map((line) => `→ ${line}`).join("\n")}\n`);
    },
  };
}
