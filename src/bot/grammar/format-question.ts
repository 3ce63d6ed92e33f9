import type { CostQuery } from "../../domain/cost-query.ts";
import { questionText } from "../../domain/question-text.ts";

/** The question in canonical words, without the command: `last month by service top 5`. parse(format(q)) = q. */
export function formatQuestion(query: CostQuery): string {
  return questionText(query);
}
