import { unreachable } from "../domain/errors.ts";
import type { Capabilities } from "./capabilities.ts";
import type { Action, ActionStyle, Card, Confirm } from "./card.ts";
import { safeHref } from "./channels/safe-text.ts";
import { shorten } from "./shorten.ts";
import { typedCommands } from "./typed-command.ts";

/** One entry of a menu that stands for an action of its own: its token, and the option where that action is a menu itself. */
export type MoreOption = {
  readonly label: string;
  readonly token: string;
  readonly choice: number | null;
  /** Picking it opens a form. */
  readonly opens: boolean;
};

/** What can be pressed, with words that fit. */
export type Placed =
  | {
      readonly kind: "button";
      readonly label: string;
      readonly style: ActionStyle;
      readonly token: string;
      readonly opens: boolean;
      readonly confirm: Confirm | null;
    }
  | {
      readonly kind: "menu";
      readonly label: string;
      readonly token: string;
      readonly options: readonly { readonly label: string; readonly choice: number }[];
    }
  /** Actions that found no room as buttons. */
  | { readonly kind: "more"; readonly label: string; readonly options: readonly MoreOption[] }
  | { readonly kind: "link"; readonly label: string; readonly href: string; readonly index: number };

export type PlacedActions = {
  readonly rows: readonly (readonly Placed[])[];
  /** Commands of what cannot be pressed here. */
  readonly typed: readonly string[];
  /** Links that found no room, as words and address. */
  readonly addresses: readonly string[];
};

type Piece = {
  readonly index: number;
  readonly placed: Exclude<Placed, { kind: "more" }>;
  /** As entries of a menu; none: it cannot be one. */
  readonly folded: readonly MoreOption[];
};
type Draft = {
  readonly pieces: Piece[];
  readonly more: { readonly index: number; option: MoreOption }[];
  readonly typed: string[];
  readonly addresses: string[];
};

const MORE_LABEL = "More actions…";

/**
 * The actions of a card in the rows a surface has. In order; where there are too many, plain ones from the end become
 * entries of a menu, then the others, and only what fits into no menu is a command to type. Nothing is lost.
 */
export function fitActions(card: Pick<Card, "actions">, tokens: readonly string[], at: Capabilities): PlacedActions {
  const draft: Draft = { pieces: [], more: [], typed: [], addresses: [] };
  card.actions.forEach((action, index) => place(draft, { action, index, token: tokens[index] ?? "" }, at));
  for (;;) {
    const rows = layOut(draft, at);
    const count = rows.reduce((sum, row) => sum + row.length, 0);
    if (rows.length <= at.actions.rows && count <= at.actions.total) {
      return { rows, typed: draft.typed, addresses: draft.addresses };
    }
    makeRoom(draft, card.actions);
  }
}

function place(
  draft: Draft,
  given: { readonly action: Action; readonly index: number; readonly token: string },
  at: Capabilities,
): void {
  const { action, index, token } = given;
  if (action.kind === "link") {
    const href = safeHref(action.href);
    const label = shorten(action.label, at.actions.label);
    if (href === null) return;
    if (href.length > at.actions.url) draft.addresses.push(`${label}: ${href}`);
    else draft.pieces.push({ index, placed: { kind: "link", label, href, index }, folded: [] });
    return;
  }
  if (token === "" || (action.kind === "form" && action.fields.length > at.forms.fields)) {
    draft.typed.push(...commandsOf(action));
    return;
  }
  const folded = foldedOf(action, token, at);
  if (action.kind !== "select") {
    draft.pieces.push({ index, placed: buttonOf(action, token, at), folded });
    return;
  }
  const { options, choices } = at.actions;
  draft.typed.push(...commandsOf(action).slice(choices));
  const shown = action.options.slice(0, Math.min(choices, options)).map((option, choice) => ({
    label: shorten(option.label, at.actions.optionLabel),
    choice,
  }));
  if (shown.length === 0) return;
  const placed = { kind: "menu" as const, label: shorten(action.label, at.actions.optionLabel), token, options: shown };
  draft.pieces.push({ index, placed, folded: folded.slice(0, shown.length) });
  draft.more.push(...folded.slice(shown.length).map((option) => ({ index, option })));
}

