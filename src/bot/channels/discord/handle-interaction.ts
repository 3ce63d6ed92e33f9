import {
  InteractionResponseType,
  InteractionType,
  MessageFlags,
  Routes,
  type APIApplicationCommandAutocompleteInteraction,
  type APIInteraction,
} from "discord-api-types/v10";
import type { Logger } from "pino";

import type { Form } from "../channel.ts";
import { createTurns, type Turns } from "../../answer-in-turn.ts";
import type { Command } from "../../command.ts";
import type { Inbound, InboundAct, InboundAnswer } from "../../inbound.ts";
import type { Placed } from "../../live-cards.ts";
import { sayCallback, tellAnswer, THINKING, type Acknowledged, type Telling } from "./answer-interaction.ts";
import { choicesOf, typingOf, type Typing } from "./complete-option.ts";
import { toChannelError } from "./discord-error.ts";
import type { Membership } from "./membership.ts";
import { missingPermissions } from "./permissions.ts";
import { baseOf, readInteraction, type InboundBase } from "./read-interaction.ts";
import { renderForm } from "./render-form.ts";
import { escapeText } from "./render-text.ts";
import {
  foreignServerCard,
  missingRightsCard,
  notReachableCard,
  stillWorkingText,
  strangerCard,
  unknownComponentCard,
} from "./words.ts";

/** An acknowledgement must not wait for the database: after this it goes out, and what arrived is kept a little later. */
const KEEP_MS_MAX = 1_500;
/** Suggestions are worth nothing late. */
const SUGGEST_MS_MAX = 2_000;
/** After this "thinking" is not enough: the asker is told what is being worked on. */
const STILL_WORKING_MS = 8_000;

/** What the bot does with what arrived (bot/handle-inbound.ts), apart from how Discord carries it. */
export type InboundWork = {
  /** Keeps it before it is acknowledged. False: it was here before. */
  readonly receive: (inbound: Inbound) => Promise<boolean>;
  /** Does it once and has the answer shown; what cannot be shown so goes through the outbox. */
  readonly handle: (inbound: Inbound, show: (answer: InboundAnswer) => Promise<Placed | null>) => Promise<void>;
  readonly formOf: (token: string) => Promise<Form | null>;
  readonly suggest: (base: InboundBase, typing: Typing) => Promise<readonly { value: string; about?: string }[]>;
};

export type HandlerDeps = Telling & {
  readonly work: InboundWork;
  readonly commands: readonly Command[];
  readonly guildIds: readonly string[];
  readonly membership: Membership;
  readonly log: Logger;
};

/** Sends the first answer: by REST, or as the response of the signed POST it came with. */
export type Deliver = (callback: object) => Promise<void>;

export type Handler = {
  /** Takes an interaction, however it came. Never rejects; what goes wrong is in the log. */
  readonly take: (interaction: APIInteraction, deliver: Deliver) => void;
  /** Ends when everything taken is answered. */
  readonly drain: () => Promise<void>;
};

export function createHandler(deps: HandlerDeps): Handler {
  const running = new Set<Promise<void>>();
  const warned = new Map<string, string>();
  const turns = createTurns();
  return {
    take: (interaction, deliver) => {
      const { id, type } = interaction;
      const done = handle({ ...deps, turns }, interaction, deliver, warned)
        .catch((error: unknown) => {
          // The error's address holds the interaction's token, its body the card: only what happened is logged.
          deps.log.error({ interaction: id, type, reason: toChannelError(error).message }, "discord: not answered");
        })
        .finally(() => running.delete(done));
      running.add(done);
    },
    drain: async () => {
      while (running.size > 0) await Promise.all(running);
    },
  };
}

type Handling = HandlerDeps & { readonly turns: Turns };

async function handle(
  deps: Handling,
  interaction: APIInteraction,
  deliver: Deliver,
  warned: Map<string, string>,
): Promise<void> {
  const since = performance.now();
  const typing = interaction.type === InteractionType.ApplicationCommandAutocomplete;
  const guild = interaction.guild_id;
  if (guild !== undefined && !deps.guildIds.includes(guild)) {
    return deliver(typing ? suggestions([]) : sayCallback(foreignServerCard(guild)));
  }
  const { user } = interaction;
  const roles = guild === undefined && user !== undefined ? await deps.membership(user.id) : [];
  const base = roles === null ? null : baseOf(interaction, roles);
  if (base === null) return deliver(typing ? suggestions([]) : sayCallback(strangerCard));
  if (typing) return deliver(await suggest(deps, interaction, base));
  const asked = readInteraction(interaction, deps.commands);
  if (asked.kind === "open") return openForm(deps, asked.token, deliver);
  if (asked.kind !== "do") return deliver(sayCallback(unknownComponentCard));
  const to = await deps.turns.acknowledging(acknowledge(deps, { interaction, base, since }, asked.act, deliver));
  if (to === null) return;
  await work(deps, to, asked.act);
  await warnOfMissingRights(deps, to, warned);
}

