import { APPS, ownerOf } from "./company.ts";
import type { Estate, Resource } from "./estate.ts";
import { templateFor } from "./focus-csv.ts";
import { MICROS_PER_UNIT, type DayOfSpan, type Span } from "./quantity.ts";
import { chance } from "./random.ts";
import { microsText, useLine, type Line, type Write } from "./use-line.ts";

export const HOURS_PER_DAY = 24;
/** Machines that carry the same tags. A million rows a day are 41,667 machines: 2,315 sets of tags. */
const MACHINES_PER_GROUP = 18;
/** Hours of a day that has only begun to arrive. */
const LATE_HOURS = 10;
/** A machine is billed for at least this share of an hour. */
const LEAST_SHARE = 0.6;

/**
 * The machines an estate is enlarged with, billed by the hour: `count` of them on one day, 24 lines each. Made group by
 * group and forgotten: however many there are, a handful is held at a time.
 */
export function* fleetLines(estate: Estate, count: number, span: Span, at: DayOfSpan, write: Write): Generator<Line> {
  const { fleet } = estate;
  // A span of one day is asked for to have bills of a size, not to look like a day that has begun.
  const isLate = at.daysLeft === 1 && at.daysIn > 0;
  const hours = isLate ? LATE_HOURS : HOURS_PER_DAY;
  for (let first = 0; first < count; first += MACHINES_PER_GROUP) {
    const group = groupOf(estate, first / MACHINES_PER_GROUP);
    const { template, list, contracted } = useLine(
      estate,
      group,
      { meter: fleet.meter, perDay: 24, rhythm: "steady" },
      span,
    );
    for (let index = first; index < Math.min(count, first + MACHINES_PER_GROUP); index += 1) {
      const name = `${group.name}-${index}`;
      const machine = templateFor(template, { id: fleet.idOf(name), name });
      for (let hour = 0; hour < hours; hour += 1) {
        const share = LEAST_SHARE + (1 - LEAST_SHARE) * chance(`${at.seed}:${name}:${at.day}:${hour}`);
        const micros = BigInt(Math.round(share * MICROS_PER_UNIT));
        const cost = micros * contracted;
        const costs = { billed: cost, effective: cost, list: micros * list, contracted: cost };
        yield write(machine, { period: at.period, hour, costs, quantity: microsText(micros) });
      }
    }
  }
}

/** A deployment: the machines that are tagged alike. */
function groupOf({ provider, fleet }: Estate, number: number): Resource {
  const app = APPS[number % APPS.length] ?? APPS[0];
  if (app === undefined) throw new Error("the company has lost its applications");
  const name = `${app.name}-${provider}-${number}`;
  return {
    id: name,
    name,
    type: fleet.type,
    account: fleet.account,
    region: fleet.region,
    owner: ownerOf(app, "prod"),
    tags: { deployment: name },
    uses: [],
  };
}
