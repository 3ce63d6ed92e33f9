import { ratioText } from "../../analysis/ratio-text.ts";
import type { CostAnswer, CostRow } from "../../domain/contract.ts";
import { parseAtoms } from "../../domain/money.ts";
import { rowWords } from "./cost-words.ts";

/** A line of a card's table or picture: one key over the whole period. Amounts are atoms. */
export type ShownRow = {
  readonly label: string;
  readonly cells: readonly string[];
  readonly amount: bigint;
  readonly previous: bigint;
  /** What allocation rules moved here; part of `amount`. */
  readonly moved: bigint;
  readonly share: string | null;
  readonly other: boolean;
  readonly row: CostRow | null;
};

/** Rows of one currency (or unit), summed over periods, at most `most` and the rest as one. They add up to the line's total. */
export function shownRows(
  answer: CostAnswer,
  line: CostAnswer["total"][number],
  most: number,
  cellsOf: (row: CostRow) => readonly string[],
): ShownRow[] {
  const total = parseAtoms(line.amount);
  const rows = sumsByKey(answer, line).map(({ row, amount, previous, moved }): ShownRow => {
    const other = row.other === true;
    return {
      label: rowWords(row),
      cells: cellsOf(row),
      amount,
      previous,
      moved,
      share: ratioText(amount, total),
      other,
      row,
    };
  });
  const named = rows.filter((row) => !row.other);
  if (named.length <= most) return rows;
  const rest = [...named.slice(most), ...rows.filter((row) => row.other)];
  const count = rest.reduce((sum, row) => sum + (row.other ? (row.row?.count ?? 0) : 1), 0);
  const amount = rest.reduce((sum, row) => sum + row.amount, 0n);
  const previous = rest.reduce((sum, row) => sum + row.previous, 0n);
  const moved = rest.reduce((sum, row) => sum + row.moved, 0n);
  const label = `Other (${count})`;
  const blank = (named[0]?.cells ?? []).slice(1).map(() => "");
  return [
    ...named.slice(0, most),
    {
      label,
      cells: [label, ...blank],
      amount,
      previous,
      moved,
      share: ratioText(amount, total),
      other: true,
      row: null,
    },
  ];
}

type Sum = { readonly row: CostRow; amount: bigint; previous: bigint; moved: bigint };

/** Sums over periods. Rows of a series share their key, so that its text is made once and not for each of its days. */
function sumsByKey(answer: CostAnswer, line: CostAnswer["total"][number]): Sum[] {
  const sums = new Map<string, Sum>();
  const known = new Map<CostRow["key"], Sum>();
  for (const row of answer.rows) {
    if (!isOfLine(row, line)) continue;
    let sum = known.get(row.key);
    if (sum === undefined || sum.row.other !== row.other) {
      const name = JSON.stringify([row.other === true, row.key]);
      sum = sums.get(name) ?? { row, amount: 0n, previous: 0n, moved: 0n };
      sums.set(name, sum);
      known.set(row.key, sum);
    }
    sum.amount += parseAtoms(row.amount);
    if (row.moved !== undefined) sum.moved += parseAtoms(row.moved);
    if (row.previous !== undefined) sum.previous += parseAtoms(row.previous);
  }
  return [...sums.values()];
}

export function isOfLine(row: CostRow, line: CostAnswer["total"][number]): boolean {
  return row.currency === null ? row.unit === line.unit : row.currency === line.currency;
}
