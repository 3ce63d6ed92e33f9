import type { DigestCycle } from "../domain/report.ts";

/** When somebody wants it, as said; what is left out has a default. */
export type DigestTime = {
  readonly hour: number;
  readonly minute: number;
  /** Weekday (0 = Sunday) of a weekly one, day of month of a monthly one (`last` too); null = the default. */
  readonly on: number | "last" | null;
};

export const DEFAULT_HOUR = 9;
/** Monday: the week before is over, whatever the zone. */
const DEFAULT_WEEKDAY = 1;
/**
 * By the 5th the last days of the month have arrived, and the clouds have issued most invoices (AWS 3rd–5th, Azure and
 * GCP about the 5th: reference billing-sources §5).
 */
const DEFAULT_MONTHDAY = 5;
/** Every month has it; later days are said as `last`. */
export const MONTHDAY_MAX = 28;

export const WEEKDAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"] as const;

/** The cron expression (five fields, in the subscription's own zone) of a digest. */
export function cronOf(cycle: DigestCycle, { hour, minute, on }: DigestTime): string {
  const time = `${minute} ${hour}`;
  if (cycle === "day") return `${time} * * *`;
  if (cycle === "week") return `${time} * * ${on === null || on === "last" ? DEFAULT_WEEKDAY : on}`;
  return `${time} ${on === "last" ? "L" : (on ?? DEFAULT_MONTHDAY)} * *`;
}

/** "daily at 09:00", "Mondays at 09:00", "on the 5th at 09:00"; null for an expression of another kind. */
export function cronWords(cron: string): string | null {
  const match = /^(\d{1,2}) (\d{1,2}) (\*|\d{1,2}|L) \* (\*|\d|[a-z-]{3,7})$/i.exec(cron);
  if (match === null) return null;
  const [, minute = "", hour = "", monthday = "", weekday = ""] = match;
  const time = `at ${hour.padStart(2, "0")}:${minute.padStart(2, "0")}`;
  if (monthday === "*" && weekday === "*") return `daily ${time}`;
  if (monthday === "L" && weekday === "*") return `on the last day of the month ${time}`;
  if (weekday === "*") return `on the ${ordinal(Number(monthday))} ${time}`;
  if (monthday !== "*") return null;
  if (/^mon-fri$/i.test(weekday) || weekday === "1-5") return `Monday to Friday ${time}`;
  const named =
    WEEKDAYS[
      /^\d$/.test(weekday) ? Number(weekday) % 7 : WEEKDAYS.findIndex((day) => day.startsWith(weekday.toLowerCase()))
    ];
  return named === undefined ? null : `${named.charAt(0).toUpperCase()}${named.slice(1)}s ${time}`;
}

function ordinal(day: number): string {
  const suffix = day % 100 >= 11 && day % 100 <= 13 ? "th" : (["th", "st", "nd", "rd"][day % 10] ?? "th");
  return `${day}${suffix}`;
}
