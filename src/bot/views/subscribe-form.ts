import type { Action, ActionStyle, Field } from "../card.ts";

const TIME_MAX = 8;
const ZONE_MAX = 60;
const SCOPE_MAX = 300;
const CONDITION_MAX = 60;

const CYCLE: Field = {
  kind: "choice",
  name: "cycle",
  label: "How often",
  required: true,
  initial: "daily",
  options: [
    { label: "Daily: the last complete day", value: "daily" },
    { label: "Weekly: the week before, on Mondays", value: "weekly" },
    { label: "Monthly: the month before, on the 5th", value: "monthly" },
  ],
};
export const AT = optional("at", "At", "09:00", TIME_MAX);
const ZONE = optional("zone", "Time zone", "Europe/Berlin", ZONE_MAX);
const SCOPE = optional("scope", "Only a part of the bill", "for team payments", SCOPE_MAX);
export const ONLY = optional("only", "Only when", "over 500 USD, over 10%, changed", CONDITION_MAX);

function optional(name: string, label: string, placeholder: string, lengthMax: number): Field {
  return { kind: "text", name, label, placeholder, required: false, lengthMax };
}

/** The form that subscribes the channel it is sent in to a digest, with the command somebody would type. */
export function subscribeForm(label: string, style: ActionStyle): Extract<Action, { kind: "form" }> {
  const value = (name: string) => [` ${name} `, { field: name }];
  return {
    kind: "form",
    label,
    style,
    title: "A digest by itself",
    submit: "Subscribe",
    fields: [CYCLE, AT, ZONE, SCOPE, ONLY],
    command: ["digest subscribe ", { field: "cycle" }, ...["at", "zone", "scope", "only"].flatMap(value)],
  };
}
