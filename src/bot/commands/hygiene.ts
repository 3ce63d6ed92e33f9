import { AppError } from "../../domain/errors.ts";
import { tagHygiene } from "../../service/tag-hygiene.ts";
import type { Command } from "../command.ts";
import { parseQuestion } from "../grammar/parse-question.ts";
import { hygieneCard } from "../views/hygiene-card.ts";

/** `hygiene [PERIOD]`: how much of the bill can be charged to somebody, and whom to ask about the rest. */
export const hygieneCommand: Command = {
  name: "hygiene",
  summary: "what nobody tagged, whom to ask, and tags spelled in several ways",
  usage: "hygiene [PERIOD]",
  examples: ["hygiene", "hygiene last month"],
  role: "viewer",
  run: async ({ ctx, text }) => {
    const said = text.replace(/\bby owner\b/i, "").trim();
    const read = said === "" ? null : parseQuestion(said, { today: ctx.clock.today() });
    if (read !== null && (!read.ok || read.query.select.by !== "days" || read.query.filters.length > 0)) {
      throw new AppError("bad-input", `"${said.slice(0, 60)}" is no period.`, { remedy: "Say: hygiene last month" });
    }
    const days = read?.ok === true && read.query.select.by === "days" ? read.query.select : null;
    const period = days === null ? null : { from: days.from, to: days.to };
    const data = await tagHygiene({ ctx, input: { period } });
    return { card: hygieneCard(data), data, exitCode: 0 };
  },
};
