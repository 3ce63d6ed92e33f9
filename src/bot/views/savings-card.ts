import { dearestFirst, type CurrencyWorth } from "../../domain/currency-order.ts";
import {
  absolute,
  add,
  compare,
  formatMoney,
  money,
  subtract,
  toDecimal,
  zero,
  type Money,
} from "../../domain/money.ts";
import type { SavingsAnswer } from "../../domain/recommendation-answer.ts";
import type { MeasuredSaving, RecommendationView } from "../../domain/recommendation.ts";
import type { Block, Card } from "../card.ts";
import { amountData, measuredData } from "./recommendation-data.ts";
import { measuredNotes } from "./recommendation-words.ts";
import { nameOf } from "./waste-card.ts";

type Line = { readonly view: RecommendationView; readonly figure: MeasuredSaving };
type Total = { readonly currency: string; readonly promised: Money; readonly measured: Money };

/** The ledger: what was promised, what the bill says, the difference; and what is still being watched. */
export function savingsCard(views: readonly RecommendationView[], worth: CurrencyWorth): Card {
  const lines = ledgerLines(views);
  const watched = views.filter((view) => view.measured.length === 0);
  const totals = ledgerTotals(views, worth);
  return {
    title: "Savings",
    summary: summaryOf(totals, watched.length),
    tone: totals.length > 0 ? "good" : "neutral",
    blocks: [...(lines.length === 0 ? [] : [tableOf(lines, totals)]), ...watchedBlocks(watched), ...notesOf(lines)],
    actions: [{ kind: "button", label: "Recommendations", style: "plain", command: "recs list" }],
    footer: [
      "Measured: 30.4 × (average daily effective cost of the 14 days before − of the 7 or 30 days after). Growth is named, not removed.",
    ],
  };
}

export function savingsData(views: readonly RecommendationView[], worth: CurrencyWorth): SavingsAnswer {
  return {
    ledger: ledgerLines(views).map(({ figure }) => measuredData(figure)),
    waiting: views.flatMap(({ recommendation: { id, appliedOn, savingAsked }, measured }) =>
      measured.length > 0 || appliedOn === null ? [] : [{ id, appliedOn, promised: amountData(savingAsked) }],
    ),
    totals: ledgerTotals(views, worth).map(({ currency, promised, measured }) => ({
      currency,
      promised: toDecimal(promised),
      measured: toDecimal(measured),
      difference: toDecimal(subtract(measured, promised)),
    })),
  };
}

function ledgerLines(views: readonly RecommendationView[]): Line[] {
  return views.flatMap((view) => view.measured.map((figure) => ({ view, figure })));
}

/** Per currency, each recommendation once: its latest measurement. */
function ledgerTotals(views: readonly RecommendationView[], worth: CurrencyWorth): Total[] {
  const totals = new Map<string, Total>();
  for (const { measured } of views) {
    const latest = measured.at(-1);
    if (latest === undefined) continue;
    const { currency } = latest.promisedMonthly;
    const known = totals.get(currency) ?? { currency, promised: zero(currency), measured: zero(currency) };
    totals.set(currency, {
      currency,
      promised: add(known.promised, latest.promisedMonthly),
      measured: add(known.measured, latest.measuredMonthly),
    });
  }
  return dearestFirst([...totals.values()], ({ promised }) => promised, worth);
}

function summaryOf(totals: readonly Total[], watched: number): string {
  const waiting = watched === 0 ? "" : ` ${watched} more ${watched === 1 ? "is" : "are"} being watched.`;
  if (totals.length === 0)
    return `Nothing is measured yet: the bill is read 7 and 30 days after a saving is applied.${waiting}`;
  const parts = totals.map(
    ({ promised, measured }) => `${formatMoney(measured)} a month measured of ${formatMoney(promised)} promised`,
  );
  return `${parts.join("; ")}.${waiting}`;
}

function tableOf(lines: readonly Line[], totals: readonly Total[]): Block {
  const right = (header: string) => ({ header, align: "right" as const });
  const left = (header: string) => ({ header, align: "left" as const });
  return {
    kind: "table",
    columns: [
      left("What"),
      left("After"),
      right("Promised"),
      right("The bill says"),
      right("Difference"),
      left("Verdict"),
    ],
    rows: lines.map(({ view, figure }) => [
      nameOf(view.recommendation.finding),
      `${figure.checkpointDays} days`,
      formatMoney(figure.promisedMonthly),
      formatMoney(inCents(figure.measuredMonthly)),
      formatMoney(subtract(figure.measuredMonthly, figure.promisedMonthly), { sign: true }),
      figure.verdict.replace("-", " "),
    ]),
    totals: [
      "Latest of each",
      "",
      totals.map(({ promised }) => formatMoney(promised)).join(" + "),
      totals.map(({ measured }) => formatMoney(measured)).join(" + "),
      totals.map(({ promised, measured }) => formatMoney(subtract(measured, promised), { sign: true })).join(" + "),
      "",
    ],
  };
}

/** A measured average has digits far below a cent; what is less than half of one is nothing to people. */
function inCents(amount: Money): Money {
  const half = money("0.005", amount.currency);
  return compare(absolute(amount), half) < 0 ? zero(amount.currency) : amount;
}

function watchedBlocks(watched: readonly RecommendationView[]): Block[] {
  if (watched.length === 0) return [];
  return [
    {
      kind: "list",
      caption: "Being watched",
      items: watched.map(
        ({ recommendation: { finding, appliedOn, savingAsked } }) =>
          `${nameOf(finding)}: ${formatMoney(savingAsked)} a month promised, applied on ${appliedOn}`,
      ),
    },
  ];
}

function notesOf(lines: readonly Line[]): Block[] {
  const notes = lines.flatMap(({ view, figure }) =>
    measuredNotes(figure).map((note) => `${nameOf(view.recommendation.finding)}: ${note}`),
  );
  return notes.length === 0 ? [] : [{ kind: "list", caption: "Notes", items: [...new Set(notes)] }];
}
