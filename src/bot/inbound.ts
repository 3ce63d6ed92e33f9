import type { Card } from "./card.ts";

/** Who did something on a surface, in the surface's own words; who that is to us is looked up (service/). */
export type InboundPerson = {
  /** Slack user id, Discord user id, principal id on the web. */
  readonly externalId: string;
  readonly name: string;
  /** Slack user groups, Discord roles: what `roles.groups` of finops.yaml names. */
  readonly groups: readonly string[];
};

/** What somebody did. */
export type InboundAct =
  /** Typed a command, mentioned the bot, or wrote to it privately. */
  | { readonly kind: "command"; readonly text: string }
  /**
   * Pressed a button, picked from a menu (`choice` = index of the option) or sent a form (`values` by field name).
   * `confirmed`: the surface has asked what `Action.confirm` says; without it the answer asks.
   */
  | {
      readonly kind: "act";
      readonly token: string;
      readonly confirmed?: boolean;
      readonly choice?: number;
      readonly values?: Readonly<Record<string, string>>;
    };

/**
 * One thing that arrived from a surface, verified and told apart from its repetitions: the neutral form every surface
 * turns its payloads into, and `handleInbound` answers.
 */
export type Inbound = {
  /** The same for every redelivery of the same thing: it is done once. */
  readonly id: string;
  readonly surface: "slack" | "discord" | "web";
  /** Workspace or guild. */
  readonly tenant: string;
  readonly person: InboundPerson;
  /** Channel as outbox addresses name it, without the surface; `@ID` for a private talk. */
  readonly channel: string;
  /** Reference id of the thread's parent message; null = not in a thread. */
  readonly thread: string | null;
  readonly act: InboundAct;
};

/** What to show for it. */
export type InboundAnswer = {
  readonly card: Card;
  /** Tokens of the card's actions, in order. */
  readonly tokens: readonly string[];
  /**
   * `private`: only to whoever asked (reads, refusals); `public`: in the channel or thread;
   * `none`: the posted card was edited and says it all.
   */
  readonly show: "private" | "public" | "none";
  /** It shows what is decided on: where the surface cannot keep it true, it says so. */
  readonly decidable?: boolean;
  /** It shows, after a decision, what was clicked on: a card for one person alone gives way to it. */
  readonly replaces?: boolean;
};

/** What `handleInbound` gives back: also what became of it, for surfaces that say more than the card. */
export type Handled = InboundAnswer & { readonly outcome: Outcome };

export type Outcome = {
  readonly exitCode: 0 | 1 | 2;
  /** What was typed, in effect; null = the click stood for nothing that could be done. */
  readonly command: string | null;
  /** Why the click itself was refused. */
  readonly refusal: string | null;
};

/** The id of what a page asks: its own name for it, made the person's, so that nobody is answered what another asked. */
export function webInboundId(personId: string, askId: string): string {
  return `${personId} ${askId}`;
}

export function askIdOf(webInboundId: string): string {
  return webInboundId.slice(webInboundId.lastIndexOf(" ") + 1);
}
