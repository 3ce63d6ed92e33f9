import type { CostQuery } from "../../domain/cost-query.ts";
import { AppError } from "../../domain/errors.ts";
import type { Day } from "../../domain/period.ts";
import { onlyWhenText, type OnlyWhen, type Report } from "../../domain/report.ts";
import type { SavedQuestion } from "../../domain/saved-question.ts";
import type { Context } from "../../service/context.ts";
import { listPromotedTags } from "../../service/list-promoted-tags.ts";
import { findSaved, saveQuestion } from "../../service/saved-questions.ts";
import { formatQuestion } from "../grammar/format-question.ts";
import { tokenise } from "../grammar/tokens.ts";
import { parseQuestion } from "../grammar/parse-question.ts";

/** Reads a question and saves it under a name. Throws AppError("bad-input") with questions that run. */
export async function saveText(ctx: Context, name: string, text: string): ReturnType<typeof saveQuestion> {
  const today = ctx.clock.today();
  if (text.trim() === "") {
    throw new AppError("bad-input", "Say the question after its name.", {
      remedy: "save burn last month by service (`saved` lists what is saved)",
    });
  }
  // A shell's `save burn "last month by team"` brings the question as one quoted word.
  const { tokens } = tokenise(text);
  const question = tokens.length === 1 && tokens[0]?.kind === "quoted" ? tokens[0].text : text;
  const read = parseQuestion(question, { today, tagKeys: await listPromotedTags({ ctx }) });
  if (!read.ok) throw new AppError("bad-input", read.message, { remedy: `Try: ${read.suggestions.join(" · ")}` });
  const { filters } = read.query;
  return saveQuestion({ ctx, input: { name, question: formatQuestion(read.query), filters } });
}

/** The query a saved question stands for on a day: "last month" in it is the month before that day's. */
export function savedQuery({ name, question }: Pick<SavedQuestion, "name" | "question">, today: Day): CostQuery {
  const read = parseQuestion(question, { today });
  if (read.ok) return read.query;
  throw new AppError("conflict", `The saved question "${name}" is not understood any more: ${read.message}`, {
    remedy: "Save it again with other words.",
  });
}

/** What a subscription to a saved question posts. `asks`: it is saved under the name first. */
export async function questionReport(
  ctx: Context,
  { name, asks }: { readonly name: string; readonly asks: string | null },
  onlyWhen: OnlyWhen | null,
): Promise<Report> {
  if (asks !== null) await saveText(ctx, name, asks);
  const saved = await findSaved({ ctx, input: { name } });
  const query = savedQuery(saved, ctx.clock.today());
  if (onlyWhen !== null && onlyWhen.kind !== "amount" && query.versus === null) {
    const remedy = `Save it with a comparison: save ${saved.name} ${saved.question} vs previous`;
    throw new AppError("bad-input", `"only when ${onlyWhenText(onlyWhen)}" needs a question that compares.`, {
      remedy,
    });
  }
  return { kind: "question", saved: saved.id, name: saved.name, onlyWhen };
}
