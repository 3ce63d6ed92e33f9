import { atomsToDecimal } from "../domain/money.ts";
import { addDays, monthOf, monthPeriod, type Month } from "../domain/period.ts";
import { commitmentLines } from "./commitment-lines.ts";
import type { Estate } from "./estate.ts";
import { fleetLines } from "./fleet.ts";
import { csvLine, type Moving, type Template } from "./focus-csv.ts";
import { correctionLines, monthlyLines, taxCollector } from "./monthly-lines.ts";
import { dayOfSpan, quantityMicros, type DayOfSpan, type Span } from "./quantity.ts";
import { chance } from "./random.ts";
import { microsText, useLine, type Line, type UseLine, type Write } from "./use-line.ts";

/** Of the last day only this share of lines has arrived, and of each only part of its hours. */
const LATE_LINES = 0.35;
const LATE_SHARE = 0.45;

/** A provider's bills for a span: every line, month by month. Pure: the same span gives the same lines. */
export type Bill = { readonly linesOf: (month: Month) => Generator<Line> };

/** `machines`: how many billed by the hour the estate is enlarged with. */
export function billOf(estate: Estate, span: Span, machines = 0): Bill {
  const uses = estate.resources.flatMap((resource) => resource.uses.map((use) => useLine(estate, resource, use, span)));
  const lastDay = addDays(span.end, -1);
  const sets = estate.commitments.map((commitment) => commitmentLines(estate, commitment, uses));
  function* linesOf(month: Month): Generator<Line> {
    const whole = monthPeriod(month);
    const isOpen = month === monthOf(lastDay);
    const billing = { month: whole, invoiceId: isOpen ? "" : invoiceId(estate, month) };
    const write = (template: Template, moving: Moving): Line => ({
      text: csvLine(template, moving, billing),
      costs: moving.costs,
    });
    const tax = taxCollector(estate);
    const from = span.first > whole.from ? span.first : whole.from;
    const to = span.end < whole.to ? span.end : whole.to;
    for (let day = from; day < to; day = addDays(day, 1)) {
      const at = dayOfSpan(span, day);
      if (day === whole.from) yield* tax.over(monthlyLines(estate, month, write));
      yield* tax.over(usageLines(uses, at, write));
      yield* tax.over(fleetLines(estate, machines, span, at, write));
      if (day !== lastDay) for (const set of sets) yield* tax.over(set(at, write));
    }
    if (isOpen) yield* correctionLines(estate, month, span, write);
    if (from === whole.from) yield* tax.lines(month, write);
  }
  return { linesOf };
}

function* usageLines(uses: readonly UseLine[], at: DayOfSpan, write: Write): Generator<Line> {
  const late = at.daysLeft === 1;
  for (const line of uses) {
    // What a commitment pays for arrives together with the commitment: not yet.
    if (late && (line.committed !== null || chance(`${at.seed}:late:${line.key}`) > LATE_LINES)) continue;
    const micros = late
      ? BigInt(Math.round(Number(quantityMicros(line.use, line.key, at)) * LATE_SHARE))
      : quantityMicros(line.use, line.key, at);
    if (micros === 0n) continue;
    const contracted = micros * line.contracted;
    const effective = line.committed === null ? contracted : micros * line.committed;
    const costs = {
      billed: line.committed === null ? contracted : 0n,
      effective,
      list: micros * line.list,
      contracted,
    };
    const quantity = microsText(micros);
    yield write(line.template, {
      period: at.period,
      costs,
      quantity,
      commitmentQuantity: commitmentQuantity(line, effective, quantity),
    });
  }
}

function commitmentQuantity(line: UseLine, effective: bigint, quantity: string): string | undefined {
  if (line.committed === null) return undefined;
  const isSpend = line.template.cells.includes("Spend");
  return isSpend ? atomsToDecimal(effective) : quantity;
}

function invoiceId(estate: Estate, month: Month): string {
  const number = (chance(`invoice:${estate.provider}:${month}`) * 9e9 + 1e9).toFixed(0);
  return estate.provider === "azure" ? `E${number}` : number;
}
