import { ratioText } from "../../analysis/ratio-text.ts";
import type { CostAnswer, CostRow } from "../../domain/contract.ts";
import type { CostQuery } from "../../domain/cost-query.ts";
import { atomsToDecimal, parseAtoms } from "../../domain/money.ts";
import { addDays, type Day } from "../../domain/period.ts";
import type { Block, Column, RichText } from "../card.ts";
import { isOfLine, shownRows, type ShownRow } from "./cost-rows.ts";
import { amountWords, isTagLike, percentWords, valueWords } from "./cost-words.ts";

/** Rows of a card without `top`; all are in `--json` and the exports. */
const ROWS_SHOWN = 10;
/** Periods of a card: a month of days. */
const PERIODS_SHOWN = 31;
/** Tables of a card: one a currency, or a unit of which an estate has dozens. */
const LINES_MAX = 8;

type Line = CostAnswer["total"][number];

/** One table a currency: keys with share and change, or periods when nothing is grouped. */
export function costTables(answer: CostAnswer, query: CostQuery): Block[] {
  if (query.by.length === 0 && query.per === null && query.select.by !== "invoice") return [];
  const left = answer.total.length - LINES_MAX;
  const tables = answer.total.slice(0, LINES_MAX).map((line): Block => {
    const name = line.unit ?? line.currency;
    const caption = answer.total.length === 1 ? undefined : name;
    return Object.keys(answer.rows[0]?.key ?? {}).length === 0
      ? periodTable(answer, line, caption)
      : keyTable(answer, query, line, caption);
  });
  if (left <= 0) return tables;
  const text = `${left} more units are not shown here: ask for one service, or take the CSV or JSON.`;
  return [...tables, { kind: "note", tone: "neutral", text }];
}

const right = (header: string): Column => ({ header, align: "right" });

function keyTable(answer: CostAnswer, query: CostQuery, line: Line, caption: string | undefined): Block {
  const dimensions = Object.keys(answer.rows.find((row) => isOfLine(row, line))?.key ?? {});
  const cellsOf = (row: CostRow): string[] =>
    row.other === true
      ? [`Other (${row.count ?? 0})`, ...dimensions.slice(1).map(() => "")]
      : dimensions.map((dimension) => valueWords(dimension, row.key[dimension] ?? null, row.names));
  const shown = shownRows(answer, line, query.top ?? ROWS_SHOWN, cellsOf);
  // What is shared says where it went; what is left untagged is one row.
  const rows = query.allocated ? shown : shown.flatMap((row) => splitUntagged(row, line, answer));
  const compared = line.change !== undefined;
  const spread = query.allocated && !compared && rows.some(({ moved }) => moved !== 0n);
  const body = rows.map((row): RichText[] => [
    ...row.cells,
    amountWords(atomsToDecimal(row.amount), line),
    ...(compared ? changeCells(row, line) : []),
    ...(spread ? [row.moved === 0n ? "" : amountWords(atomsToDecimal(row.moved), line, true)] : []),
    row.share === null ? "" : percentWords(row.share, false),
  ]);
  return {
    kind: "table",
    ...(caption === undefined ? {} : { caption }),
    columns: [
      ...dimensions.map((header): Column => ({ header, align: "left" })),
      right(query.metric === "usage" ? "Usage" : "Cost"),
      ...(compared ? [right("Change"), right("%")] : []),
      ...(spread ? [right("Of it shared")] : []),
      right("Share"),
    ],
    rows: body,
    totals: [
      "Total",
      ...dimensions.slice(1).map(() => ""),
      amountWords(line.amount, line),
      ...(line.change === undefined
        ? []
        : [amountWords(line.change.amount, line, true), percentWords(line.change.ratio)]),
      ...(spread ? [""] : []),
      "",
    ],
  };
}

function changeCells(row: ShownRow, line: Line): string[] {
  const change = row.amount - row.previous;
  const size = row.previous < 0n ? -row.previous : row.previous;
  return [amountWords(atomsToDecimal(change), line, true), change === 0n ? "" : percentWords(ratioText(change, size))];
}

/** What nobody tagged, apart from what no tag can reach. Both lines add up to the row. */
function splitUntagged(row: ShownRow, line: Line, answer: CostAnswer): ShownRow[] {
  const key = row.row?.key ?? {};
  const missing = Object.entries(key).some(([dimension, value]) => isTagLike(dimension) && value === null);
  if (!missing || row.other || line.change !== undefined) return [row];
  const apart = answer.rows
    .filter((one) => isOfLine(one, line) && JSON.stringify(one.key) === JSON.stringify(key) && one.other !== true)
    .reduce((sum, one) => sum + parseAtoms(one.unallocatable ?? "0"), 0n);
  if (apart === 0n) return [row];
  const total = parseAtoms(line.amount);
  const rest = row.amount - apart;
  const unallocatable = row.cells.map((cell, index) =>
    isTagLike(Object.keys(key)[index] ?? "") && Object.values(key)[index] === null ? "unallocatable" : cell,
  );
  return [
    ...(rest === 0n ? [] : [{ ...row, amount: rest, share: ratioText(rest, total) }]),
    { ...row, cells: unallocatable, amount: apart, share: ratioText(apart, total) },
  ];
}

function periodTable(answer: CostAnswer, line: Line, caption: string | undefined): Block {
  const rows = answer.rows.filter((row) => isOfLine(row, line) && row.period !== undefined);
  const shown = rows.slice(-PERIODS_SHOWN);
  const compared = line.change !== undefined;
  const cut = rows.length > shown.length ? `the last ${shown.length} of ${rows.length}` : undefined;
  const title = [caption, cut].filter((part) => part !== undefined).join(", ");
  return {
    kind: "table",
    ...(title === "" ? {} : { caption: title }),
    columns: [{ header: "Period", align: "left" }, right("Cost"), ...(compared ? [right("Change"), right("%")] : [])],
    rows: shown.map((row) => [
      periodCell(row),
      amountWords(row.amount, line),
      ...(row.change === undefined ? [] : [amountWords(row.change.amount, line, true), percentWords(row.change.ratio)]),
    ]),
    totals: [
      "Total",
      amountWords(line.amount, line),
      ...(line.change === undefined
        ? []
        : [amountWords(line.change.amount, line, true), percentWords(line.change.ratio)]),
    ],
  };
}

function periodCell(row: CostRow): string {
  const from = row.period?.from ?? "";
  const last = row.period === undefined ? "" : addDays(row.period.to as Day, -1);
  return from === last ? from : `${from} to ${last}`;
}
