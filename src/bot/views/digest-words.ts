import type { RiseReason } from "../../domain/contract-operations.ts";
import type { DigestAnswer } from "../../domain/contract-operations.ts";
import { formatMoney, money, parseAtoms, type Money } from "../../domain/money.ts";
import { day, daysBetween, periodLength, weekday, type Day, type Period } from "../../domain/period.ts";
import { MONTHS, periodWords } from "./cost-words.ts";

const WEEKDAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const PERCENT = 100;
/** Below this a quantity or a price is called unchanged. */
const SAME = 0.02;
/** New resources that are counted instead of named. */
const MANY_RESOURCES = 2;
/** A change below one in a hundred has no direction. */
export const STEADY = 0.01;

export type Amount = { readonly amount: string; readonly currency: string };
type Compared = DigestAnswer["usage"]["total"][number];

/** "$2,432 + €333.83", in the order of the answer (domain/currency-order.ts); "nothing". */
export function amounts(list: readonly Amount[]): string {
  const shown = list.filter(({ amount }) => list.length === 1 || parseAtoms(amount) !== 0n);
  return shown.length === 0
    ? "nothing"
    : shown.map(({ amount, currency }) => formatMoney(money(amount, currency))).join(" + ");
}

/** What rose most in the currency that is named first among those that rose: amounts of different ones tell nothing. */
export function mainRiser({ risers, usage }: DigestAnswer): DigestAnswer["risers"][number] | undefined {
  const rose = usage.total.find(({ change }) => Number(change.ratio ?? 1) >= STEADY);
  return risers.find(({ currency }) => currency === rose?.currency) ?? risers[0];
}

/** "Friday, 20 November". */
export function dayName(at: Day): string {
  return `${WEEKDAYS[weekday(at)]}, ${Number(at.slice(8))} ${MONTHS[Number(at.slice(5, 7)) - 1]}`;
}

/** What a digest is about: a day, "16–22 November 2026" or "October 2026". */
export function periodName({ cycle, day: at, period, whole }: DigestAnswer): string {
  if (cycle === "day") return dayName(day(at));
  const said = periodWords((whole ?? period) as Period);
  return cycle === "week" ? `week of ${said}` : said;
}

/** What it is compared with: "the Friday before", "the week before", "September". */
export function againstWords({ cycle, period, usage: { against }, whole }: DigestAnswer): string {
  const same = whole === null ? "" : "the same days of ";
  if (cycle === "day") return `the ${WEEKDAYS[weekday(day(against.from))]} before`;
  if (cycle === "week") return `${same}the week before`;
  const longer =
    whole === null ? daysBetween(period.from as Day, period.to as Day) - periodLength(against as Period) : 0;
  const days = `${Math.abs(longer)} ${Math.abs(longer) === 1 ? "day" : "days"}`;
  const length = longer === 0 ? "" : `, which has ${days} ${longer > 0 ? "fewer" : "more"}`;
  return `${same}${MONTHS[Number(against.from.slice(5, 7)) - 1]}${length}`;
}

/** "up $240 (+6.5%), down €3 (−2.0%)", "steady (+0.4%)": the largest currency, others where they moved; null when there was no usage. */
export function changeWords(lines: readonly Compared[]): string | null {
  const parts = lines
    .filter(({ change }, index) => index === 0 || Math.abs(Number(change.ratio ?? 1)) >= STEADY)
    .map(({ currency, change }) => oneChange(money(change.amount, currency), change.ratio));
  return parts.length === 0 ? null : parts.join(", ");
}

function oneChange(change: Money, ratio: string | null): string {
  if (change.atoms === 0n) return "unchanged";
  if (Math.abs(Number(ratio ?? 1)) < STEADY) return `steady (${percent(ratio)})`;
  const size = formatMoney({ ...change, atoms: change.atoms < 0n ? -change.atoms : change.atoms });
  return `${change.atoms < 0n ? "down" : "up"} ${size} (${percent(ratio)})`;
}

/** Whether anything was spent before: without it there is nothing a total could be said to have grown on. */
export function isCompared(lines: readonly Compared[]): boolean {
  return lines.some(({ previous }) => parseAtoms(previous) !== 0n);
}

/** "$43,223 (+6.1%), €8,720 (−5.0%)". */
export function comparedWords(lines: readonly Compared[]): string {
  if (lines.length === 0) return "nothing";
  return lines
    .map(({ amount, currency, previous, change }) => {
      const now = formatMoney(money(amount, currency));
      return parseAtoms(previous) === 0n ? now : `${now} (${percent(change.ratio)})`;
    })
    .join(", ");
}

/** "+6.5%", "−12%": one place below ten percent, none above. Ratios are no money. */
export function percent(ratio: string | null): string {
  if (ratio === null) return "new";
  const value = Number(ratio) * PERCENT;
  const size = Math.abs(value);
  const text = size < 10 ? size.toFixed(1) : Math.round(size).toLocaleString("en-US");
  return `${value < 0 ? "−" : "+"}${text}%`;
}

/** What moved, from the widest to the narrowest: `BigQuery · us-central1 · prod`. */
export function placeOf({ key, names }: Pick<DigestAnswer["moves"][number], "key" | "names">): string[] {
  return Object.entries(key).map(([dimension, value]) => names?.[dimension] ?? value ?? missing(dimension));
}

function missing(dimension: string): string {
  return dimension === "team" ? "untagged" : `no ${dimension}`;
}

/** "usage +119% since Monday, 16 November, mostly analytics-export"; empty where nothing can be told. */
export function reasonWords(reason: RiseReason, period: Period): string {
  const { usage, price } = reason;
  const steady = (ratio: string | null): boolean => ratio !== null && Math.abs(Number(ratio)) < SAME;
  const effect =
    usage === null || price === null || usage === "0"
      ? []
      : steady(price)
        ? [`usage ${percent(usage)}`]
        : steady(usage)
          ? [`price ${percent(price)} at the same usage`]
          : [`usage ${percent(usage)}, price ${percent(price)}`];
  const since =
    reason.since === null || periodLength(period) > 1 || reason.since === period.from ? [] : [sinceWords(reason.since)];
  const head = [...effect, ...since].join(" ");
  return [...(head === "" ? [] : [head]), ...whichWords(reason)].join(", ");
}

function sinceWords(since: string): string {
  return `since ${dayName(day(since))}`;
}

function whichWords({ resource, newResources }: RiseReason): string[] {
  if (resource !== null) return [`${resource.isNew ? "new: " : "mostly "}${shortName(resource.name)}`];
  return newResources >= MANY_RESOURCES ? [`${newResources} new resources`] : [];
}

/** Resource ids are paths; their last part is what people call them. */
function shortName(name: string): string {
  const last = name.split("/").findLast((part) => part !== "") ?? name;
  return last.startsWith("arn:") ? (last.split(":").at(-1) ?? last) : last;
}
