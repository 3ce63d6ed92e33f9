import { cronOf, DEFAULT_HOUR, MONTHDAY_MAX, WEEKDAYS, type DigestTime } from "../../analysis/digest-times.ts";
import { AppError } from "../../domain/errors.ts";
import type { Day } from "../../domain/period.ts";
import { parseOnlyWhen, type DigestCycle, type OnlyWhen } from "../../domain/report.ts";
import type { ScopeFilter } from "../../domain/scope.ts";
import { isTimeZone } from "../../domain/time-zone.ts";
import { parseScope } from "../grammar/parse-scope.ts";
import { tokenise, type Token } from "../grammar/tokens.ts";

export const SUBSCRIBE_USAGE = [
  "digest subscribe [daily|weekly|monthly] [at HH:MM] [on WEEKDAY|DAY|last] [ZONE] [for DIM VALUE…]",
  "                 [only when over AMOUNT CURRENCY|over PERCENT%|changed] [in #CHANNEL|me]",
  "digest subscribe hygiene [weekly|monthly] [at HH:MM] …",
  "digest subscribe question NAME [asks QUESTION] [daily|weekly|monthly] [at HH:MM] …",
].join("\n");

export const CYCLE_WORDS: Readonly<Record<string, DigestCycle>> = {
  daily: "day",
  day: "day",
  weekly: "week",
  week: "week",
  monthly: "month",
  month: "month",
};

/** What somebody wants to get by itself, and when, as said. */
export type DigestTerms = {
  readonly cycle: DigestCycle;
  readonly onlyWhen: OnlyWhen | null;
  readonly cron: string;
  readonly timeZone: string | null;
  readonly filters: ScopeFilter;
  readonly channel: string | null;
  /** A saved question instead of a digest, by its name; `asks`: saved under it first. */
  readonly hygiene: boolean;
  readonly question: { readonly name: string; readonly asks: string | null } | null;
};

type Said = {
  hygiene?: true;
  question?: string;
  asks?: string;
  cycle?: DigestCycle;
  at?: { hour: number; minute: number };
  on?: { weekday: number } | { monthday: number | "last" };
  zone?: string;
  channel?: string;
  onlyWhen?: OnlyWhen;
  scope?: string;
};

/**
 * Reads what follows `digest subscribe`: clauses of its own in any order, and a part of the bill in the language of
 * questions. A clause with an empty quoted value counts as not said: that is how forms send what was left empty.
 * Throws AppError saying what is wrong.
 */
export function readDigestTerms(text: string, today: Day): DigestTerms {
  const { tokens, openQuoteAt } = tokenise(text);
  if (openQuoteAt !== null) throw wrong("A quote is opened and not closed.");
  const said: Said = {};
  const left: string[] = [];
  let position = 0;
  while (position < tokens.length) {
    const taken = isValue(tokens, position) ? 0 : readClause(tokens, position, said);
    const token = tokens[position];
    if (taken === 0 && token !== undefined) left.push(text.slice(token.start, token.end));
    position += Math.max(1, taken);
  }
  const scope = [...left, said.scope ?? ""].join(" ").trim();
  const cycle = said.cycle ?? (said.on === undefined ? "day" : "weekday" in said.on ? "week" : "month");
  return {
    cycle,
    onlyWhen: said.onlyWhen ?? null,
    cron: cronOf(cycle, { ...(said.at ?? { hour: DEFAULT_HOUR, minute: 0 }), on: dayOf(cycle, said.on) }),
    timeZone: said.zone ?? null,
    filters: scope === "" ? [] : parseScope(scope, today),
    channel: said.channel ?? null,
    hygiene: said.hygiene === true,
    question: said.question === undefined ? null : { name: said.question, asks: said.asks ?? null },
  };
}

/** How many tokens a clause of ours takes here; 0 = none begins. */
function readClause(tokens: readonly Token[], position: number, said: Said): number {
  const word = wordOf(tokens[position]);
  const next = tokens[position + 1];
  const value = next?.text ?? "";
  // A form quotes what was chosen.
  const cycle = CYCLE_WORDS[(tokens[position]?.text ?? "").toLowerCase()];
  if (cycle !== undefined) return take(said, "cycle", cycle, 1);
  if (isZone(tokens[position]?.text ?? "")) return take(said, "zone", tokens[position]?.text ?? "", 1);
  if (word === "hygiene") return take(said, "hygiene", true, 1);
  if (word === "only") return readOnlyWhen(tokens, position, said);
  if (next === undefined || next.kind === "comma") return 0;
  const empty = next.kind === "quoted" && value.trim() === "";
  switch (word) {
    case "at":
      return empty ? 2 : take(said, "at", timeOf(value), 2);
    case "on":
      return empty ? 2 : take(said, "on", onOf(value), 2);
    case "zone":
    case "timezone":
      if (!empty && !isTimeZone(value)) throw wrong(`"${value.slice(0, 40)}" is no time zone, like Europe/Berlin.`);
      return empty ? 2 : take(said, "zone", value, 2);
    case "question":
      return take(said, "question", value, 2);
    case "asks":
      return empty ? 2 : take(said, "asks", value, 2);
    case "scope":
      return empty ? 2 : take(said, "scope", value, 2);
    case "in":
    case "to":
      if (isZone(value)) return take(said, "zone", value, 2);
      return empty ? 2 : take(said, "channel", value, 2);
    default:
      return 0;
  }
}

