import { formatMoney } from "../../domain/money.ts";
import type { MeasuredSaving, RecommendationView } from "../../domain/recommendation.ts";

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const;

/** `2026-04-03T14:02:11Z` → `3 Apr 14:02 UTC`: a card is read on other days than it is written. */
export function clockTime(instant: string): string {
  const [, month = "1", day = "1", time = ""] = /^\d{4}-(\d\d)-(\d\d)T(\d\d:\d\d)/.exec(instant) ?? [];
  return `${Number(day)} ${MONTHS[Number(month) - 1] ?? ""} ${time} UTC`;
}

/** Until when the last decision can be taken back, or nothing. */
export function undoText({ recommendation: { undoOpen, undoUntil } }: RecommendationView): string {
  return undoOpen && undoUntil !== null ? `undo until ${clockTime(undoUntil)}` : "";
}

/** What is to be known about a measured figure, restatements of its bill included. */
export function measuredNotes({ notes, restatedFrom, restatedTo }: MeasuredSaving): string[] {
  const before =
    restatedFrom === null ? [] : [`The bill was restated: it said ${formatMoney(restatedFrom)} a month before.`];
  const since =
    restatedTo === null
      ? []
      : [`The bill was restated after its month was closed: it would be ${formatMoney(restatedTo)} a month now.`];
  return [...notes, ...before, ...since];
}
