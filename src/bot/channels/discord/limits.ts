import type { Capabilities } from "../../capabilities.ts";

/**
 * What Discord takes, in UTF-16 units. Source: https://discord.com/developers/docs (resources/message, components,
 * interactions), read August 2026; test/discord/fake refuses what is beyond.
 */
export const CONTENT_MAX = 2_000;
export const EMBEDS_MAX = 10;
/** Over the titles, descriptions, field names and values, footers and authors of all embeds of a message. */
export const EMBEDS_TEXT_MAX = 6_000;
export const EMBED_TITLE_MAX = 256;
export const EMBED_DESCRIPTION_MAX = 4_096;
export const EMBED_FIELDS_MAX = 25;
export const FIELD_NAME_MAX = 256;
export const FIELD_VALUE_MAX = 1_024;
export const FOOTER_MAX = 2_048;
export const ROWS_MAX = 5;
export const ROW_BUTTONS_MAX = 5;
/** Longer labels are cut by the app on a phone. */
export const BUTTON_LABEL_READABLE = 38;
export const CUSTOM_ID_MAX = 100;
export const URL_MAX = 512;
export const OPTIONS_MAX = 25;
export const OPTION_TEXT_MAX = 100;
export const PLACEHOLDER_MAX = 150;
export const ALT_MAX = 1_024;
export const FILE_BYTES_MAX = 10 * 1024 * 1024;
export const NONCE_MAX = 25;
export const THREAD_NAME_MAX = 100;
export const MODAL_TITLE_MAX = 45;
export const MODAL_FIELDS_MAX = 5;
export const MODAL_LABEL_MAX = 45;
export const MODAL_DESCRIPTION_MAX = 100;
export const MODAL_INPUT_MAX = 4_000;
export const COMMAND_DESCRIPTION_MAX = 100;
export const CHOICES_MAX = 25;

/** Columns of a code block in an embed that a phone shows without breaking lines. */
export const TABLE_COLUMNS_MAX = 32;

/** What one card holds here. Where the characters of a whole message are too many, `fitInto` says less. */
export const DISCORD_CAPABILITIES: Capabilities = {
  text: {
    title: EMBED_TITLE_MAX,
    summary: CONTENT_MAX,
    status: 1_000,
    caption: 200,
    fact: 500,
    item: 400,
    note: 1_000,
    cell: 60,
    alt: ALT_MAX,
    footerLine: 300,
    footer: 1_200,
  },
  parts: { blocks: 12, facts: 12, items: 12, rows: 15 },
  table: { as: "monospaced", widths: [TABLE_COLUMNS_MAX] },
  charts: "image",
  actions: {
    rows: ROWS_MAX,
    perRow: ROW_BUTTONS_MAX,
    total: ROWS_MAX * ROW_BUTTONS_MAX,
    label: BUTTON_LABEL_READABLE,
    url: URL_MAX,
    options: OPTIONS_MAX,
    optionLabel: OPTION_TEXT_MAX,
    choices: Infinity,
    confirmTitle: EMBED_TITLE_MAX,
    confirmText: CONTENT_MAX,
    confirmYes: BUTTON_LABEL_READABLE,
  },
  // There is no dialog of the platform's own: the answer to the click asks.
  press: { with: "tokens", menus: "own-row", confirm: "answer", typed: "/" },
  forms: {
    opens: "modal",
    fields: MODAL_FIELDS_MAX,
    title: MODAL_TITLE_MAX,
    label: MODAL_LABEL_MAX,
    input: MODAL_INPUT_MAX,
    options: OPTIONS_MAX,
    optionLabel: OPTION_TEXT_MAX,
  },
  delivery: {
    replies: "thread",
    privateReplies: "follow",
    edits: "in-place",
    repeats: "same",
    remote: true,
    fileBytes: FILE_BYTES_MAX,
  },
  elsewhere: "in the web chat or a terminal",
};
