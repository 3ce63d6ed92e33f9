import { addMonths, addDays, firstDay, monthOf, type Day } from "../domain/period.ts";

/** How a provider delivers: whole days until a day is complete, days after its month until the month is final. */
type Calendar = { readonly lagDays: number; readonly openDays: number };

// Sources: reference/billing-sources.md §5 (AWS ~2 weeks, Azure ~5th of next month, GCP ~ first week).
const CALENDARS: ReadonlyMap<string, Calendar> = new Map([
  ["aws", { lagDays: 1, openDays: 14 }],
  ["azure", { lagDays: 1, openDays: 5 }],
  ["gcp", { lagDays: 1, openDays: 7 }],
  ["oci", { lagDays: 1, openDays: 7 }],
]);
/** For a file of an unknown provider: the longest of the known ones. */
const UNKNOWN: Calendar = { lagDays: 1, openDays: 14 };

/** The newest day a provider can have delivered whole, seen from `today`. */
export function newestPossibleDay(provider: string, today: Day): Day {
  return addDays(today, -1 - (CALENDARS.get(provider) ?? UNKNOWN).lagDays);
}

/** Whether an invoice month may still change by the provider's own window. */
export function isProvisional(provider: string, billingMonth: Day, today: Day): boolean {
  const window = (CALENDARS.get(provider) ?? UNKNOWN).openDays;
  return today < addDays(firstDay(addMonths(monthOf(billingMonth), 1)), window);
}
