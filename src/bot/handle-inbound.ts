import { randomUUID } from "node:crypto";

import type { Actor, Role } from "../domain/actor.ts";
import { ROLES } from "../domain/actor.ts";
import { NO_PEOPLE, type Person } from "../domain/person.ts";
import { bothScopes, EVERYTHING, type ScopeFilter } from "../domain/scope.ts";
import type { Context } from "../service/context.ts";
import { meetPerson } from "../service/meet-person.ts";
import { sharingPlace, sharingPlaces } from "../service/share-answer.ts";
import { channelScope } from "../store/conversations.ts";
import {
  claimInbound,
  finishInbound,
  INBOUND_ATTEMPTS_MAX,
  receiveInbound,
  requestDidSomething,
  toldInbound,
  type InboundResult,
} from "../store/inbound.ts";
import { enqueuePost, logicalChannel, readCard } from "../store/outbox.ts";
import { findPerson } from "../store/people.ts";
import { actOnCard } from "./act-on-card.ts";
import { ANSWER_TOKEN_SECONDS, mintTokens } from "./action-token.ts";
import type { Action, Card } from "./card.ts";
import type { Command, Effect } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { dispatch, effectOf } from "./dispatch.ts";
import { askIdOf, type Handled, type Inbound, type InboundAnswer, type Outcome } from "./inbound.ts";
import { keepAnswerTrue, type Placed, type Shows } from "./live-cards.ts";
import { busyCard, cutOffCard, doneBeforeCard, givenUpCard } from "./phrases.ts";

/** One store with its clock and settings: who asks is looked up. */
export type InboundBase = Omit<Context, "actor" | "scope" | "channel" | "identity">;

export type Handling = {
  readonly base: InboundBase;
  readonly inbound: Inbound;
  /** A surface with sessions of its own (the web) says who it is; `scope` is what that person may see anywhere. */
  readonly as?: { readonly actor: Extract<Actor, { kind: "user" }>; readonly scope: ScopeFilter };
  /**
   * Shows the answer. Until it resolves, a crash makes another process show it; when it rejects, it goes through the
   * outbox. Absent: whoever called shows it, and it is lost with them. Resolves to where it is, when it can be edited there.
   */
  readonly show?: (answer: Handled) => Promise<Placed | null>;
  readonly commands?: readonly Command[];
};

/**
 * What somebody did on a surface, done once, and what to show for it. Who they are, what they may do and what may be
 * shown here is read at this moment. A redelivery is answered as the first time; what a killed process left in the
 * middle is not done again where it has changed something.
 */
export async function handleInbound(input: Handling): Promise<Handled> {
  const { base, inbound } = input;
  const { sql } = base.db;
  const holder = randomUUID();
  await receiveInbound(sql, inbound);
  const claim = await claimInbound(sql, inbound, holder);
  if (claim.kind === "busy") return { card: busyCard(), tokens: [], show: "private", outcome: UNTOLD };
  let result: InboundResult;
  if (claim.kind === "done") {
    result = claim.result;
  } else {
    result = await answer(input, claim.attempt);
    await finishInbound(sql, inbound, result);
  }
  const shown = await present(base, inbound, claim.seq, result);
  await tell(input, shown, result);
  return shown;
}

/** Where an inbound came from, as outbox addresses name it. */
export function addressOf({ surface, channel }: Pick<Inbound, "surface" | "channel">): string {
  return surface === "web" ? channel : `${surface}:${channel}`;
}

/** Of what was not worked on here, or kept before outcomes were. */
const UNTOLD: Outcome = { exitCode: 0, command: null, refusal: null };

type Kept = {
  readonly card: Card;
  readonly show: InboundAnswer["show"];
  readonly shareable: boolean;
  readonly outcome?: Outcome;
  readonly shows?: Shows;
  readonly replaces?: boolean;
};

async function answer(input: Handling, attempt: number): Promise<InboundResult> {
  const { inbound } = input;
  const ctx = await contextOf(input);
  const done = await run(ctx, input, attempt);
  const show = showOf(inbound, done);
  const isWhole = done.effect === "read" && done.exitCode === 0 && done.card.blocks.length > 0;
  // In the web chat an answer stands where it was asked, and may be wanted elsewhere.
  const shareable = isWhole && (show === "private" || inbound.surface === "web");
  const { exitCode, command, refusal } = done;
  const shows = done.shows === undefined ? {} : { shows: done.shows };
  const replaces = inbound.act.kind === "act" && done.effect === "shared" && done.shows?.kind === "one";
  const outcome = { exitCode, command, refusal };
  const kept: Kept = { card: done.card, show, shareable, outcome, ...shows, ...(replaces ? { replaces } : {}) };
  const { actor } = ctx;
  return {
    actorId: actor.id,
    actorName: actor.kind === "user" ? actor.name : actor.id,
    channel: ctx.channel ?? "",
    scope: ctx.scope,
    answer: kept,
  };
}

