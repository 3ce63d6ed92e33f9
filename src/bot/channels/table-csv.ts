import { csvText, type Cell } from "../../domain/csv.ts";
import type { Block, Card, RichText } from "../card.ts";
import { plainText } from "./plain-text.ts";

type Table = Extract<Block, { kind: "table" }>;

/** "+$1,204.18", "-4.8 %": a sign, perhaps a currency, digits, perhaps a percent sign: nothing a spreadsheet could run. */
const SIGNED_NUMBER = /^[+-]\p{Sc}?[\d.,\u00a0\u202f ]+(\p{Sc}|%)?$/u;

/** Every row of a card's tables as text of a CSV file, one table below the other; null = the card has none. */
export function tableCsv(card: Card): string | null {
  const tables = card.blocks.filter((block) => block.kind === "table");
  return tables.length === 0 ? null : tables.map(oneTable).join("\r\n");
}

function oneTable({ caption, columns, rows, totals }: Table): string {
  const width = columns.length;
  const cells = (row: readonly RichText[]): Cell[] =>
    Array.from({ length: width }, (_, index) => cellOf(row[index] ?? ""));
  const header = columns.map((column) => plainText(column.header));
  const title = caption === undefined ? "" : csvText([plainText(caption)], []);
  return title + csvText(header, [...rows, ...(totals === undefined ? [] : [totals])].map(cells));
}

function cellOf(value: RichText): Cell {
  const text = plainText(value);
  // A space in front keeps it a number without the apostrophe that marks what would run.
  return { kind: "text", text: SIGNED_NUMBER.test(text) ? ` ${text}` : text };
}
