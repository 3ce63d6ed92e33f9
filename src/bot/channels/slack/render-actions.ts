import type { ActionsBlock, ConfirmationDialog, KnownBlock, PlainTextOption } from "@slack/types";

import { unreachable } from "../../../domain/errors.ts";
import type { ActionStyle, Confirm } from "../../card.ts";
import type { MoreOption, Placed } from "../../fit-actions.ts";
import {
  ACTION_ID_MAX,
  BUTTON_TEXT_MAX,
  CONFIRM_LABEL_MAX,
  CONFIRM_TEXT_MAX,
  CONFIRM_TITLE_MAX,
  OPTION_TEXT_MAX,
  PLACEHOLDER_MAX,
} from "./limits.ts";
import { plain } from "./slack-text.ts";

/** A click on an address is told to the app too: it is acknowledged and nothing else. No token looks like it. */
export const LINK_PREFIX = "f:link:";
/** A menu of several actions: what is picked carries the token of its own. */
const MORE_PREFIX = "f:more:";

type Element = ActionsBlock["elements"][number];

/** Buttons, menus and links in the rows they were given. */
export function renderActions(rows: readonly (readonly Placed[])[]): KnownBlock[] {
  return rows.map((row) => ({ type: "actions", elements: row.map(renderPlaced) }));
}

function renderPlaced(placed: Placed): Element {
  switch (placed.kind) {
    case "link":
      return {
        type: "button",
        text: plain(placed.label, BUTTON_TEXT_MAX),
        url: placed.href,
        action_id: `${LINK_PREFIX}${placed.index}`,
      };
    case "button":
      return {
        type: "button",
        text: plain(placed.label, BUTTON_TEXT_MAX),
        action_id: actionId(placed.token),
        ...(placed.style === "plain" ? {} : { style: placed.style }),
        ...(placed.confirm === null ? {} : { confirm: dialog(placed.confirm, placed.style) }),
      };
    case "menu":
      return menu(
        actionId(placed.token),
        placed.label,
        placed.options.map(({ label, choice }) => option(label, String(choice))),
      );
    case "more":
      // Named after what is first in it: several cards may stand in one home tab.
      return menu(
        actionId(`${MORE_PREFIX}${placed.options[0]?.token ?? ""}`),
        placed.label,
        placed.options.map((one) => option(one.label, valueOf(one))),
      );
    default:
      return unreachable(placed);
  }
}

function actionId(id: string): string {
  if (id.length > ACTION_ID_MAX) throw new RangeError("a token Slack cannot carry");
  return id;
}

function menu(id: string, label: string, options: PlainTextOption[]): Element {
  return { type: "static_select", action_id: id, placeholder: plain(label, PLACEHOLDER_MAX), options };
}

function option(label: string, value: string): PlainTextOption {
  return { text: plain(label, OPTION_TEXT_MAX), value };
}

function valueOf({ token, choice }: MoreOption): string {
  return choice === null ? token : `${token}/${choice}`;
}

/** What was picked: the action behind it, and which of its own options. */
export function readPicked(id: string, value: string): { readonly token: string; readonly choice: number | null } {
  if (!id.startsWith(MORE_PREFIX)) return { token: id, choice: Number(value) };
  const [, token = "", choice] = /^(.*?)(?:\/(\d{1,4}))?$/s.exec(value) ?? [];
  return { token, choice: choice === undefined ? null : Number(choice) };
}

function dialog(confirm: Confirm, style: ActionStyle): ConfirmationDialog {
  return {
    title: plain(confirm.title, CONFIRM_TITLE_MAX),
    text: plain(confirm.text, CONFIRM_TEXT_MAX),
    confirm: plain(confirm.yes, CONFIRM_LABEL_MAX),
    deny: { type: "plain_text", text: "Cancel", emoji: false },
    ...(style === "danger" ? { style: "danger" as const } : {}),
  };
}
