import type { CostQuery } from "../../domain/cost-query.ts";
import { formatQuestion } from "./format-question.ts";
import { draftQuery, readQuestion, type QuestionRead } from "./read-question.ts";
import type { QuestionEnv } from "./reader.ts";

export type { QuestionEnv } from "./reader.ts";

export type QuestionParse =
  | { readonly ok: true; readonly query: CostQuery }
  /** `suggestions` are whole commands that run as they are, likeliest first; there is at least one. */
  | { readonly ok: false; readonly message: string; readonly suggestions: readonly string[] };

/** Longest question read; longer text is refused, not cut. */
export const QUESTION_LENGTH_MAX = 20_000;
const SUGGESTIONS_MAX = 3;
/** Repairs are tried breadth first: several mistakes in one question, but never long. */
const REPAIR_ROUNDS = 3;
const REPAIR_WIDTH = 6;
/** Words left out in search of a question that runs: a sentence. */
const DROPPED_MAX = 24;

/**
 * Reads `last month by service vs previous` (with or without the word `cost`) into a query.
 * Pure: the same text on the same day gives the same query. Never throws; a failure says what is wrong
 * and offers questions that run.
 */
export function parseQuestion(text: string, env: QuestionEnv): QuestionParse {
  if (text.length > QUESTION_LENGTH_MAX) {
    return { ok: false, message: `A question has at most ${QUESTION_LENGTH_MAX} characters.`, suggestions: [FALLBACK] };
  }
  const read = readQuestion(text, env);
  if (read.ok) return read;
  return { ok: false, message: read.failure.message, suggestions: suggest(text, read, env) };
}

const FALLBACK = "cost last month by service";

function suggest(text: string, read: Exclude<QuestionRead, { ok: true }>, env: QuestionEnv): string[] {
  const found = new Set<string>();
  let round: { text: string; read: typeof read }[] = [{ text, read }];
  for (let depth = 0; depth < REPAIR_ROUNDS && found.size < SUGGESTIONS_MAX; depth += 1) {
    const next: typeof round = [];
    for (const { text, read } of round) {
      for (const candidate of repairs(text, read).slice(0, REPAIR_WIDTH)) {
        const again = readQuestion(candidate, env);
        if (again.ok) found.add(`cost ${formatQuestion(again.query)}`);
        else if (next.length < REPAIR_WIDTH) next.push({ text: candidate, read: again });
      }
    }
    round = next;
  }
  const understood = found.size > 0 ? null : (withoutUnknown(text, env) ?? draftQuery(read.draft, env));
  if (understood !== null) found.add(`cost ${formatQuestion(understood)}`);
  if (found.size === 0) found.add(FALLBACK);
  return [...found].slice(0, SUGGESTIONS_MAX);
}

/** "how much did we spend on s3 last month" → what is left when the words that are not understood are left out. */
function withoutUnknown(text: string, env: QuestionEnv): CostQuery | null {
  let rest = text;
  for (let dropped = 0; dropped < DROPPED_MAX; dropped += 1) {
    const read = readQuestion(rest, env);
    if (read.ok) return read.query;
    const { failure, tokens } = read;
    const first = tokens[failure.at];
    const last = tokens[failure.at + Math.max(1, failure.length) - 1];
    if (first === undefined || last === undefined) return null;
    rest = `${rest.slice(0, first.start)} ${rest.slice(last.end)}`;
  }
  return null;
}

/** The text with the failing words replaced, one text a replacement. */
function repairs(text: string, read: Exclude<QuestionRead, { ok: true }>): string[] {
  const { failure, tokens } = read;
  const first = tokens[failure.at];
  const last = tokens[failure.at + Math.max(0, failure.length - 1)] ?? tokens.at(-1);
  const start = first?.start ?? text.length;
  const end = failure.length === 0 ? start : (last?.end ?? text.length);
  return failure.replacements.map((replacement) => `${text.slice(0, start)} ${replacement} ${text.slice(end)}`);
}
