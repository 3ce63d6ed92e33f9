import type { Capabilities } from "../../capabilities.ts";
import { TEXT_MAX } from "../safe-text.ts";

/** A terminal: everything in characters, nothing pressed, nothing taken back. */
export const TERMINAL_CAPABILITIES: Capabilities = {
  text: {
    title: TEXT_MAX,
    summary: TEXT_MAX,
    status: TEXT_MAX,
    caption: TEXT_MAX,
    fact: TEXT_MAX,
    item: TEXT_MAX,
    note: TEXT_MAX,
    cell: TEXT_MAX,
    alt: TEXT_MAX,
    footerLine: TEXT_MAX,
    footer: Infinity,
  },
  parts: { blocks: 200, facts: 200, items: 1_000, rows: 1_000 },
  table: { as: "monospaced", widths: [] },
  charts: "characters",
  actions: {
    rows: Infinity,
    perRow: 1,
    total: Infinity,
    label: TEXT_MAX,
    url: TEXT_MAX,
    options: Infinity,
    optionLabel: TEXT_MAX,
    choices: Infinity,
    confirmTitle: TEXT_MAX,
    confirmText: TEXT_MAX,
    confirmYes: TEXT_MAX,
  },
  press: { with: "nothing", menus: "in-row", confirm: "answer", typed: "finops " },
  forms: {
    opens: "typed",
    fields: Infinity,
    title: TEXT_MAX,
    label: TEXT_MAX,
    input: TEXT_MAX,
    options: Infinity,
    optionLabel: TEXT_MAX,
  },
  delivery: {
    replies: "quoted",
    privateReplies: "thread",
    edits: "again",
    repeats: "same",
    remote: false,
    fileBytes: Infinity,
  },
  elsewhere: "with --json or --csv",
};
