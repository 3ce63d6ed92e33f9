import { AppError } from "../../domain/errors.ts";
import type { ScopeFilter } from "../../domain/scope.ts";
import type { Day } from "../../domain/period.ts";
import { findWaste } from "../../service/find-waste.ts";
import type { Command } from "../command.ts";
import { formatQuestion } from "../grammar/format-question.ts";
import { parseQuestion } from "../grammar/parse-question.ts";
import { wasteCard } from "../views/waste-card.ts";
import { wasteFindingCard } from "../views/waste-finding-card.ts";

const FINDING_ID = /^(?:show\s+)?(waste_[0-9a-z]{12})$/i;

/** `waste`, `waste for team payments not region eu-west-1`, `waste waste_…` (one finding with its commands). */
export const wasteCommand: Command = {
  name: "waste",
  summary: "What the bills prove to be waste, and how to end it",
  usage: "waste [for DIM VALUE…] [not DIM VALUE…] | waste FINDING-ID",
  examples: ["waste", "waste for team payments", "waste for provider aws not environment production"],
  role: "viewer",
  run: async ({ ctx, text }) => {
    const id = FINDING_ID.exec(text.trim())?.[1]?.toLowerCase();
    const scope = id === undefined ? parseScope(text, ctx.clock.today()) : [];
    const answer = await findWaste({ ctx, input: { scope } });
    if (id === undefined) return { card: wasteCard(answer), data: answer, exitCode: 0 };
    const finding = answer.findings.find((one) => one.id === id);
    if (finding === undefined) {
      throw new AppError("not-found", `There is no finding ${id} now: it may be solved, or outside what you may see.`, {
        remedy: "Type waste to see what there is.",
      });
    }
    return { card: wasteFindingCard(finding), data: finding, exitCode: 0 };
  },
};

/** The filters of a cost question and nothing else of it: waste has its own period. */
function parseScope(text: string, today: Day): ScopeFilter {
  const remedy = "Say for example: waste for team payments not region eu-west-1";
  if (text.trim() === "") return [];
  if (!/^(?:for|not)\b/i.test(text.trim())) {
    throw new AppError("bad-input", `waste takes a scope, and "${text.trim().slice(0, 40)}" is none.`, { remedy });
  }
  const parsed = parseQuestion(text, { today });
  if (!parsed.ok) throw new AppError("bad-input", parsed.message, { remedy });
  const plain = parseQuestion("", { today });
  const rest = plain.ok && formatQuestion({ ...plain.query, filters: parsed.query.filters });
  if (rest !== formatQuestion(parsed.query)) {
    throw new AppError("bad-input", "waste takes for and not clauses only: it has its own period and grouping.", {
      remedy,
    });
  }
  return parsed.query.filters;
}
