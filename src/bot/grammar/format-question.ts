import type { CostQuery } from "../../domain/cost-query.ts";
import { CLAUSES } from "./clauses.ts";

/** The question in canonical words, without the command: `last month by service top 5`. parse(format(q)) = q. */
export function formatQuestion(query: CostQuery): string {
  return CLAUSES.map((clause) => clause.write(query))
    .filter((text) => text !== null)
    .join(" ");
}
