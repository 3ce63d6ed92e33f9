import type { Capabilities } from "../../capabilities.ts";

/**
 * What Slack takes (docs.slack.dev, Block Kit; the total by observation, slackapi/bolt-js#2509). Lengths are UTF-16
 * units, which are never fewer than the characters Slack counts.
 */
export const BLOCKS_MAX = 50;
/** A home tab or a form. */
export const VIEW_BLOCKS_MAX = 100;
export const HEADER_MAX = 150;
export const SECTION_TEXT_MAX = 3_000;
export const FIELDS_MAX = 10;
export const FIELD_MAX = 2_000;
/** Buttons of one row: more wrap untidily on a phone (the limit is 25). */
export const ROW_BUTTONS_MAX = 5;
export const BUTTON_TEXT_MAX = 75;
export const URL_MAX = 3_000;
export const ACTION_ID_MAX = 255;
export const CONFIRM_TITLE_MAX = 100;
export const CONFIRM_TEXT_MAX = 300;
export const CONFIRM_LABEL_MAX = 30;
export const OPTIONS_MAX = 100;
/** Slack takes 150 as a value; the types of its own library still say 75. */
export const OPTION_TEXT_MAX = 75;
export const PLACEHOLDER_MAX = 150;
export const ALT_TEXT_MAX = 2_000;
export const INPUT_LABEL_MAX = 2_000;
export const INPUT_TEXT_MAX = 3_000;
export const MODAL_TITLE_MAX = 24;
/** Text of notifications and screen readers; Slack advises 4,000 and cuts at 40,000. */
export const FALLBACK_TEXT_MAX = 3_000;
/**
 * Bytes of all blocks as JSON. Slack refuses at about 13,200 characters although each block is legal, others measured
 * 12,000: this stays below in bytes, so that no script of the world changes it.
 */
export const BLOCKS_BYTES_MAX = 10_000;
/** Columns a phone shows in monospaced type without wrapping. */
export const TABLE_COLUMNS_MAX = 44;

/** Rows of buttons on one card: with all of them pressed close there is no room left for what they are about. */
const ROWS_MAX = 5;
/** Columns of the platform's own table. */
export const TABLE_CELLS_MAX = 20;
/** Of one file: Slack takes a gigabyte, a chart or a table is far below this. */
export const FILE_BYTES_MAX = 20 * 1024 * 1024;

/** What one card holds here. Where the bytes of a whole message are too many, `fitInto` says less. */
export const SLACK_CAPABILITIES: Capabilities = {
  text: {
    title: HEADER_MAX,
    summary: SECTION_TEXT_MAX,
    status: 300,
    caption: 150,
    fact: 500,
    item: 400,
    note: 1_200,
    cell: 60,
    alt: 1_000,
    footerLine: 300,
    footer: SECTION_TEXT_MAX,
  },
  parts: { blocks: 20, facts: FIELDS_MAX, items: 12, rows: 15 },
  table: { as: "monospaced", widths: [TABLE_COLUMNS_MAX] },
  charts: "image",
  actions: {
    rows: ROWS_MAX,
    perRow: ROW_BUTTONS_MAX,
    total: ROWS_MAX * ROW_BUTTONS_MAX,
    label: BUTTON_TEXT_MAX,
    url: URL_MAX,
    // The platform takes 100; more than that of one list nobody reads on a phone.
    options: 25,
    optionLabel: OPTION_TEXT_MAX,
    choices: Infinity,
    confirmTitle: CONFIRM_TITLE_MAX,
    confirmText: CONFIRM_TEXT_MAX,
    confirmYes: CONFIRM_LABEL_MAX,
  },
  press: { with: "tokens", menus: "in-row", confirm: "native", typed: "finops " },
  forms: {
    opens: "modal",
    fields: VIEW_BLOCKS_MAX - 1,
    title: MODAL_TITLE_MAX,
    label: INPUT_LABEL_MAX,
    input: INPUT_TEXT_MAX,
    options: OPTIONS_MAX,
    optionLabel: OPTION_TEXT_MAX,
  },
  delivery: {
    replies: "thread",
    privateReplies: "thread",
    edits: "in-place",
    repeats: "marked",
    remote: true,
    fileBytes: FILE_BYTES_MAX,
  },
  elsewhere: "in the web chat or a terminal",
};

/** The same in a workspace that draws tables by itself. */
export const SLACK_WITH_TABLES: Capabilities = {
  ...SLACK_CAPABILITIES,
  table: { as: "grid", columns: TABLE_CELLS_MAX },
};
