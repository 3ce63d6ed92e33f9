import type { KnownBlock } from "@slack/types";

import type { Capabilities } from "../../capabilities.ts";
import type { Card, Tone } from "../../card.ts";
import { fitInto, type Fitted } from "../../fit.ts";
import { safeLine } from "../safe-text.ts";
import {
  BLOCKS_BYTES_MAX,
  BLOCKS_MAX,
  FALLBACK_TEXT_MAX,
  SECTION_TEXT_MAX,
  SLACK_CAPABILITIES,
  SLACK_WITH_TABLES,
} from "./limits.ts";
import { renderActions } from "./render-actions.ts";
import { renderBlock, type BlockOptions } from "./render-blocks.ts";
import { clip, escapeMarkup, plain } from "./slack-text.ts";

export type SlackMessage = {
  /** Notifications and screen readers. Complete by itself. */
  readonly text: string;
  readonly blocks: KnownBlock[];
  /** Whether rows of a table are not on it: all of them belong in a file beside it. */
  readonly rowsLeftOut: boolean;
};

export type RenderOptions = BlockOptions & { readonly tokens: readonly string[] };

const FOOTER_LINES_MAX = 12;

const TONE_SIGN: Readonly<Record<Tone, string>> = { neutral: "", good: "✅ ", warning: "⚠️ ", bad: "🔴 " };

/**
 * A card as a Slack message. Pure; within every limit of the platform whatever text the card carries, and nothing in
 * that text is live. What had to go is said on the receipt; title, summary, totals, status and buttons never go.
 */
export function renderSlack(card: Card, options: RenderOptions): SlackMessage {
  return fitInto({
    card,
    capabilities: options.nativeTables ? SLACK_WITH_TABLES : SLACK_CAPABILITIES,
    tokens: options.tokens,
    draw: (fitted, at) => draw(fitted, at, options),
    fits: ({ blocks }) => fits(blocks),
  });
}

function draw({ card, rows, dropped, rowsLeftOut }: Fitted, at: Capabilities, options: RenderOptions): SlackMessage {
  let nativeTables = options.nativeTables;
  const blocks = card.blocks.flatMap((block) => {
    const drawn = renderBlock(block, at, { ...options, nativeTables });
    // One native table a message; a second one is refused.
    if (drawn.some(({ type }) => type === "table")) nativeTables = false;
    return drawn;
  });
  return {
    text: fallbackText(card),
    blocks: [
      { type: "header", text: plain(`${TONE_SIGN[card.tone]}${card.title}`, at.text.title) },
      { type: "section", text: plain(card.summary, at.text.summary) },
      ...(card.status === undefined || card.summary.includes(card.status) ? [] : [statusBlock(card.status, at)]),
      ...blocks,
      ...renderActions(rows),
      ...footerBlocks(card.footer, dropped, at),
    ],
    rowsLeftOut,
  };
}

function statusBlock(status: string, at: Capabilities): KnownBlock {
  const text = clip(safeLine(status), at.text.status);
  return {
    type: "rich_text",
    elements: [{ type: "rich_text_section", elements: [{ type: "text", text, style: { bold: true } }] }],
  };
}

/** The receipt, small: its last lines, and what was left out of the card, always. */
function footerBlocks(footer: readonly string[], dropped: readonly string[], { text }: Capabilities): KnownBlock[] {
  const receipt = footer.slice(0, footer.length - dropped.length).slice(-FOOTER_LINES_MAX);
  const lines = [...receipt, ...dropped].map((line) => clip(safeLine(line), text.footerLine));
  if (lines.length === 0) return [];
  return [
    {
      type: "context",
      elements: [{ type: "plain_text", text: clip(lines.join("\n"), SECTION_TEXT_MAX), emoji: false }],
    },
  ];
}

function fallbackText({ title, summary, status }: Card): string {
  const lines = [title, summary, ...(status === undefined ? [] : [status])].map((line) => safeLine(line));
  return clip(escapeMarkup(clip(lines.join("\n"), FALLBACK_TEXT_MAX)), FALLBACK_TEXT_MAX).replace(/&[a-z]{0,3}…$/, "…");
}

function fits(blocks: readonly KnownBlock[]): boolean {
  return blocks.length <= BLOCKS_MAX && Buffer.byteLength(JSON.stringify(blocks)) <= BLOCKS_BYTES_MAX;
}
