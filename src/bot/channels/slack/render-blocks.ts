import type { KnownBlock, RichTextElement, TableBlock } from "@slack/types";

import { unreachable } from "../../../domain/errors.ts";
import type { Capabilities } from "../../capabilities.ts";
import type { Block, RichText, Tone } from "../../card.ts";
import { narrowTable } from "../narrow-table.ts";
import { plainText } from "../plain-text.ts";
import { isVisible, safeLine } from "../safe-text.ts";
import { ALT_TEXT_MAX, FIELD_MAX, FIELDS_MAX, TABLE_CELLS_MAX, TABLE_COLUMNS_MAX } from "./limits.ts";
import { clip, labelled, plain, richElements, type Mentions } from "./slack-text.ts";

export type BlockOptions = {
  /** Slack file ids by position of the chart on the card, where the picture is ready. */
  readonly pictures: ReadonlyMap<Block, string>;
  readonly mentions: Mentions;
  /** Whether this workspace draws `table` blocks. */
  readonly nativeTables: boolean;
};

const NOTE_SIGN: Readonly<Record<Tone, string>> = { neutral: "", good: "✅ ", warning: "⚠️ ", bad: "🔴 " };

export function renderBlock(block: Block, at: Capabilities, options: BlockOptions): KnownBlock[] {
  switch (block.kind) {
    case "facts":
      return facts(block, at, options.mentions);
    case "table":
      return options.nativeTables ? nativeTable(block, at) : monospaced(block, at);
    case "chart": {
      const file = options.pictures.get(block);
      const alt = isVisible(block.alt) ? clip(safeLine(block.alt), Math.min(at.text.alt, ALT_TEXT_MAX)) : "Chart";
      if (file !== undefined) return [{ type: "image", slack_file: { id: file }, alt_text: alt }];
      return [{ type: "context", elements: [{ type: "plain_text", text: alt, emoji: false }] }];
    }
    case "list": {
      const items = block.items.map((item) => section(richElements(item, at.text.item, options.mentions)));
      const list =
        items.length === 0 ? [] : [{ type: "rich_text_list" as const, style: "bullet" as const, elements: items }];
      const elements = [...captionOf(block.caption, at), ...list];
      return elements.length === 0 ? [] : [{ type: "rich_text", elements }];
    }
    case "note":
      return note(block.tone, block.text, at, options.mentions);
    default:
      return unreachable(block);
  }
}

const section = (elements: RichTextElement[]) => ({ type: "rich_text_section" as const, elements });

function captionOf(caption: string | undefined, at: Capabilities) {
  if (caption === undefined || !isVisible(caption)) return [];
  const text = clip(safeLine(caption), at.text.caption);
  return [section([{ type: "text", text, style: { bold: true } }])];
}

function facts(block: Extract<Block, { kind: "facts" }>, at: Capabilities, mentions: Mentions): KnownBlock[] {
  const fields = block.facts.map(({ label, value }) =>
    labelled(label, value, Math.min(at.text.fact, FIELD_MAX), mentions),
  );
  const sections: KnownBlock[] = [];
  for (let from = 0; from < fields.length; from += FIELDS_MAX) {
    sections.push({ type: "section", fields: fields.slice(from, from + FIELDS_MAX) });
  }
  return sections;
}

function monospaced(block: Extract<Block, { kind: "table" }>, at: Capabilities): KnownBlock[] {
  const text = narrowTable(block, TABLE_COLUMNS_MAX).join("\n");
  if (text.trim() === "") return [];
  const table = { type: "rich_text_preformatted" as const, elements: [{ type: "text" as const, text }] };
  return [{ type: "rich_text", elements: [...captionOf(block.caption, at), table] }];
}

function nativeTable(block: Extract<Block, { kind: "table" }>, at: Capabilities): KnownBlock[] {
  if (block.columns.length === 0 || block.columns.length > TABLE_CELLS_MAX) return monospaced(block, at);
  // The platform refuses an empty cell.
  const text = (cell: RichText | undefined): string => clip(plainText(cell ?? ""), at.text.cell).trim() || "–";
  const cells = (row: readonly RichText[]) =>
    block.columns.map((_, index) => ({ type: "raw_text" as const, text: text(row[index]) }));
  const bold = (row: readonly RichText[]): TableBlock["rows"][number] =>
    block.columns.map((_, index) => ({
      type: "rich_text",
      elements: [section([{ type: "text", text: text(row[index]), style: { bold: true } }])],
    }));
  const table: TableBlock = {
    type: "table",
    column_settings: block.columns.map(({ align }) => ({ align, is_wrapped: align === "left" })),
    rows: [
      bold(block.columns.map(({ header }) => header)),
      ...block.rows.map(cells),
      ...(block.totals === undefined ? [] : [bold(block.totals)]),
    ],
  };
  const caption = captionOf(block.caption, at);
  return [...(caption.length === 0 ? [] : [{ type: "rich_text" as const, elements: caption }]), table];
}

function note(tone: Tone, text: RichText, at: Capabilities, mentions: Mentions): KnownBlock[] {
  if (tone === "neutral" && typeof text === "string") {
    return [{ type: "context", elements: [plain(text, at.text.note)] }];
  }
  const sign = NOTE_SIGN[tone];
  const signed: RichTextElement[] = sign === "" ? [] : [{ type: "text", text: sign }];
  return [{ type: "rich_text", elements: [section([...signed, ...richElements(text, at.text.note, mentions)])] }];
}
