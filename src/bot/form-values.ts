import { parseDay } from "../domain/period.ts";
import type { CommandPart, Field } from "./card.ts";
import type { Form } from "./channels/channel.ts";
import { quoteArgument } from "./quote-argument.ts";

/** What was filled in, by the field's name; a surface leaves out or empties what was not. */
export type Values = Readonly<Record<string, string>>;

/** What is wrong with each field, in words for whoever filled it in; empty = it can be sent. */
export function checkValues(form: Form, values: Values): Readonly<Record<string, string>> {
  const problems = form.fields.flatMap((field) => {
    const problem = problemOf(field, valueOf(field, values));
    return problem === null ? [] : [[field.name, problem] as const];
  });
  return Object.fromEntries(problems);
}

/** The command a filled-in form stands for: every value quoted, so that it is one argument whatever is in it. */
export function commandOf(form: Form, values: Values): string {
  return form.command.map((part) => textOf(part, form.fields, values)).join("");
}

function textOf(part: CommandPart, fields: readonly Field[], values: Values): string {
  if (typeof part === "string") return part;
  const field = fields.find(({ name }) => name === part.field);
  return quoteArgument(field === undefined ? "" : valueOf(field, values));
}

/** One line stays one line; spaces around are nobody's intention. */
function valueOf(field: Field, values: Values): string {
  const given = (Object.hasOwn(values, field.name) ? (values[field.name] ?? "") : "").replaceAll("\0", "");
  const lines = field.kind === "text" && field.multiline === true;
  return (lines ? given.replaceAll(/\r\n?/g, "\n") : given.replaceAll(/\s*[\r\n]+\s*/g, " ")).trim().toWellFormed();
}

function problemOf(field: Field, value: string): string | null {
  if (value === "") return field.required ? `${field.label} is needed.` : null;
  if (field.kind === "text") {
    const length = [...value].length;
    return length > field.lengthMax ? `At most ${field.lengthMax} characters; these are ${length}.` : null;
  }
  if (field.kind === "day") return parseDay(value) === null ? "Write a day as 2026-12-31." : null;
  return field.options.some((option) => option.value === value) ? null : "Pick one of the list.";
}
