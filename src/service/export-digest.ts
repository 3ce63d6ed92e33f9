import type { DigestAnswer } from "../domain/contract-operations.ts";
import { csvText, type Cell } from "../domain/csv.ts";

const HEADER = ["part", "what", "from", "to (exclusive)", "amount", "currency", "previous", "change"];

type Line = {
  readonly part: string;
  readonly what: string;
  readonly period?: { readonly from: string; readonly to: string } | undefined;
  readonly amount: string;
  readonly currency: string | null;
  readonly previous?: string | undefined;
  readonly change?: string | undefined;
};

/** Everything a digest and its thread show, as one sheet: a part a line, exact amounts, nothing a spreadsheet would run. */
export function digestCsv(digest: DigestAnswer): string {
  return csvText(HEADER, linesOf(digest).map(cellsOf));
}

const textCell = (value: string | null | undefined): Cell => ({ kind: "text", text: value ?? "" });
const numberCell = (decimal: string | undefined): Cell =>
  decimal === undefined ? textCell("") : { kind: "number", decimal };

function cellsOf({ part, what, period, amount, currency, previous, change }: Line): Cell[] {
  return [
    textCell(part),
    textCell(what),
    textCell(period?.from),
    textCell(period?.to),
    numberCell(amount),
    textCell(currency),
    numberCell(previous),
    numberCell(change),
  ];
}

function linesOf(digest: DigestAnswer): Line[] {
  const { period } = digest;
  const keyText = (key: Readonly<Record<string, string | null>>): string =>
    Object.entries(key)
      .map(([dimension, value]) => value ?? `no ${dimension}`)
      .join(" · ");
  return [
    ...digest.total.map((line): Line => ({ part: "total", what: "everything", period, ...line })),
    ...digest.usage.total.map((line): Line => ({
      part: "usage",
      what: "usage",
      period,
      ...line,
      change: line.change.amount,
    })),
    ...digest.apart.map(({ kind, ...line }): Line => ({ part: "not usage", what: kind, period, ...line })),
    ...digest.soFar.flatMap(({ name, period: span, total }) =>
      total.map((line): Line => ({ part: "so far", what: name, period: span, ...line, change: line.change.amount })),
    ),
    ...digest.services.map((row): Line => ({
      part: "usage by service",
      what: row.other === true ? `other (${row.count ?? 0})` : keyText(row.key),
      period,
      amount: row.amount,
      currency: row.currency,
      previous: row.previous,
      change: row.change?.amount,
    })),
    ...digest.moves.map(({ key, rest, change, currency }): Line => ({
      part: "what moved usage",
      what: rest === true ? "everything else" : keyText(key),
      period,
      amount: change,
      currency,
    })),
    ...digest.savings.top.flatMap(({ title, resource, saving }): Line[] =>
      saving === null ? [] : [{ part: "saving a month", what: `${title}: ${resource}`, ...saving }],
    ),
    ...digest.budgets.map(({ name, spent, amount }): Line => ({
      part: "budget at risk, spent",
      what: name,
      amount: spent.amount,
      currency: spent.currency,
      previous: amount.amount,
    })),
    ...[...digest.chart.rows, ...digest.chartApart.rows].map((row): Line => ({
      part: "picture",
      what: row.other === true ? `other (${row.count ?? 0})` : keyText(row.key) || "not usage",
      period: row.period,
      amount: row.amount,
      currency: row.currency,
    })),
  ];
}
