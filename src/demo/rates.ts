import { addDays, eachDay, weekday } from "../domain/period.ts";
import type { Span } from "./quantity.ts";
import { chance } from "./random.ts";

export const RATES_FILE = "fx.csv";
/** Dollars for a euro in ten-thousandths, and how far a day moves from it. Invented, like the company. */
const AROUND = 10_900;
const SWING = 180;
/** The first days of the estate take the rate of the days before. */
const DAYS_BEFORE = 7;

/** Euros in dollars on every banking day of the span, as `finops fx import` reads them. */
export function ratesCsv(span: Span): string {
  const period = { from: addDays(span.first, -DAYS_BEFORE), to: span.end };
  const lines = eachDay(period)
    .filter((day) => weekday(day) !== 0 && weekday(day) !== 6)
    .map((day) => `${day},EUR,${rateText(AROUND + Math.round((chance(`fx:${day}`) - 0.5) * SWING))},USD`);
  return `date,currency,rate,base\n${lines.join("\n")}\n`;
}

function rateText(tenThousandths: number): string {
  return `${Math.floor(tenThousandths / 10_000)}.${String(tenThousandths % 10_000).padStart(4, "0")}`;
}
