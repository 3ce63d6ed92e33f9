import type { ActionsBlock, Button, ConfirmationDialog, KnownBlock, PlainTextOption, StaticSelect } from "@slack/types";

import type { Action, Confirm } from "../../card.ts";
import { typedCommands } from "../../typed-command.ts";
import {
  ACTION_ID_MAX,
  BUTTON_TEXT_MAX,
  CONFIRM_LABEL_MAX,
  CONFIRM_TEXT_MAX,
  CONFIRM_TITLE_MAX,
  PLACEHOLDER_MAX,
  ROW_BUTTONS_MAX,
} from "./limits.ts";
import { plain, slackHref } from "./slack-text.ts";

/** A click on an address is told to the app too: it is acknowledged and nothing else. No token looks like it. */
export const LINK_PREFIX = "f:link:";

export type ActionLimits = { readonly actions: number; readonly options: number; readonly optionText: number };

/** Buttons, menus and links in rows. An action without a token cannot be clicked: its command is said instead. */
export function renderActions(
  actions: readonly Action[],
  tokens: readonly string[],
  limits: ActionLimits,
): { readonly blocks: KnownBlock[]; readonly typed: readonly string[] } {
  const elements: ActionsBlock["elements"] = [];
  const typed: string[] = [];
  for (const [index, action] of actions.entries()) {
    const token = tokens[index];
    const element = elements.length < limits.actions ? renderAction(action, index, token, limits) : null;
    if (element !== null) elements.push(element);
    else typed.push(...typedCommands(action).map(({ command }) => command));
  }
  const blocks: KnownBlock[] = [];
  for (let from = 0; from < elements.length; from += ROW_BUTTONS_MAX) {
    blocks.push({ type: "actions", elements: elements.slice(from, from + ROW_BUTTONS_MAX) });
  }
  return { blocks, typed };
}

function renderAction(
  action: Action,
  index: number,
  token: string | undefined,
  limits: ActionLimits,
): ActionsBlock["elements"][number] | null {
  if (action.kind === "link") {
    const url = slackHref(action.href);
    if (url === null) return null;
    return { type: "button", text: plain(action.label, BUTTON_TEXT_MAX), url, action_id: `${LINK_PREFIX}${index}` };
  }
  if (token === undefined || token === "" || token.length > ACTION_ID_MAX) return null;
  if (action.kind === "select") return menu(action, token, limits);
  return {
    type: "button",
    text: plain(action.label, BUTTON_TEXT_MAX),
    action_id: token,
    ...(action.style === "plain" ? {} : { style: action.style }),
    ...(action.kind === "button" && action.confirm !== undefined
      ? { confirm: dialog(action.confirm, action.style) }
      : {}),
  } satisfies Button;
}

function menu(
  action: Extract<Action, { kind: "select" }>,
  actionId: string,
  limits: ActionLimits,
): StaticSelect | null {
  const options = action.options
    .slice(0, limits.options)
    .map(({ label }, index): PlainTextOption => ({ text: plain(label, limits.optionText), value: String(index) }));
  if (options.length === 0) return null;
  return { type: "static_select", action_id: actionId, placeholder: plain(action.label, PLACEHOLDER_MAX), options };
}

function dialog(confirm: Confirm, style: "primary" | "danger" | "plain"): ConfirmationDialog {
  return {
    title: plain(confirm.title, CONFIRM_TITLE_MAX),
    text: plain(confirm.text, CONFIRM_TEXT_MAX),
    confirm: plain(confirm.yes, CONFIRM_LABEL_MAX),
    deny: { type: "plain_text", text: "Cancel", emoji: false },
    ...(style === "danger" ? { style: "danger" as const } : {}),
  };
}