/** Takes a clause once: what is said twice is a slip of the hand. */
function take<Name extends keyof Said>(said: Said, name: Name, value: Said[Name], length: number): number {
  if (said[name] !== undefined) throw wrong(`The ${NAMES[name]} is said twice.`);
  said[name] = value;
  return length;
}

const NAMES: Readonly<Record<keyof Said, string>> = {
  hygiene: "report",
  question: "question",
  asks: "question's text",
  cycle: "cycle (daily, weekly, monthly)",
  at: "time",
  on: "day",
  zone: "time zone",
  channel: "channel",
  onlyWhen: "condition",
  scope: "scope",
};

/** Words of a condition: "when over 500 USD". */
const CONDITION_WORDS_MAX = 4;

/** `only when over 500 USD`, `only over 10%`, `only when changed`, `only "over 500 USD"`. */
function readOnlyWhen(tokens: readonly Token[], position: number, said: Said): number {
  const first = tokens[position + 1];
  if (first?.kind === "quoted") {
    if (first.text.trim() === "") return 2;
    const onlyWhen = parseOnlyWhen(first.text);
    if (onlyWhen !== null) return take(said, "onlyWhen", onlyWhen, 2);
  }
  let text = "";
  let best: { onlyWhen: OnlyWhen; length: number } | null = null;
  for (let index = 1; index <= CONDITION_WORDS_MAX * 2; index += 1) {
    const token = tokens[position + index];
    if (token === undefined) break;
    // Thousands in groups are words of their own: 1,000 is three.
    const glued = tokens[position + index - 1]?.end === token.start;
    text = index > 1 && !glued ? `${text} ${token.text}` : `${text}${token.text}`;
    const onlyWhen = parseOnlyWhen(text);
    if (onlyWhen !== null) best = { onlyWhen, length: index + 1 };
  }
  if (best !== null) return take(said, "onlyWhen", best.onlyWhen, best.length);
  throw wrong("`only` is followed by a condition: only when over 500 USD, only when over 10%, only when changed.");
}

function timeOf(text: string): { hour: number; minute: number } {
  const match = /^(\d{1,2})(?:[:.h](\d{2}))?\s*(am|pm)?$/i.exec(text.trim());
  const half = match?.[3]?.toLowerCase();
  const said = Number(match?.[1] ?? Number.NaN);
  const hour = half === undefined ? said : (said % 12) + (half === "pm" ? 12 : 0);
  const minute = Number(match?.[2] ?? 0);
  if (match === null || hour > 23 || minute > 59 || (half !== undefined && (said < 1 || said > 12)))
    throw wrong(`"${text.slice(0, 40)}" is no time of day, like 09:00.`);
  return { hour, minute };
}

function onOf(text: string): NonNullable<Said["on"]> {
  const word = text.trim().toLowerCase();
  if (word === "last") return { monthday: "last" };
  const weekday = word.length < 3 ? -1 : WEEKDAYS.findIndex((name) => name.startsWith(word.replace(/s$/, "")));
  if (weekday >= 0) return { weekday };
  const monthday = Number(/^(\d{1,2})(?:st|nd|rd|th)?$/.exec(word)?.[1] ?? Number.NaN);
  if (monthday >= 1 && monthday <= MONTHDAY_MAX) return { monthday };
  if (monthday > MONTHDAY_MAX) throw wrong("Not every month has that day; say `on last` for its last one.");
  throw wrong(`"${text.slice(0, 40)}" is no day to come on, like monday, 5 or last.`);
}

function dayOf(cycle: DigestCycle, on: Said["on"]): DigestTime["on"] {
  if (on === undefined) return null;
  if (cycle === "day") throw wrong("A daily digest comes every day; `on` is for weekly and monthly ones.");
  if (cycle === "week" && "weekday" in on) return on.weekday;
  if (cycle === "month" && "monthday" in on) return on.monthday;
  throw wrong(
    cycle === "week"
      ? "A weekly digest comes on a weekday, as in `on tuesday`."
      : "A monthly digest comes on a day of the month, as in `on 5` or `on last`.",
  );
}

/** A zone alone is recognised by its spelling: `Europe/Berlin`, `UTC`. */
function isZone(text: string): boolean {
  return (text === "UTC" || text.includes("/")) && isTimeZone(text);
}

function wordOf(token: Token | undefined): string {
  return token?.kind === "word" ? token.text.toLowerCase() : "";
}

/** Whether the word stands where a value of a filter would: `for team daily` names a team. */
function isValue(tokens: readonly Token[], position: number): boolean {
  return tokens[position - 1]?.kind === "comma" || /^(for|not)$/.test(wordOf(tokens[position - 2]));
}

function wrong(message: string): AppError {
  return new AppError("bad-input", message, { remedy: `Say: ${SUBSCRIBE_USAGE.replace(/\s+/g, " ")}` });
}
