import type { Role } from "../domain/actor.ts";
import type { Context } from "../service/context.ts";
import type { Card } from "./card.ts";

/** What a command answers: a card for people, the same as data for `--json`. */
export type CommandAnswer = {
  readonly card: Card;
  readonly data: unknown;
  /** 0 done, 2 bad usage or input, 1 failure. */
  readonly exitCode: 0 | 1 | 2;
};

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
  readonly run: (input: { readonly ctx: Context; readonly text: string }) => Promise<CommandAnswer>;
};