/** Keeps what arrived and answers in time. null: it was here before, and is or was answered then. */
async function acknowledge(
  deps: HandlerDeps,
  given: Omit<Acknowledged, "how">,
  act: InboundAct,
  deliver: Deliver,
): Promise<Acknowledged | null> {
  const keeping = deps.work.receive({ ...given.base, act });
  // Whether it is kept in time or not, a failure is seen by whoever works on it.
  keeping.catch(() => undefined);
  const kept = await Promise.race([keeping.catch(() => true), after(KEEP_MS_MAX, true)]);
  if (!kept) return null;
  const changed = changedMessage(given.interaction);
  const how = changed === null ? "thinking" : "changed";
  const delivered = await deliver(changed ?? THINKING).then(
    () => true,
    // Too late, or Discord is away: it was asked for and is kept, so it is done, and told the other way.
    (error: unknown) => {
      deps.log.warn({ reason: toChannelError(error).message }, "discord: acknowledged in vain");
      return false;
    },
  );
  const to: Acknowledged = { ...given, how, since: delivered ? given.since : Number.NEGATIVE_INFINITY };
  const isNew = await keeping.catch((error: unknown) => sorry(deps, to, error));
  return isNew ? to : null;
}

/**
 * The only button of a message for one person is taken away when it is pressed: a confirmation must not stay open behind
 * what it confirmed. Elsewhere the message stays, and an edit of it says what was done.
 */
function changedMessage(interaction: APIInteraction): object | null {
  if (interaction.type !== InteractionType.MessageComponent) return null;
  const { message } = interaction;
  const ephemeral = ((message.flags ?? 0) & MessageFlags.Ephemeral) !== 0;
  const count = (message.components ?? []).reduce(
    (sum, row) => sum + ("components" in row ? row.components.length : 1),
    0,
  );
  if (!ephemeral || count !== 1) return null;
  const attachments = message.attachments.map(({ id }) => ({ id }));
  return {
    type: InteractionResponseType.UpdateMessage,
    data: { components: [], attachments, allowed_mentions: { parse: [] } },
  };
}

async function work(deps: Handling, to: Acknowledged, act: InboundAct): Promise<void> {
  const inbound: Inbound = { ...to.base, act };
  const timer = setTimeout(() => void sayStillWorking(deps, to, act), STILL_WORKING_MS);
  const show = (answer: InboundAnswer): Promise<Placed | null> => {
    clearTimeout(timer);
    return tellAnswer(deps, to, answer);
  };
  await deps.turns
    .inTurn(() => deps.work.handle(inbound, show))
    .catch((error: unknown) => sorry(deps, to, error))
    .finally(() => clearTimeout(timer));
}

/** The asker is not left with "thinking"; what was kept is taken up again when the database is back. */
async function sorry(deps: HandlerDeps, to: Acknowledged, error: unknown): Promise<never> {
  await tellAnswer(deps, to, { card: notReachableCard, tokens: [], show: "private" });
  throw error;
}

async function sayStillWorking({ rest, log }: HandlerDeps, to: Acknowledged, act: InboundAct): Promise<void> {
  if (to.how !== "thinking") return;
  const text = act.kind === "command" ? act.text : "your click";
  const { application_id: application, token } = to.interaction;
  const body = { content: stillWorkingText(escapeText(text)).slice(0, 500), allowed_mentions: { parse: [] } };
  await rest
    .patch(Routes.webhookMessage(application, token, "@original"), { body, auth: false })
    .catch((error: unknown) => log.debug({ reason: toChannelError(error).message }, "discord: no progress shown"));
}

async function openForm({ work }: HandlerDeps, token: string, deliver: Deliver): Promise<void> {
  const form = await work.formOf(token);
  if (form === null) return deliver(sayCallback(unknownComponentCard));
  return deliver({ type: InteractionResponseType.Modal, data: renderForm(form, token) });
}

async function suggest(deps: HandlerDeps, interaction: APIInteraction, base: InboundBase): Promise<object> {
  const typing = typingOf(interaction as APIApplicationCommandAutocompleteInteraction);
  if (typing === null) return suggestions([]);
  const asked = deps.work.suggest(base, typing).catch((error: unknown) => {
    deps.log.warn({ reason: String(error) }, "discord: no suggestions");
    return [];
  });
  return suggestions(choicesOf(await Promise.race([asked, after(SUGGEST_MS_MAX, [])]), typing.typed));
}

function suggestions(choices: ReturnType<typeof choicesOf>): object {
  return { type: InteractionResponseType.ApplicationCommandAutocompleteResult, data: { choices } };
}

/** Says once a channel what the bot could not do there by itself: before a digest is missed, not after. */
async function warnOfMissingRights(deps: HandlerDeps, to: Acknowledged, warned: Map<string, string>): Promise<void> {
  const { app_permissions: held, application_id: application, token, guild_id: guild } = to.interaction;
  if (guild === undefined || held === undefined) return;
  const missing = missingPermissions(BigInt(held));
  const names = missing.map(({ name }) => name).join();
  if (names === "" || warned.get(to.base.channel) === names) return;
  warned.set(to.base.channel, names);
  const { content, embeds } = sayCard(missingRightsCard(missing));
  const body = { content, embeds, flags: MessageFlags.Ephemeral, allowed_mentions: { parse: [] } };
  await deps.rest.post(Routes.webhook(application, token), { body, auth: false });
}

function sayCard(card: Parameters<typeof sayCallback>[0]): { content: string; embeds: readonly object[] } {
  return (sayCallback(card) as { data: { content: string; embeds: readonly object[] } }).data;
}

function after<T>(ms: number, value: T): Promise<T> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(value), ms).unref();
  });
}
