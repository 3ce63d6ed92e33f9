import { describeRules } from "../../analysis/waste/describe-rule.ts";
import type { Confidence } from "../../analysis/waste/rule.ts";
import { AppError } from "../../domain/errors.ts";
import { nearestWords } from "../../domain/nearest.ts";
import type { ScopeFilter } from "../../domain/scope.ts";
import type { Day } from "../../domain/period.ts";
import type { Context } from "../../service/context.ts";
import { findWaste } from "../../service/find-waste.ts";
import { excludeWaste, includeWaste, listWasteExclusions, unknownRule } from "../../service/waste-exclusions.ts";
import { effectByWord, type Command, type CommandAnswer } from "../command.ts";
import { formatQuestion } from "../grammar/format-question.ts";
import { parseQuestion } from "../grammar/parse-question.ts";
import { wasteCard } from "../views/waste-card.ts";
import { wasteExclusionCard, wasteExclusionsCard } from "../views/waste-exclusions-card.ts";
import { wasteFindingCard } from "../views/waste-finding-card.ts";
import { wasteRuleCard, wasteRulesCard } from "../views/waste-rules-card.ts";
import { parseExclusion } from "./waste-arguments.ts";

const FINDING_ID = /^(?:show\s+)?(waste_[0-9a-z]{12})$/i;
const EVERYTHING: readonly Confidence[] = ["A", "B", "C"];
const SECTIONS: Readonly<Record<string, readonly Confidence[]>> = {
  proven: ["A"],
  verify: ["B"],
  trends: ["C"],
};

/** `waste`, `waste for team payments`, `waste waste_…` (one finding with its commands), its rules and its exclusions. */
export const wasteCommand: Command = {
  name: "waste",
  summary: "What the bills prove to be waste, what they hint at, and how to end it",
  usage: [
    "waste [proven|verify|trends] [for DIM VALUE…] [not DIM VALUE…]",
    "waste FINDING-ID",
    "waste rules",
    "waste explain RULE",
    "waste exclude [rule RULE] [resource ID] [account ID] [tag KEY=VALUE] --reason TEXT [--until DAY|30d|never]",
    "waste exclusions",
    "waste include EXCLUSION-ID",
  ].join("\n"),
  examples: [
    "waste",
    "waste for team payments",
    "waste verify for provider aws",
    "waste explain net.nat.idle",
    'waste exclude tag purpose=audit --reason "kept for the auditors" --until 180d',
  ],
  role: "viewer",
  effect: effectByWord({ exclude: "shared", include: "shared" }),
  run: async ({ ctx, text }) => {
    const [, word = "", rest = ""] = /^(\S*)\s*([\s\S]*)$/.exec(text.trim()) ?? [];
    const verb = VERBS[word.toLowerCase()];
    if (verb !== undefined) return verb(ctx, rest);
    const id = FINDING_ID.exec(text.trim())?.[1]?.toLowerCase();
    if (id !== undefined) return showFinding(ctx, id);
    const confidences = SECTIONS[word.toLowerCase()];
    const scope = parseScope(confidences === undefined ? text : rest, ctx.clock.today());
    const answer = await findWaste({ ctx, input: { scope, confidences: confidences ?? EVERYTHING } });
    return { card: wasteCard(answer), data: answer, exitCode: 0 };
  },
};

type WasteVerb = (ctx: Context, rest: string) => Promise<CommandAnswer>;

const VERBS: Readonly<Record<string, WasteVerb>> = {
  rules: async (ctx) => {
    const rules = describeRules(ctx.settings.waste);
    return { card: wasteRulesCard(rules), data: { rules }, exitCode: 0 };
  },
  explain: async (ctx, rest) => {
    const id = rest.trim().toLowerCase();
    const rule = describeRules(ctx.settings.waste).find((one) => one.id === id);
    if (rule === undefined) throw unknownRule(rest.trim());
    return { card: wasteRuleCard(rule), data: { rule }, exitCode: 0 };
  },
  exclude: async (ctx, rest) => {
    const exclusion = await excludeWaste({ ctx, input: parseExclusion(rest, ctx.clock.today()) });
    return { card: wasteExclusionCard(exclusion, "excluded"), data: { exclusion }, exitCode: 0 };
  },
  exclusions: async (ctx) => {
    const exclusions = await listWasteExclusions({ ctx, input: {} });
    return { card: wasteExclusionsCard(exclusions), data: { exclusions }, exitCode: 0 };
  },
  include: async (ctx, rest) => {
    const exclusion = await includeWaste({ ctx, input: { id: rest.trim() } });
    return { card: wasteExclusionCard(exclusion, "included"), data: { exclusion }, exitCode: 0 };
  },
};

async function showFinding(ctx: Context, id: string): Promise<CommandAnswer> {
  const { findings, excluded } = await findWaste({ ctx, input: { scope: [], confidences: EVERYTHING } });
  const finding = findings.find((one) => one.id === id);
  if (finding !== undefined) return { card: wasteFindingCard(finding), data: finding, exitCode: 0 };
  if (excluded.includes(id)) {
    throw new AppError("not-found", `Finding ${id} is excluded by a person.`, {
      remedy: "waste exclusions says by whom, why and until when.",
    });
  }
  throw new AppError("not-found", `There is no finding ${id} now: it may be solved, or outside what you may see.`, {
    remedy: "Type waste to see what there is.",
  });
}

/** The filters of a cost question and nothing else of it: waste has its own period. */
function parseScope(text: string, today: Day): ScopeFilter {
  const remedy = "Say for example: waste for team payments not region eu-west-1";
  if (text.trim() === "") return [];
  if (!/^(?:for|not)\b/i.test(text.trim())) {
    const [word = ""] = text.trim().split(/\s+/);
    const [near] = nearestWords(word, [...Object.keys(VERBS), ...Object.keys(SECTIONS)]);
    throw new AppError("bad-input", `waste takes a scope, and "${text.trim().slice(0, 40)}" is none.`, {
      remedy: near === undefined ? remedy : `Did you mean "waste ${near}"?`,
    });
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
