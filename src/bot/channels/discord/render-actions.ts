import {
  ButtonStyle,
  ComponentType,
  type APIActionRowComponent,
  type APIButtonComponent,
  type APIComponentInMessageActionRow,
  type APIStringSelectComponent,
} from "discord-api-types/v10";

import { unreachable } from "../../../domain/errors.ts";
import type { Action, ActionStyle } from "../../card.ts";
import { typedCommands } from "../../typed-command.ts";
import { safeHref } from "../safe-text.ts";
import { customId } from "./custom-id.ts";
import {
  BUTTON_LABEL_READABLE,
  OPTION_TEXT_MAX,
  OPTIONS_MAX,
  PLACEHOLDER_MAX,
  ROW_BUTTONS_MAX,
  ROWS_MAX,
  URL_MAX,
} from "./limits.ts";
import { label } from "./render-text.ts";

export type ActionRow = APIActionRowComponent<APIComponentInMessageActionRow>;
export type RenderedActions = {
  readonly rows: ActionRow[];
  /** What found no room, as commands to type. */
  readonly typed: readonly string[];
};

const STYLES = {
  primary: ButtonStyle.Primary,
  danger: ButtonStyle.Danger,
  plain: ButtonStyle.Secondary,
} as const satisfies Record<ActionStyle, ButtonStyle>;

/**
 * Actions as rows of buttons and menus, in order. A menu takes a row of its own. One without a token would be dead and is
 * left out; so is a link that leads nowhere safe.
 */
export function renderActions(actions: readonly Action[], tokens: readonly string[]): RenderedActions {
  const rows: ActionRow[] = [];
  const typed: string[] = [];
  actions.forEach((action, index) => {
    const component = renderAction(action, tokens[index]);
    if (component === null) return;
    const last = rows.at(-1);
    const joins =
      component.type === ComponentType.Button &&
      last !== undefined &&
      last.components.length < ROW_BUTTONS_MAX &&
      last.components[0]?.type === ComponentType.Button;
    if (joins) last.components.push(component);
    else if (rows.length < ROWS_MAX) rows.push({ type: ComponentType.ActionRow, components: [component] });
    else typed.push(...typedCommands(action).map(({ command }) => command));
  });
  return { rows, typed };
}

function renderAction(action: Action, token: string | undefined): APIButtonComponent | APIStringSelectComponent | null {
  if (action.kind === "link") return linkButton(action.label, action.href);
  if (token === undefined) return null;
  switch (action.kind) {
    case "button":
      return button(action.label, action.style, customId({ does: "act", token }));
    case "form":
      return button(action.label, action.style, customId({ does: "open", token }));
    case "select":
      return menu(action, token);
    default:
      return unreachable(action);
  }
}

function button(text: string, style: ActionStyle, id: string): APIButtonComponent {
  return {
    type: ComponentType.Button,
    style: STYLES[style],
    label: label(text, BUTTON_LABEL_READABLE),
    custom_id: id,
  };
}

function linkButton(text: string, href: string): APIButtonComponent | null {
  const url = safeHref(href);
  if (url === null || url.length > URL_MAX) return null;
  return { type: ComponentType.Button, style: ButtonStyle.Link, label: label(text, BUTTON_LABEL_READABLE), url };
}

/** An option's value is its index: what it stands for is kept with the token. */
function menu(action: Extract<Action, { kind: "select" }>, token: string): APIStringSelectComponent | null {
  const options = action.options.slice(0, OPTIONS_MAX).map((option, index) => ({
    label: label(option.label, OPTION_TEXT_MAX),
    value: String(index),
  }));
  if (options.length === 0) return null;
  return {
    type: ComponentType.StringSelect,
    custom_id: customId({ does: "act", token }),
    placeholder: label(action.label, PLACEHOLDER_MAX),
    options,
  };
}