function buttonOf(
  action: Extract<Action, { kind: "button" | "form" }>,
  token: string,
  { actions }: Capabilities,
): Extract<Placed, { kind: "button" }> {
  const confirm = action.kind === "button" ? action.confirm : undefined;
  return {
    kind: "button",
    label: shorten(action.label, actions.label),
    style: action.style,
    token,
    opens: action.kind === "form",
    confirm:
      confirm === undefined
        ? null
        : {
            title: shorten(confirm.title, actions.confirmTitle),
            text: shorten(confirm.text, actions.confirmText),
            yes: shorten(confirm.yes, actions.confirmYes),
          },
  };
}

function foldedOf(action: Exclude<Action, { kind: "link" }>, token: string, { actions }: Capabilities): MoreOption[] {
  const max = actions.optionLabel;
  switch (action.kind) {
    case "button":
    case "form":
      return [{ label: shorten(action.label, max), token, choice: null, opens: action.kind === "form" }];
    case "select":
      return action.options.slice(0, actions.choices).map((option, choice) => ({
        label: shorten(`${shorten(action.label, Math.floor(max / 2))}: ${option.label}`, max),
        token,
        choice,
        opens: false,
      }));
    default:
      return unreachable(action);
  }
}

function commandsOf(action: Action): string[] {
  return typedCommands(action).map(({ command }) => command);
}

/** Rows in the order of the card, what found no room in menus at the end. */
function layOut({ pieces, more }: Draft, at: Capabilities): Placed[][] {
  const rows: Placed[][] = [];
  const options = more.map(({ option }) => option);
  const menus: Placed[] = [];
  for (let from = 0; from < options.length; from += at.actions.options) {
    menus.push({ kind: "more", label: MORE_LABEL, options: options.slice(from, from + at.actions.options) });
  }
  const alone = (placed: Placed | undefined): boolean =>
    at.press.menus === "own-row" && (placed?.kind === "menu" || placed?.kind === "more");
  for (const placed of [...pieces.map((piece) => piece.placed), ...menus]) {
    const last = rows.at(-1);
    const joins = last !== undefined && last.length < at.actions.perRow && !alone(placed) && !alone(last[0]);
    if (joins) last.push(placed);
    else rows.push([placed]);
  }
  return rows;
}

/** Takes one piece out of the rows: into the menu, or, where nothing is left that could go there, out of the card. */
function makeRoom(draft: Draft, actions: readonly Action[]): void {
  const { pieces, more } = draft;
  const least = pieces.findLastIndex((piece) => piece.folded.length > 0 && !matters(piece.placed));
  const at = least >= 0 ? least : pieces.findLastIndex((piece) => piece.folded.length > 0);
  const [moved] = at < 0 ? [] : pieces.splice(at, 1);
  if (moved !== undefined) {
    more.push(...moved.folded.map((option) => ({ index: moved.index, option })));
    more.sort((a, b) => a.index - b.index || (a.option.choice ?? 0) - (b.option.choice ?? 0));
    return;
  }
  const last = more.pop();
  if (last !== undefined) {
    const action = actions[last.index];
    const command = action === undefined ? undefined : commandsOf(action)[last.option.choice ?? 0];
    if (command !== undefined) draft.typed.push(command);
    return;
  }
  const link = pieces.pop()?.placed;
  if (link?.kind === "link") draft.addresses.push(`${link.label}: ${link.href}`);
}

/** What the card is about, and what takes a question first. */
function matters(placed: Piece["placed"]): boolean {
  return placed.kind === "button" && (placed.style !== "plain" || placed.confirm !== null);
}
