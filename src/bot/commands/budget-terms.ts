import {
  BUDGET_METRICS,
  BUDGET_NAME_MAX,
  DEFAULT_THRESHOLDS,
  PERCENT_MAX,
  THRESHOLDS_MAX,
  type BudgetCycle,
  type BudgetTerms,
  type Threshold,
  type ThresholdBasis,
} from "../../domain/budget.ts";
import type { CostQuery } from "../../domain/cost-query.ts";
import { AppError } from "../../domain/errors.ts";
import { money, type Money } from "../../domain/money.ts";
import type { Day } from "../../domain/period.ts";
import { quoteValue } from "../../domain/question-text.ts";
import { parseQuestion } from "../grammar/parse-question.ts";
import { tokenise, type Token } from "../grammar/tokens.ts";
import { readArguments } from "./recs-arguments.ts";

const SET_USAGE =
  "budget set NAME AMOUNT CURRENCY {for|not DIM VALUE…} [without KIND…] [each month|quarter|year] [at 50,80,100] [forecast 100] [metric …] [to CHANNEL]";

const CYCLE_WORDS: Readonly<Record<string, BudgetCycle>> = {
  month: "month",
  monthly: "month",
  quarter: "quarter",
  quarterly: "quarter",
  year: "year",
  yearly: "year",
  annually: "year",
};

type SetTerms = Omit<BudgetTerms, "channel"> & { readonly channel: string | null };
type Own = { cycle: BudgetCycle | null; at: number[] | null; forecast: number[] | null; channel: string | null };

/**
 * Reads what follows `budget set`. What it counts is said in the language of questions (`for team payments not service
 * Support without tax metric billed`), the rest in clauses of its own. Throws AppError saying what is missing or wrong.
 */
export function readBudgetTerms(given: string, today: Day): SetTerms {
  const text = withoutOptions(given);
  const { tokens, openQuoteAt } = tokenise(text);
  if (openQuoteAt !== null) throw wrong("A quote is opened and not closed.");
  const name = tokens[0];
  if (name === undefined || name.kind === "comma" || name.text.trim() === "") throw wrong("A budget needs a name.");
  if (name.text.length > BUDGET_NAME_MAX) throw wrong(`A name has at most ${BUDGET_NAME_MAX} characters.`);
  const { amount, next } = readAmount(tokens);
  const { own, rest } = readOwnClauses(text, tokens.slice(next));
  const query = readScope(rest, today, `${quoteValue(name.text)} …`);
  return {
    name: name.text.trim(),
    amount,
    filters: query.filters,
    without: query.without,
    metric: query.metric,
    cycle: own.cycle ?? "month",
    thresholds: thresholdsOf(own),
    channel: own.channel,
  };
}

/** What a form sends as options (`--scope "for team payments"`), and the clause each stands for. */
const OPTION_CLAUSES = ["amount", "scope", "each", "at", "forecast", "to"] as const;

/** The same terms in the words of the grammar. Options come in any order; an empty one is as good as none. */
function withoutOptions(text: string): string {
  if (!/(?:^|\s)--[a-z]/i.test(text)) return text;
  const { words, options } = readArguments(text, OPTION_CLAUSES);
  const named =
    options.has("amount") && words.length > 0 ? quoteValue(words.join(" ")) : words.map(quoteValue).join(" ");
  const clauses = OPTION_CLAUSES.flatMap((name) => {
    const value = options.get(name)?.trim() ?? "";
    if (value === "") return [];
    return name === "amount" || name === "scope" ? [value] : [`${name} ${value}`];
  });
  return [named, ...clauses].join(" ");
}

/** `10000 USD`, `10,000.50 EUR`, `12k usd`. */
function readAmount(tokens: readonly Token[]): { amount: Money; next: number } {
  let digits = tokens[1]?.text ?? "";
  let next = 2;
  // Thousands in groups: the comma is a token of its own.
  while (
    tokens[next]?.kind === "comma" &&
    /^\d{3}(\.\d+)?$/.test(tokens[next + 1]?.text ?? "") &&
    touches(tokens, next)
  ) {
    digits += tokens[next + 1]?.text ?? "";
    next += 2;
  }
  const match = /^(\d{1,20}(?:\.\d{1,18})?)([km]?)$/i.exec(digits);
  if (match === null) throw wrong(`"${digits.slice(0, 40)}" is no amount: a number follows the name.`);
  const currency = (tokens[next]?.text ?? "").toUpperCase();
  // "3000 for team …": `for` has three letters too, and no currency is called so.
  if (currency === "" || currency === "FOR" || currency === "NOT")
    throw wrong("The currency is missing: three letters, like USD, follow the amount.");
  if (!/^[A-Z]{3}$/.test(currency))
    throw wrong(`"${currency.slice(0, 40)}" is no currency of three letters, like USD: it follows the amount.`);
  const unit = money(match[1] ?? "0", currency);
  const factor = { k: 1_000n, m: 1_000_000n }[(match[2] ?? "").toLowerCase()] ?? 1n;
  const amount = { ...unit, atoms: unit.atoms * factor };
  if (amount.atoms <= 0n) throw wrong("A budget is more than nothing.");
  return { amount, next: next + 1 };
}

function touches(tokens: readonly Token[], comma: number): boolean {
  return tokens[comma - 1]?.end === tokens[comma]?.start && tokens[comma]?.end === tokens[comma + 1]?.start;
}

