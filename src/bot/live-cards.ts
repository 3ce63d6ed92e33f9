import { isDeepStrictEqual } from "node:util";

import { ROLES, type Actor } from "../domain/actor.ts";
import { AppError, unreachable } from "../domain/errors.ts";
import { NO_PEOPLE } from "../domain/person.ts";
import type { RecommendationState } from "../domain/recommendation.ts";
import { bothScopes, EVERYTHING } from "../domain/scope.ts";
import type { Context } from "../service/context.ts";
import { currencyWorth, listRecommendations, showRecommendation } from "../service/list-recommendations.ts";
import { channelScope } from "../store/conversations.ts";
import type { SqlLike } from "../store/db.ts";
import {
  forgetChanges,
  keepCardLive,
  readLiveCard,
  readStaleCards,
  RECOMMENDATION_NOTIFY,
  type LiveCard,
} from "../store/live-cards.ts";
import { enqueueUpdate, readCard } from "../store/outbox.ts";
import { findPerson } from "../store/people.ts";
import { ANSWER_TOKEN_SECONDS } from "./action-token.ts";
import type { Action, Card } from "./card.ts";
import type { Reference } from "./channels/channel.ts";
import { bulkCard, chosenForBulk } from "./commands/recs-bulk.ts";
import { errorCard } from "./phrases.ts";
import { recommendationCard } from "./views/recommendation-card.ts";
import { recommendationListCard } from "./views/recommendation-list-card.ts";

/** Recommendations an answer shows: enough to make its card again when one of them has changed. */
export type Shows =
  /** `note`: why the decision asked for was refused; it stays above what there is. */
  | { readonly kind: "one"; readonly id: string; readonly note: string | null }
  /** No states = every state. `mine`: what waits for whoever asked. */
  | { readonly kind: "list"; readonly states: readonly RecommendationState[]; readonly mine: boolean }
  | { readonly kind: "bulk"; readonly words: readonly string[] };

/** What a place added to a card. */
type Extra = { readonly actions: readonly Action[]; readonly footer: readonly string[] };

/** Where a surface put an answer, for its edits. */
export type Placed = {
  /** Outbox address. */
  readonly address: string;
  readonly reference: Reference;
  /** How long the surface lets it be edited; absent: as long as it is kept true. */
  readonly seconds?: number;
  /** Lines the surface put above the receipt. */
  readonly footer?: readonly string[];
};

/** An answer somebody was given, kept true for as long as its buttons live. */
export type Answered = {
  readonly key: string;
  readonly card: Card;
  readonly shows: Shows;
  /** What the place added to the card the command made. */
  readonly added?: Partial<Extra>;
  /** Who asked; the scope is what this answer was allowed to show. */
  readonly actor: Actor;
  /** Outbox address of where it was asked. */
  readonly place: string;
  /** Only the actor sees it. */
  readonly isPrivate: boolean;
  /** null = it goes through the outbox. */
  readonly placed: Placed | null;
};

/**
 * From now on a decision elsewhere edits this answer too, for as long as its buttons live (a private one in Discord: as
 * long as Discord lets it be edited), and while it is among the newest of its place.
 */
export async function keepAnswerTrue(sql: SqlLike, answer: Answered): Promise<void> {
  const { actor, added = {}, card, isPrivate, key, place, placed, shows } = answer;
  if (actor.kind !== "user") return;
  const extra: Extra = { actions: added.actions ?? [], footer: [...(placed?.footer ?? []), ...(added.footer ?? [])] };
  await keepCardLive(sql, {
    key,
    place,
    shows,
    recommendation: shows.kind === "one" ? shows.id : null,
    extra,
    actorId: actor.id,
    role: actor.role,
    scope: actor.scope,
    seconds: Math.min(placed?.seconds ?? ANSWER_TOKEN_SECONDS, ANSWER_TOKEN_SECONDS),
    placed:
      placed === null
        ? null
        : {
            channel: placed.address,
            reference: placed.reference,
            card: { ...card, footer: [...(placed.footer ?? []), ...card.footer] },
            personId: isPrivate ? actor.id : null,
          },
  });
}

type Base = Omit<Context, "actor" | "scope" | "channel" | "identity">;

/** Makes every card true that a change may have touched. Returns how many are edited. */
export async function refreshLiveCards(base: Base): Promise<number> {
  const { keys, changes } = await readStaleCards(base.db.sql);
  let edited = 0;
  for (const key of keys) {
    try {
      if ((await refreshLiveCard(base, key)) !== null) edited += 1;
    } catch (error) {
      // One that cannot be made must not keep the others from being true.
      base.log.warn({ err: error, key }, "an answer could not be brought up to date");
    }
  }
  await forgetChanges(base.db.sql, changes);
  return edited;
}

/** Tries of one card while others edit it. */
const TRIES = 5;

