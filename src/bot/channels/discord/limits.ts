import type { Capabilities } from "../../fit.ts";

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

/** Columns of a code block that a phone shows without breaking lines, and the most a desktop shows. */
export const TABLE_COLUMNS = [44, 56] as const;

/** What one card holds here, before characters are counted (render-discord.ts). */
export const DISCORD_CAPABILITIES: Capabilities = { tableRowsMax: 15, listItemsMax: 12, factsMax: 12, blocksMax: 12 };