type Done = Outcome & {
  readonly card: Card;
  readonly effect: Effect;
  readonly edited: boolean;
  readonly shows?: Shows | undefined;
};

async function run(ctx: Context, { inbound, as, commands = COMMANDS }: Handling, attempt: number): Promise<Done> {
  const { act } = inbound;
  const command = act.kind === "command" ? act.text : null;
  // A page waits for its answer where it was asked; elsewhere such news is for whoever asked.
  const effect: Effect = inbound.surface === "web" && command !== null ? effectOf(command, commands) : "own";
  const plain = { effect, edited: false, command, refusal: null };
  if (attempt > 1) {
    const request = requestOf(inbound);
    if (await requestDidSomething(ctx.db.sql, ctx.actor.id, request))
      return { ...plain, card: doneBeforeCard(), exitCode: 0 };
  }
  // What a page was promised is done with the session it came with, or not at all.
  const abandoned = inbound.surface === "web" && as === undefined;
  if (abandoned) return { ...plain, card: cutOffCard(), exitCode: 1 };
  if (attempt > INBOUND_ATTEMPTS_MAX) return { ...plain, card: givenUpCard(), exitCode: 1 };
  if (act.kind === "act") {
    const { answer: acted, ...rest } = await actOnCard({ ctx, click: { ...act, place: addressOf(inbound) } }, commands);
    return { card: acted.card, exitCode: acted.exitCode, shows: acted.shows, ...rest };
  }
  const { card, exitCode, shows } = await dispatch({ ctx, text: act.text }, commands);
  return { ...plain, card, exitCode, effect: effectOf(act.text, commands), shows };
}

/**
 * Reads and refusals are for whoever asked; what changed something everybody shares is said where all see it, unless the
 * card it was done on says it all. In the web chat what is typed stands in the channel, and so does its answer, unless
 * it is somebody's own.
 */
function showOf(inbound: Inbound, { exitCode, effect, edited }: Done): InboundAnswer["show"] {
  if (edited) return "none";
  if (inbound.channel.startsWith("@")) return "private";
  if (inbound.surface === "web" && effect !== "own")
    return inbound.act.kind === "command" || exitCode === 0 ? "public" : "private";
  return exitCode === 0 && effect === "shared" ? "public" : "private";
}

/** Who it is with the role and scope of this moment, and what may be shown here. */
export async function contextOf({ base, inbound, as }: Handling): Promise<Context> {
  const { sql } = base.db;
  const address = addressOf(inbound);
  const direct = inbound.channel.startsWith("@");
  const known = as ?? (inbound.surface === "web" ? nobody(inbound) : await meet(base, inbound));
  const actor: Actor = { ...known.actor, request: requestOf(inbound) };
  const here = direct ? [] : await channelScope(sql, address);
  const channel = direct ? `@${actor.id}` : await logicalChannel(sql, address);
  const { surface, person } = inbound;
  const identity = as === undefined ? { identity: { surface, externalId: person.externalId } } : {};
  return { ...base, ...identity, actor, scope: bothScopes(known.scope, here), channel };
}

/** Whose session is not here: nothing is done for them, they are only told so. */
function nobody({ person }: Inbound) {
  const { externalId: id, name } = person;
  return { actor: { kind: "user" as const, id, name, role: "viewer" as const, scope: EVERYTHING }, scope: EVERYTHING };
}

async function meet(base: InboundBase, { surface, person }: Inbound) {
  const met = await meetPerson({ ctx: base, input: { surface, externalId: person.externalId, name: person.name } });
  const role = roleOf(base, met, person.groups);
  const { id, name, scope } = met;
  return { actor: { kind: "user" as const, id, name, role, scope }, scope };
}

/** The highest of their own role and those of their groups on the platform (`roles.groups`). */
function roleOf({ settings }: InboundBase, person: Person, groups: readonly string[]): Role {
  const { defaultRole, groups: roles = {} } = settings.people ?? NO_PEOPLE;
  const named = groups.map((group) => group.replace(/^@/, "").toLowerCase());
  const given = Object.entries(roles)
    .filter(([group]) => named.includes(group.replace(/^@/, "").toLowerCase()))
    .map(([, role]) => role);
  const ranks = [person.role ?? defaultRole, ...given].map((role) => ROLES.indexOf(role));
  return ROLES[Math.max(...ranks)] ?? defaultRole;
}

function requestOf({ surface, id }: Inbound): string {
  return `${surface}:${id}`;
}

