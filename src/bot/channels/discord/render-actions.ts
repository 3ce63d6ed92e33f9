import {
  ButtonStyle,
  ComponentType,
  type APIActionRowComponent,
  type APIComponentInMessageActionRow,
  type APIStringSelectComponent,
} from "discord-api-types/v10";

import { unreachable } from "../../../domain/errors.ts";
import type { ActionStyle } from "../../card.ts";
import type { Placed } from "../../fit-actions.ts";
import { customId, moreId, pickedValue } from "./custom-id.ts";
import { BUTTON_LABEL_READABLE, OPTION_TEXT_MAX, PLACEHOLDER_MAX } from "./limits.ts";
import { label } from "./render-text.ts";

export type ActionRow = APIActionRowComponent<APIComponentInMessageActionRow>;

const STYLES = {
  primary: ButtonStyle.Primary,
  danger: ButtonStyle.Danger,
  plain: ButtonStyle.Secondary,
} as const satisfies Record<ActionStyle, ButtonStyle>;

/** Buttons, menus and links in the rows they were given. */
export function renderActions(rows: readonly (readonly Placed[])[]): ActionRow[] {
  return rows.map((row, index) => ({
    type: ComponentType.ActionRow,
    components: row.map((placed) => renderPlaced(placed, index)),
  }));
}

function renderPlaced(placed: Placed, row: number): APIComponentInMessageActionRow {
  switch (placed.kind) {
    case "link":
      return {
        type: ComponentType.Button,
        style: ButtonStyle.Link,
        label: label(placed.label, BUTTON_LABEL_READABLE),
        url: placed.href,
      };
    case "button":
      return {
        type: ComponentType.Button,
        style: STYLES[placed.style],
        label: label(placed.label, BUTTON_LABEL_READABLE),
        custom_id: customId({ does: placed.opens ? "open" : "act", token: placed.token }),
      };
    case "menu":
      // An option's value is its index: what it stands for is kept with the token.
      return menu(
        customId({ does: "act", token: placed.token }),
        placed.label,
        placed.options.map((option) => ({ label: option.label, value: String(option.choice) })),
      );
    case "more":
      return menu(
        moreId(row),
        placed.label,
        placed.options.map((option) => ({ label: option.label, value: pickedValue(option) })),
      );
    default:
      return unreachable(placed);
  }
}

function menu(
  id: string,
  words: string,
  options: readonly { label: string; value: string }[],
): APIStringSelectComponent {
  return {
    type: ComponentType.StringSelect,
    custom_id: id,
    placeholder: label(words, PLACEHOLDER_MAX),
    options: options.map((option) => ({ ...option, label: label(option.label, OPTION_TEXT_MAX) })),
  };
}
