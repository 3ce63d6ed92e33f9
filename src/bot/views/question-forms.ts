import type { CostQuery } from "../../domain/cost-query.ts";
import { questionText } from "../../domain/question-text.ts";
import { SAVED_NAME_MAX, type SavedQuestion } from "../../domain/saved-question.ts";
import type { Action, CommandPart, Field } from "../card.ts";
import { quoteArgument } from "../quote-argument.ts";
import { AT, ONLY } from "./subscribe-form.ts";

const NAME: Field = {
  kind: "text",
  name: "name",
  label: "Name",
  placeholder: "burn",
  required: true,
  lengthMax: SAVED_NAME_MAX,
};
const CYCLE: Field = {
  kind: "choice",
  name: "cycle",
  label: "How often",
  required: true,
  initial: "weekly",
  options: [
    { label: "Daily", value: "daily" },
    { label: "Weekly, on Mondays", value: "weekly" },
    { label: "Monthly, on the 5th", value: "monthly" },
  ],
};
const WHEN: readonly CommandPart[] = [" ", { field: "cycle" }, " at ", { field: "at" }, " only ", { field: "only" }];

/** Names the question of an answer. */
export function saveForm(query: CostQuery): Action {
  return {
    kind: "form",
    label: "Save…",
    style: "plain",
    title: "Save this question",
    submit: "Save",
    fields: [NAME],
    command: ["save ", { field: "name" }, ` ${questionText(query)}`],
  };
}

/** Names the question of an answer and brings it to this channel by itself. */
export function subscribeQuestionForm(query: CostQuery): Action {
  const asks = quoteArgument(questionText(query));
  return {
    kind: "form",
    label: "Subscribe…",
    style: "plain",
    title: "Get this answer by itself",
    submit: "Subscribe",
    fields: [NAME, CYCLE, AT, ONLY],
    command: ["digest subscribe question ", { field: "name" }, ` asks ${asks}`, ...WHEN],
  };
}

/** Brings a saved question to this channel by itself. */
export function questionForm(label: string, { name }: Pick<SavedQuestion, "name">): Action {
  return {
    kind: "form",
    label,
    style: "plain",
    title: `Get ${name} by itself`,
    submit: "Subscribe",
    fields: [CYCLE, AT, ONLY],
    command: [`digest subscribe question ${quoteArgument(name)}`, ...WHEN],
  };
}
