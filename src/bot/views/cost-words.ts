import type { CostAnswer, CostRow, Driver } from "../../domain/contract.ts";
import { isTagAlias, tagKeyOf, type Dimension } from "../../domain/dimension.ts";
import { formatMoney, money, parseAtoms } from "../../domain/money.ts";
import { addDays, daysBetween, monthPeriod, monthOf, type Day, type Period } from "../../domain/period.ts";

/** Month names in order. */
export const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

/** "1–31 March 2026", "15 March 2026", "28 February – 3 March 2026". `to` is exclusive. */
export function periodWords({ from, to }: Period): string {
  const last = addDays(to, -1);
  if (daysBetween(from, to) <= 1) return dayWords(from, true);
  const whole = monthPeriod(monthOf(from));
  if (from === whole.from && to === whole.to) return `${monthName(from)} ${from.slice(0, 4)}`;
  if (from.endsWith("-01-01") && last.endsWith("-12-31") && from.slice(0, 4) === last.slice(0, 4))
    return from.slice(0, 4);
  if (monthOf(from) === monthOf(last)) return `${dayNumber(from)}–${dayWords(last, true)}`;
  return `${dayWords(from, from.slice(0, 4) !== last.slice(0, 4))} – ${dayWords(last, true)}`;
}

export function dayWords(day: Day, withYear: boolean): string {
  return `${dayNumber(day)} ${monthName(day)}${withYear ? ` ${day.slice(0, 4)}` : ""}`;
}

function dayNumber(day: Day): number {
  return Number(day.slice(8));
}

function monthName(day: Day): string {
  return MONTHS[Number(day.slice(5, 7)) - 1] ?? "";
}

/** A key value for people: its name where the bill gives one, a word where it is missing. */
export function valueWords(dimension: string, value: string | null, names: CostRow["names"]): string {
  if (value === null) return isTagLike(dimension) ? "untagged" : `no ${dimension}`;
  const name = names?.[dimension];
  return name === undefined ? value : `${name} (${value})`;
}

export function isTagLike(dimension: string): boolean {
  return tagKeyOf(dimension as Dimension) !== null || isTagAlias(dimension as Dimension);
}

/** The keys of a row in one line. */
export function rowWords(row: Pick<CostRow, "key" | "names" | "other" | "count">): string {
  if (row.other === true) return `Other (${row.count ?? 0})`;
  return Object.entries(row.key)
    .map(([dimension, value]) => valueWords(dimension, value, row.names))
    .join(" · ");
}

/** "Amazon RDS in eu-west-1 (prod, payments)": what changed, without the parts that say nothing. */
export function driverWords(driver: Driver): string {
  if (driver.rest === true) return "everything else";
  const { region, ...key } = driver.key;
  // The service says most of what it is, wherever it stands among the dimensions.
  const [first, ...others] = Object.entries(key).sort(([a], [b]) => Number(b === "service") - Number(a === "service"));
  const what = first === undefined ? "" : valueWords(first[0], first[1], undefined);
  const where = region === undefined || region === null ? "" : ` in ${region}`;
  const parts = others.flatMap(([dimension, value]) => driver.names?.[dimension] ?? value ?? []);
  return `${what}${where}${parts.length === 0 ? "" : ` (${parts.join(", ")})`}`;
}

/** Whether a part is at least half of a whole: only then is it "mostly" that. Decimal texts of one currency. */
export function isMost(part: string, whole: string): boolean {
  const [a, b] = [parseAtoms(part), parseAtoms(whole)];
  return (a < 0n ? -a : a) * 2n >= (b < 0n ? -b : b);
}

/** "+24.9%", from a ratio as decimal text; null when there was nothing before. */
export function percentWords(ratio: string | null, sign = true): string {
  if (ratio === null) return "new";
  const percent = Number(ratio) * 100;
  const size = Math.abs(percent);
  const text = size >= 1000 ? Math.round(size).toLocaleString("en-US") : size.toFixed(1);
  // What rounds to nothing has no direction.
  if (Number(text) === 0) return `${text}%`;
  return `${percent < 0 ? "−" : sign ? "+" : ""}${text}%`;
}

/** An amount of a line of totals: money, or a quantity with its unit. */
export function amountWords(decimal: string, line: CostAnswer["total"][number], sign = false): string {
  const unit = line.unit === undefined ? line.currency : (line.unit ?? "units");
  return formatMoney(money(decimal, unit), { sign });
}