/** Takes the clauses only budgets have; what is left is a question's. */
function readOwnClauses(text: string, tokens: readonly Token[]): { own: Own; rest: string } {
  const own: Own = { cycle: null, at: null, forecast: null, channel: null };
  const left: string[] = [];
  let position = 0;
  while (position < tokens.length) {
    const taken = readOwnClause(tokens, position, own);
    const token = tokens[position];
    if (taken === 0 && token !== undefined) left.push(text.slice(token.start, token.end));
    position += Math.max(1, taken);
  }
  return { own, rest: left.join(" ") };
}

/** How many tokens a clause of ours takes here; 0 = none begins. */
function readOwnClause(tokens: readonly Token[], position: number, own: Own): number {
  const word = wordOf(tokens[position]);
  const following = wordOf(tokens[position + 1]);
  const said = CYCLE_WORDS[word];
  if (/^(each|every|per|a)$/.test(word) && CYCLE_WORDS[following] !== undefined) {
    own.cycle = once(own.cycle, CYCLE_WORDS[following], word);
    return 2;
  }
  if (said !== undefined && word.endsWith("ly") && !isValue(tokens, position)) {
    own.cycle = once(own.cycle, said, word);
    return 1;
  }
  if ((word === "at" || word === "forecast") && /^(\d+%?|none|off)$/.test(following)) {
    const { percents, length } = readPercents(tokens, position + 1);
    own[word] = once(own[word], percents, word);
    return 1 + length;
  }
  if (word === "to" && following !== "") {
    own.channel = once(own.channel, following.replace(/^#/, ""), word);
    return 2;
  }
  return 0;
}

/** `50,80,100`, `80%`; `none` = tell nobody. */
function readPercents(tokens: readonly Token[], start: number): { percents: number[]; length: number } {
  if (/^(none|off)$/.test(wordOf(tokens[start]))) return { percents: [], length: 1 };
  const percents: number[] = [];
  let position = start;
  for (;;) {
    const match = /^(\d{1,6})%?$/.exec(wordOf(tokens[position]));
    if (match === null)
      throw wrong(
        `A threshold is a percentage, as in \`at 50,80,100\`; "${wordOf(tokens[position]).slice(0, 40)}" is not.`,
      );
    const percent = Number(match[1]);
    if (percent < 1 || percent > PERCENT_MAX) throw wrong(`A threshold lies between 1 and ${PERCENT_MAX} percent.`);
    percents.push(percent);
    position += 1;
    if (tokens[position]?.kind !== "comma") break;
    position += 1;
  }
  return { percents, length: position - start };
}

function thresholdsOf({ at, forecast }: Own): Threshold[] {
  const of = (basis: ThresholdBasis, given: number[] | null): Threshold[] =>
    given === null
      ? DEFAULT_THRESHOLDS.filter((threshold) => threshold.basis === basis)
      : [...new Set(given)].toSorted((a, b) => a - b).map((percent) => ({ basis, percent }));
  const all = [...of("actual", at), ...of("forecast", forecast)];
  if (all.length > THRESHOLDS_MAX) throw wrong(`A budget has at most ${THRESHOLDS_MAX} thresholds.`);
  return all;
}

type Scope = Pick<BudgetTerms, "filters" | "without" | "metric">;

/** Filters, kinds and metric in the language of questions; any other clause of it has no meaning here. */
function readScope(text: string, today: Day, begin: string): Scope {
  const read = parseQuestion(text, { today });
  if (!read.ok) {
    const [first] = read.suggestions;
    const scope = first?.replace(/^cost (this month ?)?/, "");
    throw wrong(
      read.message,
      scope === undefined || scope === "" ? undefined : `Perhaps: budget set ${begin} ${scope}`,
    );
  }
  const extra = extraClause(read.query, text);
  if (extra !== null) throw wrong(`A budget has no \`${extra}\`: it counts everything of its scope, each period anew.`);
  const metric = BUDGET_METRICS.find((word) => word === read.query.metric);
  if (metric === undefined) throw wrong("Usage is a quantity; a budget is an amount of money.");
  return { filters: read.query.filters, without: read.query.without, metric };
}

function extraClause(query: CostQuery, text: string): string | null {
  if (query.allocated) return "allocated";
  if (query.by.length > 0) return "by";
  if (query.per !== null) return "per";
  if (query.versus !== null) return "vs";
  if (query.top !== null) return "top";
  if (query.form !== null) return "as";
  if (query.currency !== null) return "in";
  if (query.select.by === "billing-month") return "billing";
  if (query.select.by === "invoice") return "invoice";
  // Every question has a period; said or not, the default is this month.
  return query.said === "this month" && !/\b(this month|mtd)\b/i.test(text) ? null : "PERIOD";
}

function wordOf(token: Token | undefined): string {
  return token !== undefined && token.kind === "word" ? token.text.toLowerCase() : "";
}

/** Whether the word stands where a value of a filter would. */
function isValue(tokens: readonly Token[], position: number): boolean {
  return tokens[position - 1]?.kind === "comma" || /^(for|not)$/.test(wordOf(tokens[position - 2]));
}

function once<T>(before: T | null, now: T, word: string): T {
  if (before !== null) throw wrong(`\`${word}\` is said twice.`);
  return now;
}

function wrong(message: string, remedy = `Say: ${SET_USAGE}`): AppError {
  return new AppError("bad-input", message, { remedy });
}
