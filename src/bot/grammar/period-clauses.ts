import { addMonths, firstDay, monthOf, type Month } from "../../domain/period.ts";
import type { CostQuery } from "../../domain/cost-query.ts";
import type { Clause } from "./clause.ts";
import { readPeriod } from "./period-words.ts";
import { done, fail, shown, wordAt, type Reader, type Step } from "./reader.ts";

export const billingClause: Clause = {
  id: "billing",
  words: ["billing", "billing month", "invoice month", "bill for", "bill of"],
  syntax: "billing MONTH",
  ebnf: '"billing" , month',
  summary: "Charges of an invoice month (BillingPeriod) instead of the days they belong to (ChargePeriod).",
  examples: ["billing 2026-03 by provider", "billing last month metric billed"],
  option: { name: "billing" },
  read: (reader, position, start) => {
    const period = readPeriod(reader.tokens, position, reader.env.today);
    const lastMonth = addMonths(monthOf(reader.env.today), -1);
    const single = period?.kind === "period" && isOneMonth(period.from, period.to, period.said);
    if (period === null || period.kind !== "period" || !single) {
      const missing = position >= reader.tokens.length;
      return fail(
        "`billing` needs a month, like 2026-03 or last month.",
        position,
        missing ? 0 : (period?.length ?? 1),
        [lastMonth, "last month"],
      );
    }
    return select(reader, { by: "billing-month", month: monthOf(period.from) }, null, start, position + period.length);
  },
};

function isOneMonth(from: string, to: string, said: string | null): boolean {
  if (said === "this month") return true;
  const month = from.slice(0, 7) as Month;
  return from.endsWith("-01") && to === firstDay(addMonths(month, 1));
}

export const invoiceClause: Clause = {
  id: "invoice",
  words: ["invoice"],
  syntax: "invoice ID",
  ebnf: '"invoice" , value',
  summary: "The charges of one invoice, by issuer and currency.",
  examples: ["invoice AW-202603", "invoice AW-202603 by service metric billed"],
  option: { name: "invoice" },
  read: (reader, position, start) => {
    const token = reader.tokens[position];
    if (token === undefined || token.kind === "comma" || token.text === "" || token.text.length > 500) {
      return fail("`invoice` needs the number of an invoice.", start, 1, ["by invoice"]);
    }
    return select(reader, { by: "invoice", invoice: token.text }, null, start, position + 1);
  },
};

export const periodClause: Clause = {
  id: "period",
  words: [],
  syntax: "PERIOD",
  ebnf: "period",
  summary: "The days charges belong to, in UTC. Default: this month so far.",
  examples: [
    "yesterday",
    "30d by service",
    "2026-q3 by provider",
    "2026-09-01..2026-09-15 per day",
    "since 2026-09-01",
  ],
  option: { name: "period" },
  read: (reader, position) => {
    const period = readPeriod(reader.tokens, position, reader.env.today);
    if (period === null) return fail(`"${shown(reader, position)}" is no period.`, position, 1, ["last month"]);
    if (period.kind === "bad") return fail(period.message, position, period.length, period.replacements);
    return select(
      reader,
      { by: "days", from: period.from, to: period.to },
      period.said,
      position,
      position + period.length,
    );
  },
};

function select(
  reader: Reader,
  selection: CostQuery["select"],
  said: string | null,
  start: number,
  next: number,
): Step {
  const { draft } = reader;
  if (draft.select !== undefined && JSON.stringify(draft.select) !== JSON.stringify(selection)) {
    const words = reader.tokens
      .slice(start, next)
      .map((token) => token.text)
      .join(" ")
      .slice(0, 60);
    const comparison = selection.by === "days" && draft.versus === undefined ? [`vs ${words}`] : [];
    return fail(
      `The question names two periods; the second is "${words}". Use \`vs\` to compare.`,
      start,
      next - start,
      [...comparison, ""],
    );
  }
  draft.select = selection;
  draft.said = said;
  return done(next);
}

/** Whether a period stands at `position`, perhaps misspelt. */
export function periodAt(reader: Reader, position: number): boolean {
  return wordAt(reader, position) !== "" && readPeriod(reader.tokens, position, reader.env.today) !== null;
}
