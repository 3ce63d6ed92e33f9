import { FILE_BYTES_MAX } from "../../../store/chat-files.ts";
import type { Capabilities } from "../../capabilities.ts";
import { TEXT_MAX } from "../safe-text.ts";

/** Lines a page scrolls through; a label is one line of a button on a phone. */
const LABEL_MAX = 80;

/** Our own page: it draws everything, so its numbers are what somebody reads, not what it can hold. */
export const WEB_CAPABILITIES: Capabilities = {
  text: {
    title: TEXT_MAX,
    summary: TEXT_MAX,
    status: TEXT_MAX,
    caption: TEXT_MAX,
    fact: TEXT_MAX,
    item: TEXT_MAX,
    note: TEXT_MAX,
    cell: TEXT_MAX,
    alt: 600,
    footerLine: TEXT_MAX,
    footer: Infinity,
  },
  parts: { blocks: 40, facts: 40, items: 60, rows: 100 },
  table: { as: "grid", columns: Infinity },
  charts: "image",
  actions: {
    rows: Infinity,
    perRow: Infinity,
    total: Infinity,
    label: LABEL_MAX,
    url: TEXT_MAX,
    options: Infinity,
    optionLabel: LABEL_MAX,
    choices: Infinity,
    confirmTitle: TEXT_MAX,
    confirmText: TEXT_MAX,
    confirmYes: LABEL_MAX,
  },
  press: { with: "anything", menus: "in-row", confirm: "native", typed: "" },
  forms: {
    opens: "page",
    fields: Infinity,
    title: TEXT_MAX,
    label: LABEL_MAX,
    input: TEXT_MAX,
    options: Infinity,
    optionLabel: LABEL_MAX,
  },
  delivery: {
    replies: "thread",
    privateReplies: "thread",
    edits: "in-place",
    repeats: "same",
    remote: false,
    fileBytes: FILE_BYTES_MAX,
  },
  elsewhere: "in a terminal",
};
