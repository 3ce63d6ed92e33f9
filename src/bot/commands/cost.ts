import { listPromotedTags } from "../../service/list-promoted-tags.ts";
import type { CostQuery } from "../../domain/cost-query.ts";
import { periodLength } from "../../domain/period.ts";
import { showCostsDrawn } from "../../service/show-costs-drawn.ts";
import type { Context } from "../../service/context.ts";
import type { Command, CommandAnswer } from "../command.ts";
import { parseQuestion } from "../grammar/parse-question.ts";
import { QUESTION_USAGE, questionExamples } from "../grammar/question-help.ts";
import { costCard } from "../views/cost-card.ts";

/** Longer periods are drawn by month. */
const DAILY_PICTURE_DAYS_MAX = 92;

/** `cost last month by service vs previous`: the answer as a card and as data. */
export const costCommand: Command = {
  name: "cost",
  summary: "What was spent, on what, and why it changed",
  usage: QUESTION_USAGE,
  examples: questionExamples(),
  role: "viewer",
  run: async ({ ctx, text }) => {
    const today = ctx.clock.today();
    const read = parseQuestion(text, { today });
    if (read.ok) return answerQuery(ctx, read.query);
    // Only a failure needs the tag keys of the data, for did-you-mean.
    const again = parseQuestion(text, { today, tagKeys: await listPromotedTags({ ctx }) });
    return again.ok ? answerQuery(ctx, again.query) : refusal(again.message, again.suggestions);
  },
};

/** Card and data of a query; a bare total gets the picture of its days. */
export async function answerQuery(ctx: Context, query: CostQuery): Promise<CommandAnswer> {
  const series = pictureOf(query);
  const { answer, drawn } = await showCostsDrawn({ ctx, input: { query, drawn: series } });
  const picture = drawn === null || series === null ? undefined : { answer: drawn, query: series };
  return { card: costCard(answer, query, picture), data: answer, exitCode: 0 };
}

function pictureOf(query: CostQuery): CostQuery | null {
  const bare = query.by.length === 0 && query.per === null && query.versus === null;
  if (!bare || query.select.by !== "days" || query.form === "table" || query.metric === "usage") return null;
  const days = periodLength(query.select);
  return days < 2 ? null : { ...query, per: days > DAILY_PICTURE_DAYS_MAX ? "month" : "day" };
}

function refusal(message: string, suggestions: readonly string[]): CommandAnswer {
  return {
    card: {
      title: "I did not understand the question",
      summary: message,
      tone: "warning",
      blocks: [
        { kind: "list", caption: "These run as they are", items: suggestions.map((text) => [{ kind: "code", text }]) },
      ],
      actions: [
        ...suggestions.map((command) => ({
          kind: "button" as const,
          label: command,
          style: "plain" as const,
          command,
        })),
        { kind: "button", label: "Help", style: "plain", command: "help cost" },
      ],
      footer: [],
    },
    data: { error: { code: "bad-input", message, remedy: `Try: ${suggestions.join(" · ")}` } },
    exitCode: 2,
  };
}
