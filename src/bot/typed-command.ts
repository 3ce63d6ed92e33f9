import { unreachable } from "../domain/errors.ts";
import type { Action } from "./card.ts";

export type Typed = { readonly label: string; readonly command: string };

/**
 * The commands somebody without a mouse types instead of using the action; a form's fields stand as NAME. Empty for a
 * link, which is an address and no command.
 */
export function typedCommands(action: Action): readonly Typed[] {
  switch (action.kind) {
    case "button":
      return [{ label: action.label, command: action.command }];
    case "select":
      return action.options;
    case "form": {
      const parts = action.command.map((part) => (typeof part === "string" ? part : part.field.toUpperCase()));
      return [{ label: action.label, command: parts.join("") }];
    }
    case "link":
      return [];
    default:
      return unreachable(action);
  }
}
