import { AppError } from "../../domain/errors.ts";
import type { Day } from "../../domain/period.ts";
import type { ScopeFilter } from "../../domain/scope.ts";
import { formatQuestion } from "./format-question.ts";
import { parseQuestion } from "./parse-question.ts";

/**
 * A part of the bill in words: `for team payments not region eu-west-1`, or `everything`. The filters of a cost question
 * and nothing else of one. Throws AppError("bad-input").
 */
export function parseScope(text: string, today: Day): ScopeFilter {
  const said = text.trim();
  const remedy = "Say for example: for team payments not region eu-west-1, or: everything";
  if (/^everything$/i.test(said)) return [];
  if (!/^(?:for|not)\b/i.test(said)) {
    throw new AppError("bad-input", `"${said.slice(0, 60)}" is no part of the bill.`, { remedy });
  }
  const parsed = parseQuestion(said, { today });
  if (!parsed.ok) throw new AppError("bad-input", parsed.message, { remedy });
  const plain = parseQuestion("", { today });
  const rest = plain.ok && formatQuestion({ ...plain.query, filters: parsed.query.filters });
  if (rest !== formatQuestion(parsed.query)) {
    throw new AppError("bad-input", "A part of the bill is said with for and not alone.", { remedy });
  }
  return parsed.query.filters;
}
