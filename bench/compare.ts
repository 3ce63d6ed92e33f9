import { formatFigure, type Figure } from "./figure.ts";
import type { Machine, Result } from "./result.ts";

/** Worse by more than this is shown as a regression; less is the weather of a shared machine. */
export const REGRESSION = 0.2;

export type Comparison = {
  readonly bench: string;
  readonly figure: string;
  readonly before: string;
  readonly now: string;
  /** How many times as good as before: 0.8 = a fifth worse. */
  readonly factor: number;
  readonly regressed: boolean;
};

/** Every figure both runs have. A figure that comes with a rival is judged by its ratio: the machine cancels out. */
export function compareResults(before: Result, now: Result): Comparison[] {
  return now.figures.flatMap((figure) => {
    const old = before.figures.find(({ name }) => name === figure.name);
    if (old === undefined) return [];
    const factor = factorOf(old, figure);
    const row = { bench: now.name, figure: figure.name, before: textOf(old), now: textOf(figure) };
    return [{ ...row, factor, regressed: factor < 1 - REGRESSION }];
  });
}

export function isSameMachine(a: Machine, b: Machine): boolean {
  return a.cpu === b.cpu && a.cores === b.cores && a.memoryGb === b.memoryGb;
}

function factorOf(old: Figure, figure: Figure): number {
  if (old.rival !== null && figure.rival !== null) return figure.rival.ratio / old.rival.ratio;
  // Nothing before and nothing now is the same; something from nothing has no factor.
  if (old.value === figure.value) return 1;
  return figure.better === "higher" ? figure.value / old.value : old.value / figure.value;
}

function textOf({ value, unit, rival }: Figure): string {
  const own = formatFigure(value, unit);
  return rival === null ? own : `${own} (${rival.ratio.toFixed(2)} × ${rival.name})`;
}

/** The lines people read: regressions first. */
export function formatComparison(rows: readonly Comparison[]): string {
  const sorted = [...rows].sort((a, b) => Number(b.regressed) - Number(a.regressed));
  return sorted
    .map((row) => {
      const mark = row.regressed ? "REGRESSED" : row.factor > 1 + REGRESSION ? "better   " : "as before";
      return `${mark}  ${row.bench}: ${row.figure}: ${row.before} → ${row.now} (${row.factor.toFixed(2)} × as good)`;
    })
    .join("\n");
}
