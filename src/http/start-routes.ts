import { Hono } from "hono";

import { renderWeb, type WebCard } from "../bot/channels/web/render-web.ts";
import { DEMO_BANNER, DEMO_BANNER_SHORT, EMPTY_CHANNEL, STARTERS } from "../bot/phrases.ts";
import { firstRunCard, nextStepTitle } from "../bot/views/first-run-card.ts";
import { ROLES } from "../domain/actor.ts";
import { NO_PEOPLE } from "../domain/person.ts";
import { checkFirstRun } from "../service/check-first-run.ts";
import type { Context } from "../service/context.ts";
import { showSettings } from "../service/change-settings.ts";
import { latestSeq, listChannels } from "../store/conversations.ts";
import { listThreadMarks, listUnread } from "../store/read-marks.ts";
import type { HttpDeps } from "./deps.ts";
import type { Estates, OpenEstate } from "./estates.ts";
import { contextFor } from "./request.ts";
import type { ChatEnv } from "./security.ts";
import type { SignedIn } from "./session.ts";
import { LOCAL_PERSON, samplePeople } from "./sign-in.ts";

/** What a page needs to begin: who one is, the channels with what is unread in them, where live updates begin. */
export function createStartRoutes(deps: HttpDeps, estates: Estates): Hono<ChatEnv> {
  const routes = new Hono<ChatEnv>();
  routes.get("/start", async (c) => c.json(await startView(deps, await estates.current(), c.get("session"))));
  return routes;
}

async function startView(deps: HttpDeps, estate: OpenEstate, session: SignedIn) {
  const { sql } = estate.base.db;
  const sample = deps.access.kind === "loopback" && estate.name === "demo";
  // The position first: what is written while the rest is read comes again as an event and changes nothing.
  const seq = await latestSeq(sql);
  const channels = await channelViews(deps, estate, session);
  const ctx = contextFor({ estate, session, channel: { name: `@${session.personId}`, scope: [] } });
  return {
    seq,
    estate: estate.name,
    banner: estate.name === "demo" ? { text: DEMO_BANNER, short: DEMO_BANNER_SHORT } : null,
    emptyText: EMPTY_CHANNEL,
    starters: STARTERS,
    ...(await setupView(ctx)),
    today: estate.base.clock.today(),
    person: { id: session.personId, name: session.name, role: session.role },
    preferences: (await showSettings({ ctx, input: {} })).mine,
    roles: sample ? ROLES : null,
    people: sample ? await peopleToTry(estate) : null,
    uploadBytesMax: deps.uploadBytesMax,
    channels,
    threads: await listThreadMarks(sql, session.personId),
  };
}

/** Channels the person reads, configured ones first and in that order. */
async function channelViews(deps: HttpDeps, estate: OpenEstate, session: SignedIn) {
  const { sql } = estate.base.db;
  const topics = new Map(deps.channels.map((channel) => [channel.name, channel.title]));
  const order = deps.channels.map((channel) => channel.name);
  const rank = (name: string): number => (order.includes(name) ? order.indexOf(name) : order.length);
  const channels = (await listChannels(sql, session)).sort((a, b) => rank(a.name) - rank(b.name));
  const unread = new Map((await listUnread(sql, session)).map(({ channel, ...rest }) => [channel, rest]));
  return channels.map(({ name, kind, topic }) => ({
    name,
    kind,
    title: kind === "direct" ? "Ask privately" : name,
    topic: topics.get(name) || topic,
    unread: unread.get(name) ?? { upTo: "0", messages: [], more: false },
  }));
}

/** What a new installation still lacks: as a card, and how far it is; null = nothing. */
async function setupView(ctx: Context): Promise<{
  readonly checklist: WebCard | null;
  readonly setup: { readonly done: number; readonly total: number; readonly next: string } | null;
}> {
  const state = await checkFirstRun({ ctx, input: {} });
  if (state.next === null) return { checklist: null, setup: null };
  const done = state.steps.filter((step) => step.done).length;
  return {
    checklist: renderWeb(firstRunCard(state)),
    setup: { done, total: state.steps.length, next: nextStepTitle(state.next) },
  };
}

/** Whom the sample estate lets one be, oneself first. */
async function peopleToTry(estate: OpenEstate): Promise<{ id: string; name: string; role: string }[]> {
  const { defaultRole } = estate.base.settings.people ?? NO_PEOPLE;
  const people = (await samplePeople(estate)).map(({ id, name, role }) => ({ id, name, role: role ?? defaultRole }));
  return [{ id: LOCAL_PERSON, name: "You", role: "admin" }, ...people];
}