/** The answer with its buttons: a private one can be shared as it is. */
async function present(base: InboundBase, inbound: Inbound, seq: string, result: InboundResult): Promise<Handled> {
  const { sql } = base.db;
  const { card, outcome = UNTOLD, replaces = false, show, shareable, shows } = result.answer as Kept;
  const share = shareable ? await shareAction(base, inbound, seq, result) : [];
  const whole: Card = { ...card, actions: [...card.actions, ...share] };
  const isPrivate = show === "private";
  const tokens = await mintTokens(sql, whole, {
    channel: isPrivate ? `@${result.actorId}` : addressOf(inbound),
    key: answerKey(inbound),
    revision: 1,
    audience: isPrivate ? result.actorId : null,
    seconds: ANSWER_TOKEN_SECONDS,
  });
  return { card: whole, tokens, show, outcome, decidable: shows !== undefined, replaces };
}

async function shareAction(
  { db }: InboundBase,
  { surface }: Inbound,
  seq: string,
  result: InboundResult,
): Promise<Action[]> {
  const person = await findPerson(db.sql, result.actorId);
  const preferred = person?.preferences.channel ?? null;
  if (surface === "web") {
    const sharer = { personId: result.actorId, scope: person?.scope ?? EVERYTHING, preferred };
    return shareActions(seq, await sharingPlaces(db.sql, result, sharer));
  }
  const place = await sharingPlace(db.sql, result, preferred);
  if (place === null) return [];
  const label = place.here ? "Share in channel" : `Share in #${place.channel}`;
  return [{ kind: "button", label, style: "plain", command: `share ${seq}${place.here ? "" : ` #${place.channel}`}` }];
}

/** One channel is a button, several a menu. */
function shareActions(seq: string, channels: readonly string[]): Action[] {
  const [only, ...more] = channels;
  if (only === undefined) return [];
  const command = (channel: string): string => `share ${seq} #${channel}`;
  if (more.length === 0)
    return [{ kind: "button", label: `Share in #${only}`, style: "plain", command: command(only) }];
  const options = channels.map((channel) => ({ label: `Share in #${channel}`, command: command(channel) }));
  return [{ kind: "select", label: "Share in…", options }];
}

async function tell(given: Handling, answer: Handled, result: InboundResult): Promise<void> {
  const { base, inbound, show } = given;
  const { sql } = base.db;
  let placed: Placed | null = null;
  try {
    placed = (await show?.(answer)) ?? null;
  } catch (error) {
    base.log.warn({ err: error, surface: inbound.surface }, "inbound: the answer goes through the outbox");
    await showByOutbox({ base, inbound, answer });
  }
  await keepTrue(given, { answer, result, placed });
  await toldInbound(sql, inbound);
}

/** A decision elsewhere edits what was answered here, where the surface lets it be edited. */
async function keepTrue(
  { as, base, inbound }: Handling,
  given: { readonly answer: InboundAnswer; readonly result: InboundResult; readonly placed: Placed | null },
): Promise<void> {
  const { answer, placed, result } = given;
  const { sql } = base.db;
  const { card, shows } = result.answer as Kept;
  const key = answerKey(inbound);
  if (shows === undefined || answer.show === "none") return;
  if (placed === null && (await readCard(sql, key)) === null) return;
  const { id, name, role } = (as ?? (inbound.surface === "web" ? nobody(inbound) : await meet(base, inbound))).actor;
  await keepAnswerTrue(sql, {
    key,
    card: answer.card,
    shows,
    added: { actions: answer.card.actions.slice(card.actions.length) },
    actor: { kind: "user", id, name, role, scope: result.scope },
    place: addressOf(inbound),
    isPrivate: answer.show === "private",
    placed,
  });
}

/** Shows an answer without the click or command it belongs to: to the person, or where it was asked. */
export async function showByOutbox(input: {
  readonly base: InboundBase;
  readonly inbound: Inbound;
  readonly answer: InboundAnswer;
}): Promise<void> {
  const { base, inbound, answer } = input;
  if (answer.show === "none") return;
  const { surface, channel, thread, person } = inbound;
  const post = { key: answerKey(inbound), card: answer.card, priority: "interactive" } as const;
  const direct = answer.show === "private" ? `${surface === "web" ? "" : `${surface}:`}@${person.externalId}` : null;
  const under = direct === null && thread !== null ? { thread: { channel, id: thread } } : {};
  await enqueuePost(base.db.sql, { ...post, ...under, channel: direct ?? addressOf(inbound) });
}

/** In the web chat it is the key by which the page that asked waits for it. */
function answerKey({ surface, id }: Inbound): string {
  return surface === "web" ? `answer:${askIdOf(id)}` : `answer:${surface}:${id}`;
}
