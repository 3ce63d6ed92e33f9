import type { CostAnswer } from "../../domain/contract.ts";
import type { CostQuery } from "../../domain/cost-query.ts";
import type { Dimension } from "../../domain/dimension.ts";
import { questionText } from "../../domain/question-text.ts";
import type { Action } from "../card.ts";
import { valueWords } from "./cost-words.ts";
import { saveForm, subscribeQuestionForm } from "./question-forms.ts";

/** What to look at inside a group of each dimension; the first that the question does not use yet. */
const DEEPER: readonly Dimension[] = ["service", "region", "sub-account", "team", "resource"];
const BUTTONS_MAX = 3;

/**
 * What people ask next, as typed commands: into the largest group, against the period before, day by day; and keeping
 * the question, or getting its answer by itself.
 */
export function costActions(answer: CostAnswer, query: CostQuery): Action[] {
  const actions: Action[] = [];
  const add = (label: string, next: CostQuery): void => {
    const style = actions.length === 0 ? "primary" : "plain";
    actions.push({ kind: "button", label, style, command: `cost ${questionText(next)}` });
  };
  const used = new Set<string>([
    ...query.by,
    ...query.filters.filter((filter) => !filter.negated).map((filter) => filter.dimension),
  ]);
  const deeper = DEEPER.find((dimension) => !used.has(dimension));
  const [dimension] = query.by;
  const largest = answer.rows.find((row) => row.other !== true);
  if (dimension === undefined && deeper !== undefined) add(`By ${deeper}`, { ...query, by: [deeper], form: null });
  if (dimension !== undefined && deeper !== undefined && largest !== undefined) {
    const value = largest.key[dimension] ?? null;
    add(`${valueWords(dimension, value, largest.names)} by ${deeper}`, {
      ...query,
      by: [deeper],
      filters: [...query.filters, { dimension, negated: false, values: [value] }],
      top: null,
      form: null,
    });
  }
  if (query.versus === null && query.select.by !== "invoice")
    add("Compare with before", { ...query, versus: { with: "previous" } });
  if (query.per === null && query.select.by !== "invoice")
    add("Day by day", { ...query, per: "day", versus: null, form: null });
  if (query.without.length === 0 && answer.rows.length > 0)
    add("Without tax and credits", { ...query, without: ["tax", "credits"] });
  return [...actions.slice(0, BUTTONS_MAX), saveForm(query), subscribeQuestionForm(query)];
}
