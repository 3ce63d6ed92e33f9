import type { KnownBlock } from "@slack/types";

import { fit, type Capabilities } from "../../fit.ts";
import type { Block, Card, Tone } from "../../card.ts";
import { safeLine } from "../safe-text.ts";
import {
  BLOCKS_BYTES_MAX,
  BLOCKS_MAX,
  FALLBACK_TEXT_MAX,
  HEADER_MAX,
  OPTION_TEXT_MAX,
  SECTION_TEXT_MAX,
  SLACK_CAPABILITIES,
} from "./limits.ts";
import { renderActions, type ActionLimits } from "./render-actions.ts";
import { renderBlock, type BlockLimits, type BlockOptions } from "./render-blocks.ts";
import { clip, escapeMarkup, plain } from "./slack-text.ts";

export type SlackMessage = {
  /** Notifications and screen readers. Complete by itself. */
  readonly text: string;
  readonly blocks: KnownBlock[];
  /** Whether rows of a table are not on it: all of them belong in a file beside it. */
  readonly rowsLeftOut: boolean;
};

export type RenderOptions = BlockOptions & { readonly tokens: readonly string[] };

type Level = Capabilities & BlockLimits & ActionLimits & { readonly summary: number; readonly footerLine: number };

const FULL: Level = {
  ...SLACK_CAPABILITIES,
  summary: SECTION_TEXT_MAX,
  item: 400,
  fact: 500,
  note: 1_200,
  alt: 1_000,
  caption: 150,
  footerLine: 300,
  actions: 25,
  options: 25,
  optionText: OPTION_TEXT_MAX,
};
/** Tried in this order until the whole fits: rows, then details, then long words; totals, status and buttons stay. */
const LEVELS: readonly Level[] = [
  FULL,
  { ...FULL, tableRowsMax: 10, listItemsMax: 8, note: 600, alt: 600 },
  { ...FULL, tableRowsMax: 8, listItemsMax: 6, item: 200, fact: 200, note: 400, alt: 400, summary: 1_000 },
  {
    ...FULL,
    tableRowsMax: 5,
    listItemsMax: 5,
    item: 120,
    fact: 100,
    note: 200,
    alt: 200,
    summary: 600,
    footerLine: 160,
    options: 15,
    optionText: 50,
  },
  {
    ...FULL,
    tableRowsMax: 3,
    listItemsMax: 3,
    factsMax: 6,
    blocksMax: 8,
    item: 80,
    fact: 60,
    note: 120,
    alt: 120,
    caption: 60,
    summary: 400,
    footerLine: 100,
    actions: 10,
    options: 8,
    optionText: 40,
  },
  {
    ...FULL,
    tableRowsMax: 0,
    listItemsMax: 1,
    factsMax: 3,
    blocksMax: 5,
    item: 40,
    fact: 40,
    note: 80,
    alt: 80,
    caption: 40,
    summary: 300,
    footerLine: 60,
    actions: 5,
    options: 5,
    optionText: 30,
  },
];
const FOOTER_LINES_MAX = 12;
const TYPED_MAX = 8;

const TONE_SIGN: Readonly<Record<Tone, string>> = { neutral: "", good: "✅ ", warning: "⚠️ ", bad: "🔴 " };

/**
 * A card as a Slack message. Pure; within every limit of the platform whatever text the card carries, and nothing in
 * that text is live. What had to go is said on the receipt; title, summary, totals, status and buttons never go.
 */
export function renderSlack(card: Card, options: RenderOptions): SlackMessage {
  for (const level of LEVELS) {
    const message = renderAt(card, options, level);
    if (fits(message.blocks)) return message;
  }
  return shortened(renderAt(card, options, LEVELS.at(-1) ?? FULL));
}

function renderAt(card: Card, options: RenderOptions, level: Level): SlackMessage {
  const { card: fitted } = fit(card, level);
  const actions = renderActions(fitted.actions, options.tokens, level);
  let nativeTable = options.nativeTables;
  const blocks = fitted.blocks.flatMap((block) => {
    const drawn = renderBlock(block, level, { ...options, nativeTables: nativeTable });
    // One native table a message; a second one is refused.
    if (drawn.some(({ type }) => type === "table")) nativeTable = false;
    return drawn;
  });
  return {
    text: fallbackText(fitted),
    blocks: [
      { type: "header", text: plain(`${TONE_SIGN[card.tone]}${fitted.title}`, HEADER_MAX) },
      { type: "section", text: plain(fitted.summary, level.summary) },
      ...(fitted.status === undefined || fitted.summary.includes(fitted.status) ? [] : [statusBlock(fitted.status)]),
      ...blocks,
      ...actions.blocks,
      ...footerBlocks(fitted.footer, actions.typed, level),
    ],
    rowsLeftOut: tableRows(card.blocks) > tableRows(fitted.blocks),
  };
}

function statusBlock(status: string): KnownBlock {
  const text = clip(safeLine(status), 300);
  return {
    type: "rich_text",
    elements: [{ type: "rich_text_section", elements: [{ type: "text", text, style: { bold: true } }] }],
  };
}

/** The receipt, small; with the commands of actions that cannot be clicked here. */
function footerBlocks(footer: readonly string[], typed: readonly string[], level: Level): KnownBlock[] {
  const typedLines = typed.slice(0, TYPED_MAX).map((command) => `Type: finops ${safeLine(command)}`);
  const lines = [...typedLines, ...footer.slice(-FOOTER_LINES_MAX)].map((line) =>
    clip(safeLine(line), level.footerLine),
  );
  if (lines.length === 0) return [];
  return [{ type: "context", elements: [{ type: "plain_text", text: lines.join("\n"), emoji: false }] }];
}

function fallbackText({ title, summary, status }: Card): string {
  const lines = [title, summary, ...(status === undefined ? [] : [status])].map((line) => safeLine(line));
  return clip(escapeMarkup(clip(lines.join("\n"), FALLBACK_TEXT_MAX)), FALLBACK_TEXT_MAX).replace(/&[a-z]{0,3}…$/, "…");
}

function fits(blocks: readonly KnownBlock[]): boolean {
  return blocks.length <= BLOCKS_MAX && Buffer.byteLength(JSON.stringify(blocks)) <= BLOCKS_BYTES_MAX;
}

const SHORTENED: KnownBlock = {
  type: "context",
  elements: [{ type: "plain_text", text: "More parts are not shown here.", emoji: false }],
};

/** A card of very many parts: from the end of the middle parts go, until the rest fits. */
function shortened(message: SlackMessage): SlackMessage {
  const blocks = [...message.blocks, SHORTENED];
  while (!fits(blocks)) {
    const last = blocks.findLastIndex(({ type }, index) => index > 1 && type !== "actions" && type !== "context");
    blocks.splice(last < 2 ? blocks.length - 1 : last, 1);
  }
  return { ...message, blocks };
}

function tableRows(blocks: readonly Block[]): number {
  return blocks.reduce((count, block) => count + (block.kind === "table" ? block.rows.length : 0), 0);
}
