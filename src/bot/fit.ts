import { unreachable } from "../domain/errors.ts";
import type { Block, Card } from "./card.ts";
import { withoutEmpty } from "./without-empty.ts";

/** What a surface can take. More numbers arrive with the surfaces that need them. */
export type Capabilities = {
  /** Rows of one table shown on the card; the total always is. */
  readonly tableRowsMax: number;
  readonly listItemsMax: number;
  readonly factsMax: number;
  readonly blocksMax: number;
};

export const WEB_CAPABILITIES: Capabilities = { tableRowsMax: 100, listItemsMax: 60, factsMax: 40, blocksMax: 40 };
export const TERMINAL_CAPABILITIES: Capabilities = {
  tableRowsMax: 1_000,
  listItemsMax: 1_000,
  factsMax: 200,
  blocksMax: 200,
};

export type Fitted = {
  readonly card: Card;
  /** What was left out, one sentence each; also said on the card's receipt. */
  readonly dropped: readonly string[];
};

/** Brings a card within a surface's limits. Never touches title, summary, totals, status or actions; what shows nothing is
 * left out without a word. */
export function fit(whole: Card, limits: Capabilities): Fitted {
  const card = withoutEmpty(whole);
  const dropped: string[] = [];
  const kept = keepBlocks(card.blocks, limits.blocksMax, dropped);
  const blocks = kept.map((block) => fitBlock(block, limits, dropped));
  if (dropped.length === 0) return { card, dropped };
  return { card: { ...card, blocks, footer: [...card.footer, ...dropped] }, dropped };
}

/**
 * What gives way first where there are too many parts: remarks, then detail, then pictures and facts, warnings last.
 * Tables never do: totals live in them.
 */
function givesWay(block: Block): number {
  switch (block.kind) {
    case "note":
      return block.tone === "neutral" || block.tone === "good" ? 0 : 4;
    case "list":
      return 1;
    case "chart":
      return 2;
    case "facts":
      return 3;
    case "table":
      return Infinity;
    default:
      return unreachable(block);
  }
}

function keepBlocks(blocks: readonly Block[], max: number, dropped: string[]): readonly Block[] {
  if (blocks.length <= max) return blocks;
  const order = blocks
    .map((block, index) => ({ index, rank: givesWay(block) }))
    .filter(({ rank }) => Number.isFinite(rank))
    .sort((a, b) => a.rank - b.rank || b.index - a.index);
  const gone = new Set(order.slice(0, blocks.length - max).map(({ index }) => index));
  if (gone.size === 0) return blocks;
  dropped.push(`${gone.size} more ${gone.size === 1 ? "part is" : "parts are"} not shown here.`);
  return blocks.filter((_, index) => !gone.has(index));
}

function fitBlock(block: Block, limits: Capabilities, dropped: string[]): Block {
  if (block.kind === "table" && block.rows.length > limits.tableRowsMax) {
    dropped.push(`${block.rows.length - limits.tableRowsMax} more rows are not shown here; totals include them.`);
    return { ...block, rows: block.rows.slice(0, limits.tableRowsMax) };
  }
  if (block.kind === "list" && block.items.length > limits.listItemsMax) {
    dropped.push(`${block.items.length - limits.listItemsMax} more items are not shown here.`);
    return { ...block, items: block.items.slice(0, limits.listItemsMax) };
  }
  if (block.kind === "facts" && block.facts.length > limits.factsMax) {
    dropped.push(`${block.facts.length - limits.factsMax} more facts are not shown here.`);
    return { ...block, facts: block.facts.slice(0, limits.factsMax) };
  }
  return block;
}
