import type { Role } from "../domain/actor.ts";
import type { Context } from "../service/context.ts";
import type { Card } from "./card.ts";
import type { Shows } from "./live-cards.ts";

/** What a command answers: a card for people, the same as data for `--json`. */
export type CommandAnswer = {
  readonly card: Card;
  readonly data: unknown;
  /** 0 done, 2 bad usage or input, 1 failure. */
  readonly exitCode: 0 | 1 | 2;
  /** Recommendations it shows: while it is not old, it is edited when one of them changes (bot/live-cards.ts). */
  readonly shows?: Shows;
};

/**
 * What running a command does beyond answering: nothing, something that is the asker's own (their settings, a code for
 * them), or something everybody shares (a decision, a budget). Reads are answered privately; what is shared is said where all see it.
 */
export type Effect = "read" | "own" | "shared";

/** The effect by the word that follows the command; any other word is a read. */
export function effectByWord(effects: Readonly<Record<string, Effect>>): (text: string) => Effect {
  return (text) => {
    const word = /^\s*(\S+)/.exec(text)?.[1]?.toLowerCase() ?? "";
    return Object.hasOwn(effects, word) ? (effects[word] ?? "read") : "read";
  };
}

/**
 * One command of the bot: the same in web chat, terminal, Slack and Discord.
 * `text` is what follows the command word, as typed. Throws AppError for what a person can mend.
 */
export type Command = {
  readonly name: string;
  readonly summary: string;
  readonly usage: string;
  readonly examples: readonly string[];
  readonly role: Role;
  /** Absent: it only reads. */
  readonly effect?: (text: string) => Effect;
  readonly run: (input: { readonly ctx: Context; readonly text: string }) => Promise<CommandAnswer>;
};
