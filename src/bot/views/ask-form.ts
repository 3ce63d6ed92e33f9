import type { Action, ActionStyle, Field } from "../card.ts";

/** A form of one question. What is filled in stands at the end of the command. */
export function askForm(given: {
  readonly label: string;
  readonly title: string;
  readonly field: Field;
  readonly submit: string;
  readonly command: string;
  readonly style?: ActionStyle;
}): Action {
  const { label, title, field, submit, command, style = "plain" } = given;
  return {
    kind: "form",
    label,
    style,
    title,
    fields: [field],
    submit,
    command: [`${command} `, { field: field.name }],
  };
}

/** Puts something off until a day that somebody picks. */
export function snoozeForm(title: string, command: string): Action {
  const field: Field = { kind: "day", name: "until", label: "Until the day", required: true };
  return askForm({ label: "Snooze until…", title, field, submit: "Snooze", command });
}
