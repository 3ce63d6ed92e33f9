import { hasRole, type Actor, type Role } from "../domain/actor.ts";
import type { AppError } from "../domain/errors.ts";
import type { Action, ActionStyle, Card, Confirm } from "./card.ts";

/** The sentences that recur. Words are data: reviewed here, asserted on in tests. */

/** Most suggestions offered as buttons. */
const SUGGESTIONS_MAX = 3;

const run = (command: string, label: string = command): Action => ({ kind: "button", label, style: "plain", command });

/** What a person can mend: what is wrong, where, how to mend it. */
export function errorCard(error: AppError, word: string): Card {
  const titles: Record<AppError["code"], string> = {
    "bad-input": "That did not work",
    "not-found": "Not found",
    conflict: "Not possible right now",
    held: "Held for your decision",
    forbidden: "Not allowed",
    limit: "Too much at once",
    unavailable: "Not reachable",
    internal: "Something went wrong",
  };
  return {
    title: titles[error.code],
    summary: error.message,
    tone: error.code === "held" || error.code === "unavailable" ? "warning" : "bad",
    blocks: error.remedy === undefined ? [] : [{ kind: "note", tone: "neutral", text: error.remedy }],
    actions: error.code === "bad-input" && word !== "" ? [run(`help ${word}`)] : [],
    footer: [],
  };
}

/** Nobody's fault but ours: calm, with the id under which the log has the whole story. */
export function unexpectedCard(errorId: string): Card {
  return {
    title: "Something went wrong on our side",
    summary: "This could not be answered. Nothing was changed; the same question may work in a moment.",
    tone: "bad",
    blocks: [
      { kind: "note", tone: "neutral", text: ["If it stays, tell whoever runs this and name ", errorId].join("") },
    ],
    actions: [run("status")],
    footer: [`Reference ${errorId}`],
  };
}

export function unknownCommandCard(word: string, nearest: readonly string[]): Card {
  const guess = nearest[0];
  return {
    title: "I do not know that command",
    summary:
      guess === undefined
        ? `There is no command "${word}". Type help to see what there is.`
        : `There is no command "${word}". Did you mean ${guess}?`,
    tone: "warning",
    blocks: [],
    actions: [...nearest.slice(0, SUGGESTIONS_MAX).map((text) => run(text)), run("help")],
    footer: [],
  };
}

export function roleNeededMessage(command: string, needed: Role, actor: Actor): { message: string; remedy: string } {
  const held = actor.kind === "system" ? "system" : actor.role;
  return {
    message: `"${command}" needs the role ${needed}; you are ${held}.`,
    remedy: hasRole(actor, "analyst")
      ? `Ask someone with the role ${needed} to run it.`
      : `Ask an admin for the role ${needed}, or someone who has it to run "${command}".`,
  };
}

/** A click that can no longer do what it said, and why. Followed by the card as it is now, where there is one. */
export const CLICK_REFUSED = {
  unknown: "That button is not known here (any more). Type what it said, or type help.",
  expired: "That button has expired. Here is what there is now.",
  stale: "This card has changed since. Nothing was done; here is what there is now.",
  audience: "That button was meant for somebody else. Ask the same yourself and you get your own.",
  choice: "That is none of the choices of this menu.",
  form: "The form is not filled in yet.",
} as const;
export type ClickRefusal = keyof typeof CLICK_REFUSED;

export function clickRefusedCard(refusal: ClickRefusal, details: readonly string[] = []): Card {
  return {
    title: refusal === "form" || refusal === "choice" ? "Not quite" : "Not done",
    summary: CLICK_REFUSED[refusal],
    tone: "warning",
    blocks: details.length === 0 ? [] : [{ kind: "list", items: details }],
    actions: [],
    footer: [],
  };
}

/** Asked where a surface has no dialog of its own: the button does what the first one said. */
export function confirmCard(confirm: Confirm, command: string, style: ActionStyle): Card {
  return {
    title: confirm.title,
    summary: confirm.text,
    tone: "warning",
    blocks: [],
    actions: [{ kind: "button", label: confirm.yes, style, command }],
    footer: ["Do nothing, and nothing happens."],
  };
}

/** The same request is being worked on already: a click or a delivery came twice. */
export function busyCard(): Card {
  return plain("Still at it", "That is being worked on; its answer comes in a moment.", "neutral");
}

/** A process died after it had done something and before it could say so. */
export function doneBeforeCard(): Card {
  return plain("Done", "That was done; the answer was cut off. The card and the audit trail show it.", "good");
}

/** What kills whoever works on it is let go. */
export function givenUpCard(): Card {
  return plain("This could not be answered", "It was tried several times and cut off each time.", "bad");
}

/** Who asked is no longer there to be asked again for. */
export function cutOffCard(): Card {
  return plain(
    "This was cut off",
    "The server stopped before it was answered, and nothing was changed. Ask again.",
    "warning",
  );
}

function plain(title: string, summary: string, tone: Card["tone"]): Card {
  return { title, summary, tone, blocks: [], actions: [], footer: [] };
}

/** What an empty channel says. */
export const EMPTY_CHANNEL = "Nothing here yet. Ask a question below, or drop a bill file anywhere on this page.";
/** First questions a new page offers: they have an answer in every estate. The first is also the field's example. */
export const STARTERS: readonly string[] = [
  "cost last month by service",
  "cost this month by team vs previous",
  "waste",
  "digest now",
];
/** How a demo becomes the real thing. */
export const DEMO_BANNER = "You are looking at a sample estate. Drop your own bills here, or run: finops ingest PATH";
/** The same where there is room for a few words only. */
export const DEMO_BANNER_SHORT = "Sample estate. Your own: finops ingest PATH";