/** Makes one card anew with the rights its asker has now, and wants it edited when it shows something else. null = it does not. */
export async function refreshLiveCard(base: Base, key: string): Promise<Shows | null> {
  const { sql } = base.db;
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const row = await readLiveCard(sql, key);
    // Before the card is made: an edit made meanwhile, by somebody who saw more, is not undone.
    const posted = row === null ? null : await readCard(sql, key);
    if (row === null || posted === null) return null;
    const shows = row.shows as Shows;
    const shown = posted.card as Card;
    const made = withExtra(await liveCard(await contextOf(base, row), shows), row.extra as Extra);
    // What was typed for it stays what is typed for it.
    const card = shown.command === undefined ? made : { ...made, command: shown.command };
    if (saysTheSame(shown, card, shows)) return null;
    if ((await enqueueUpdate(sql, { key, card, ifRevision: posted.revision })) > 0) return shows;
  }
  return null;
}

/** What a card shows that is kept true; null = it is not an answer, or an old one. */
export async function liveShows(sql: SqlLike, key: string): Promise<Shows | null> {
  return ((await readLiveCard(sql, key))?.shows as Shows | undefined) ?? null;
}

/** Keeps answers true until stopped. Any number may run, in any number of processes. */
export async function watchLiveCards(base: Base): Promise<{ readonly stop: () => Promise<void> }> {
  const stopping = new AbortController();
  let again = false;
  let looking: Promise<void> | null = null;
  const look = async (): Promise<void> => {
    do {
      again = false;
      try {
        await refreshLiveCards(base);
      } catch (error) {
        if (!stopping.signal.aborted) base.log.warn({ err: error }, "answers cannot be kept true now, trying again");
      }
    } while (again && !stopping.signal.aborted);
  };
  const ring = (): void => {
    if (stopping.signal.aborted) return;
    again = true;
    looking ??= look().finally(() => (looking = null));
  };
  const listening = await base.db.sql.listen(RECOMMENDATION_NOTIFY, ring, ring);
  // What an announcement lost with its connection would have told.
  const timer = setInterval(ring, LOOK_AGAIN_MS);
  return {
    stop: async () => {
      stopping.abort();
      clearInterval(timer);
      await listening.unlisten().catch(() => undefined);
      await looking;
    },
  };
}

const LOOK_AGAIN_MS = 15_000;

async function liveCard(ctx: Context, shows: Shows): Promise<Card> {
  try {
    switch (shows.kind) {
      case "one": {
        const card = recommendationCard(await showRecommendation({ ctx, input: { id: shows.id } }));
        if (shows.note === null) return card;
        return { ...card, blocks: [{ kind: "note", tone: "warning", text: shows.note }, ...card.blocks] };
      }
      case "list":
        return recommendationListCard(await listRecommendations({ ctx, input: shows }), {
          mine: shows.mine,
          worth: await currencyWorth(ctx),
        });
      case "bulk":
        return bulkCard(await chosenForBulk(ctx, shows.words), {
          words: shows.words,
          confirm: null,
          worth: await currencyWorth(ctx),
        });
      default:
        return unreachable(shows);
    }
  } catch (error) {
    // Out of the asker's scope by now, or gone.
    if (error instanceof AppError) return errorCard(error, "recs");
    throw error;
  }
}

/** Who asked, with the role and scope of this moment, cut to what may be shown there and to what the answer could show. */
async function contextOf(base: Base, row: LiveCard): Promise<Context> {
  const { sql } = base.db;
  const { defaultRole } = base.settings.people ?? NO_PEOPLE;
  const person = await findPerson(sql, row.actorId);
  const { id, name, scope } = person ?? { id: row.actorId, name: row.actorId, scope: EVERYTHING };
  // A group on a platform may have given more than the person's own role; it picks what waits for them, no more.
  const ranks = [row.role, person?.role ?? defaultRole].map((one) => ROLES.indexOf(one));
  const role = ROLES[Math.max(...ranks)] ?? row.role;
  const here = row.place.includes("@") ? [] : await channelScope(sql, row.place);
  const actor: Actor = { kind: "user", id, name, role, scope };
  return { ...base, actor, scope: bothScopes(bothScopes(scope, row.scope), here), channel: row.place };
}

function withExtra(card: Card, { actions, footer }: Extra): Card {
  return { ...card, actions: [...card.actions, ...actions], footer: [...footer, ...card.footer] };
}

/** The answer to a decision says what was done where the card says what there is: that alone is no reason for an edit. */
function saysTheSame(shown: Card, made: Card, { kind }: Shows): boolean {
  const comparable = (card: Card): unknown =>
    JSON.parse(JSON.stringify({ ...card, ...(kind === "one" ? { summary: "", tone: "" } : {}) }));
  return isDeepStrictEqual(comparable(shown), comparable(made));
}
