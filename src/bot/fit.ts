import { unreachable } from "../domain/errors.ts";
import { stepsOf, type Capabilities } from "./capabilities.ts";
import type { Block, Card } from "./card.ts";
import { fitActions, type Placed, type PlacedActions } from "./fit-actions.ts";
import { safeLine } from "./channels/safe-text.ts";
import { withoutEmpty } from "./without-empty.ts";

export type Fitted = {
  /** Its receipt says what was left out, at the end. */
  readonly card: Card;
  /** Its actions as they can be pressed here; a surface where nothing is pressed reads `card.actions`. */
  readonly rows: readonly (readonly Placed[])[];
  /** What was left out, one sentence each, and what to type instead: never cut from the receipt. */
  readonly dropped: readonly string[];
  /** Some rows of a table are among it. */
  readonly rowsLeftOut: boolean;
};

const NOTHING_PRESSED: PlacedActions = { rows: [], typed: [], addresses: [] };
/** Most commands that are written out; more of them are counted. */
const TYPED_MAX = 8;
/** Longest command that is worth writing out. */
const COMMAND_MAX = 200;

/**
 * Brings a card within a surface's limits. Never touches title, summary, totals or status, and loses no action: those
 * without a place of their own are entries of a menu, and only then commands to type. What shows nothing is left out
 * without a word. `tokens`: one for each of the card's actions, in order; none: nothing can be pressed.
 */
export function fit(whole: Card, capabilities: Capabilities, tokens: readonly string[] = []): Fitted {
  return fitParts(whole, capabilities, tokens, 0);
}

/**
 * The same for a surface that limits a message as a whole: `draw` is tried with less and less of the card until `fits`.
 * Returns the last try where nothing does: a card of many tables whose totals alone are too much.
 */
export function fitInto<Drawn>(input: {
  readonly card: Card;
  readonly capabilities: Capabilities;
  readonly tokens: readonly string[];
  readonly draw: (fitted: Fitted, at: Capabilities) => Drawn;
  readonly fits: (drawn: Drawn) => boolean;
}): Drawn {
  const { card, tokens, draw, fits } = input;
  const steps = stepsOf(input.capabilities);
  for (const at of steps) {
    const drawn = draw(fit(card, at, tokens), at);
    if (fits(drawn)) return drawn;
  }
  const least = steps.at(-1) ?? input.capabilities;
  for (let missing = 1; ; missing += 1) {
    const drawn = draw(fitParts(card, least, tokens, missing), least);
    if (missing >= card.blocks.length || fits(drawn)) return drawn;
  }
}

/** `missing`: parts at the end that are left out whatever they are. */
function fitParts(whole: Card, capabilities: Capabilities, tokens: readonly string[], missing: number): Fitted {
  const card = withoutEmpty(whole);
  const dropped: string[] = [];
  const given = card.blocks.slice(0, card.blocks.length - missing);
  const kept = keepBlocks(given, capabilities.parts.blocks);
  const gone = card.blocks.length - kept.length;
  if (gone > 0) dropped.push(`${gone} more ${gone === 1 ? "part is" : "parts are"} not shown here.`);
  const blocks = kept.map((block) => fitBlock(block, capabilities, dropped));
  if (dropped.length > 0 && card.command !== undefined) {
    dropped.push(`All of it: ${capabilities.press.typed}${card.command} ${capabilities.elsewhere}.`);
  }
  const rowsLeftOut = countRows(blocks) < countRows(card.blocks);
  const { rows, typed, addresses } =
    capabilities.press.with === "tokens" ? fitActions(card, tokens, capabilities) : NOTHING_PRESSED;
  dropped.push(...addresses, ...toType(typed, capabilities));
  if (dropped.length === 0) return { card, rows, dropped, rowsLeftOut };
  return { card: { ...card, blocks, footer: [...card.footer, ...dropped] }, rows, dropped, rowsLeftOut };
}

function toType(typed: readonly string[], { press }: Capabilities): string[] {
  const short = typed.filter((command) => command.length <= COMMAND_MAX).slice(0, TYPED_MAX);
  const rest = typed.length - short.length;
  return [
    ...short.map((command) => `Type: ${press.typed}${safeLine(command)}`),
    ...(rest === 0
      ? []
      : [`${rest} more ${rest === 1 ? "command is" : "commands are"} not shown here; help lists all.`]),
  ];
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

function keepBlocks(blocks: readonly Block[], max: number): readonly Block[] {
  if (blocks.length <= max) return blocks;
  const order = blocks
    .map((block, index) => ({ index, rank: givesWay(block) }))
    .filter(({ rank }) => Number.isFinite(rank))
    .sort((a, b) => a.rank - b.rank || b.index - a.index);
  const gone = new Set(order.slice(0, blocks.length - max).map(({ index }) => index));
  return blocks.filter((_, index) => !gone.has(index));
}

function fitBlock(block: Block, { parts }: Capabilities, dropped: string[]): Block {
  switch (block.kind) {
    case "table":
      say(dropped, block.rows.length - parts.rows, "row", block.totals === undefined ? "" : "; totals include");
      return { ...block, rows: block.rows.slice(0, parts.rows) };
    case "list":
      say(dropped, block.items.length - parts.items, "item");
      return { ...block, items: block.items.slice(0, parts.items) };
    case "facts":
      say(dropped, block.facts.length - parts.facts, "fact");
      return { ...block, facts: block.facts.slice(0, parts.facts) };
    case "chart":
    case "note":
      return block;
    default:
      return unreachable(block);
  }
}

function say(dropped: string[], left: number, word: string, included = ""): void {
  if (left <= 0) return;
  const whom = included === "" ? "" : `${included} ${left === 1 ? "it" : "them"}`;
  dropped.push(`${left} more ${word}${left === 1 ? " is" : "s are"} not shown here${whom}.`);
}

function countRows(blocks: readonly Block[]): number {
  return blocks.reduce((count, block) => count + (block.kind === "table" ? block.rows.length : 0), 0);
}
