import { unreachable } from "../../../domain/errors.ts";
import type { Action, ActionStyle, Confirm, Field } from "../../card.ts";
import { typedCommands } from "../../typed-command.ts";
import { safeHref, safeLine } from "../safe-text.ts";
import { WEB_CAPABILITIES } from "./capabilities.ts";

/** What the page draws of an action. `command` is what somebody types instead; only `token` travels back. */
export type WebAction =
  | {
      readonly kind: "button";
      readonly label: string;
      readonly style: ActionStyle;
      readonly command: string;
      readonly confirm: Confirm | null;
      readonly token: string | null;
    }
  | {
      readonly kind: "select";
      readonly label: string;
      readonly options: readonly { readonly label: string; readonly command: string }[];
      readonly token: string | null;
    }
  | {
      readonly kind: "form";
      readonly label: string;
      readonly style: ActionStyle;
      readonly title: string;
      readonly submit: string;
      readonly command: string;
      readonly fields: readonly WebField[];
      readonly token: string | null;
    }
  | { readonly kind: "link"; readonly label: string; readonly href: string };
export type WebField = {
  readonly kind: Field["kind"];
  readonly name: string;
  readonly label: string;
  readonly required: boolean;
  readonly initial: string | null;
  readonly multiline: boolean;
  readonly placeholder: string | null;
  readonly lengthMax: number;
  readonly options: readonly { readonly label: string; readonly value: string }[];
};

const { label: LABEL_MAX } = WEB_CAPABILITIES.actions;
const COMMAND_MAX = 2_000;
/** Longest day or value of a list somebody picks from. */
const PICKED_MAX = 500;

/** Actions as the page draws them. One whose command would have to be altered would not do what it says: it is left out. */
export function webActions(actions: readonly Action[], tokens: readonly string[]): WebAction[] {
  return actions.flatMap((action, index) => {
    const drawn = webAction(action, tokens[index] ?? null);
    return drawn === null ? [] : [drawn];
  });
}

function webAction(action: Action, token: string | null): WebAction | null {
  if (!typedCommands(action).every(({ command }) => isWhole(command))) return null;
  const label = safeLine(action.label, LABEL_MAX);
  const command = typedCommands(action)[0]?.command ?? "";
  switch (action.kind) {
    case "button":
      return { kind: "button", label, style: action.style, command, confirm: confirmOf(action.confirm), token };
    case "select":
      return {
        kind: "select",
        label,
        // In order and all of them: what is picked travels as its index.
        options: action.options.map((option) => ({ ...option, label: safeLine(option.label, LABEL_MAX) })),
        token,
      };
    case "form": {
      const { style, title, submit, fields } = action;
      const words = { title: safeLine(title), submit: safeLine(submit, LABEL_MAX) };
      return { kind: "form", label, style, ...words, command, fields: fields.map(webField), token };
    }
    case "link": {
      const href = safeHref(action.href);
      return href === null ? null : { kind: "link", label, href };
    }
    default:
      return unreachable(action);
  }
}

function isWhole(command: string): boolean {
  return command.length <= COMMAND_MAX && safeLine(command) === command;
}

function confirmOf(confirm: Confirm | undefined): Confirm | null {
  if (confirm === undefined) return null;
  return { title: safeLine(confirm.title), text: safeLine(confirm.text), yes: safeLine(confirm.yes, LABEL_MAX) };
}

function webField(field: Field): WebField {
  const { kind, name, label, required, initial } = field;
  const text = kind === "text" ? field : null;
  return {
    kind,
    name: safeLine(name),
    label: safeLine(label, LABEL_MAX),
    required,
    initial: initial === undefined ? null : safeLine(initial),
    multiline: text?.multiline === true,
    placeholder: text?.placeholder === undefined ? null : safeLine(text.placeholder),
    lengthMax: text?.lengthMax ?? PICKED_MAX,
    options:
      kind === "choice"
        ? field.options
            .filter(({ value }) => safeLine(value) === value)
            .map(({ value, label }) => ({ value, label: safeLine(label, LABEL_MAX) }))
        : [],
  };
}
