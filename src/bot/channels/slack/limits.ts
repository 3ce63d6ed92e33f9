import type { Capabilities } from "../../fit.ts";

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

export const SLACK_CAPABILITIES: Capabilities = { tableRowsMax: 15, listItemsMax: 12, factsMax: 10, blocksMax: 20 };
