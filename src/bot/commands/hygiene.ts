import { AppError } from "../../domain/errors.ts";
import type { Period } from "../../domain/period.ts";
import { clauseText, questionText } from "../../domain/question-text.ts";
import { tagHygiene } from "../../service/tag-hygiene.ts";
import type { Context } from "../../service/context.ts";
import type { Command } from "../command.ts";
import { parseQuestion } from "../grammar/parse-question.ts";
import { hygieneCard } from "../views/hygiene-card.ts";
import { hygieneOwnersCard } from "../views/hygiene-owners-card.ts";

const USAGE = "hygiene [PERIOD] [by owner]";
const BY_OWNER = /(^|\s)by\s+owners?(?=\s|$)/i;

/** `hygiene [PERIOD]`: how much of the bill can be charged to somebody; `by owner`: and whose the rest is. */
export const hygieneCommand: Command = {
  name: "hygiene",
  summary: "what nobody tagged, whom to ask, and tags spelled in several ways",
  usage: USAGE,
  examples: ["hygiene", "hygiene last month", "hygiene by owner"],
  role: "viewer",
  run: async ({ ctx, text }) => {
    const period = periodIn(ctx, text.replace(BY_OWNER, " ").trim());
    const data = await tagHygiene({ ctx, input: { period } });
    const card = BY_OWNER.test(text) ? hygieneOwnersCard(data) : hygieneCard(data);
    return { card, data, exitCode: 0 };
  },
};

/** null = none was said. */
function periodIn(ctx: Context, said: string): Period | null {
  if (said === "") return null;
  const read = parseQuestion(said, { today: ctx.clock.today() });
  if (read.ok && read.query.select.by === "days" && questionText(read.query) === clauseText(read.query, "period"))
    return { from: read.query.select.from, to: read.query.select.to };
  throw new AppError("bad-input", `"${said.slice(0, 60)}" is no period.`, {
    remedy: "Say: hygiene last month, or hygiene last month by owner",
  });
}
