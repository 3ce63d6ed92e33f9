import { dayOfInstant, type Day } from "./period.ts";

/** Business time: what "now" and "today" mean to people. Injected, so that tests fix it. */
export type Clock = { readonly now: () => number; readonly today: () => Day };

/** The machine's clock. The only place that reads the real date. */
export const systemClock: Clock = {
  now: () => Date.now(),
  today: () => dayOfInstant(Date.now()),
};

/** A clock that stands at the start of one day (FINOPS_TODAY, tests). */
export function fixedClock(today: Day, msIntoDay = 0): Clock {
  const instant = Date.parse(`${today}T00:00:00Z`) + msIntoDay;
  return { now: () => instant, today: () => today };
}
