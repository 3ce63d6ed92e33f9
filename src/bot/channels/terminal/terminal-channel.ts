import { typedCommands } from "../../typed-command.ts";
import { plainText } from "../plain-text.ts";
import { safeText } from "../safe-text.ts";
import type { Attachment, Channel, Posting } from "../channel.ts";
import { TERMINAL_CAPABILITIES } from "./capabilities.ts";
import type { TerminalOptions } from "./paint.ts";
import { renderTerminal } from "./render-terminal.ts";

/** Most characters of a text file that are printed: enough to see what it is. */
const PREVIEW_MAX = 2_000;

type Shown = Pick<Posting, "revision" | "thread">;

/** The beginning of a text file, without what would steer the terminal. */
function preview({ mime, bytes }: Attachment): string {
  if (!mime.startsWith("text/")) return "";
  return safeText(Buffer.from(bytes).toString("utf8"), PREVIEW_MAX);
}

/**
 * A terminal as a channel: a post is printed once, an edit is printed again under the words "updated".
 * What was printed is remembered as long as the process lives: a terminal keeps nothing.
 */
export function createTerminalChannel(write: (text: string) => void, options: TerminalOptions): Channel {
  const shown = new Map<string, { readonly revision: number; readonly title: string }>();
  const show = (id: string, title: string, text: string, { revision, thread }: Shown): void => {
    const before = shown.get(id);
    if (before !== undefined && before.revision >= revision) return;
    shown.set(id, { revision, title });
    const parent = thread === null ? undefined : shown.get(thread.id);
    const lead = `${parent === undefined ? "" : `↳ ${parent.title}\n`}${before === undefined ? "" : "updated\n"}`;
    write(`${lead}${text}\n`);
  };
  const card = (id: string, posting: Posting): void =>
    show(id, plainText(posting.card.title), renderTerminal(posting.card, options), posting);
  return {
    name: "terminal",
    capabilities: TERMINAL_CAPABILITIES,
    pace: { secondsBetween: 0, placesAtOnce: 1 },
    post: async (posting) => {
      const { channel, key } = posting;
      const id = JSON.stringify([channel, key]);
      card(id, posting);
      return { channel, id };
    },
    update: async (reference, posting) => card(reference.id, posting),
    postPrivate: async (person, posting) => {
      const id = JSON.stringify([`@${person}`, posting.key]);
      card(id, posting);
      return { channel: `@${person}`, id };
    },
    upload: async (posting) => {
      const { channel, key, file } = posting;
      const id = JSON.stringify([channel, key]);
      const name = plainText(file.name);
      show(id, name, `file ${name} (${file.bytes.byteLength} bytes)\n${preview(file)}`, posting);
      return { channel, id };
    },
    openForm: async (_trigger, form) => {
      const lines = typedCommands(form).map(({ command }) => plainText(command));
      write(`${plainText(form.title)}\n${lines.map((line) => `→ ${line}`).join("\n")}\n`);
    },
  };
}
