import { Hono, type Context as HonoContext } from "hono";
import { z } from "zod";

import { renderWeb, type WebCard } from "../bot/channels/web/render-web.ts";
import { BOT } from "../bot/channels/web/web-channel.ts";
import { COMMANDS } from "../bot/commands.ts";
import { COMMAND_TEXT_MAX, dispatch } from "../bot/dispatch.ts";
import { DEMO_BANNER, EMPTY_CHANNEL, STARTERS } from "../bot/phrases.ts";
import { hasRole, ROLES } from "../domain/actor.ts";
import { firstRunCard } from "../bot/views/first-run-card.ts";
import { AppError } from "../domain/errors.ts";
import { NO_PEOPLE } from "../domain/person.ts";
import { bothScopes } from "../domain/scope.ts";
import { checkFirstRun } from "../service/check-first-run.ts";
import type { Context } from "../service/context.ts";
import {
  latestSeq,
  listChannels,
  listMessages,
  MESSAGES_MAX,
  postMessage,
  requireChannel,
  type ChannelRow,
} from "../store/conversations.ts";
import type { HttpDeps } from "./deps.ts";
import type { Estates, OpenEstate } from "./estates.ts";
import { messageView } from "./message-view.ts";
import { createRateLimit } from "./rate-limit.ts";
import { jsonBodyLimit, type ChatEnv } from "./security.ts";
import { actorOf, readSession, writeSession, type SignedIn } from "./session.ts";
import { LOCAL_PERSON, localSession, samplePeople, signedIn, signIn, viaOf } from "./sign-in.ts";

const PAGE_MESSAGES = 60;
const ASK_LIMIT = { burst: 30, perMinute: 90 };
const LOGIN_LIMIT = { burst: 10, perMinute: 10 };

const askSchema = z.object({
  channel: z.string().min(1).max(100),
  text: z.string().trim().min(1).max(COMMAND_TEXT_MAX),
  /** Made by the browser: a repeated request after a lost answer is the same question. */
  askId: z.uuid(),
});
const loginSchema = z.object({ name: z.string().trim().min(1).max(60), token: z.string().max(500) });
const roleSchema = z.object({ role: z.enum(ROLES) });
const personSchema = z.object({ id: z.string().min(1).max(80) });

/** What may be asked before there is a session: whether one is needed, and getting one. */
export function createEntryRoutes(deps: HttpDeps, estates: Estates): Hono {
  const routes = new Hono();
  const loginLimit = createRateLimit(LOGIN_LIMIT);
  const cookies = { key: deps.sessionKey, https: deps.https };
  routes.get("/session", async (c) => {
    const { access } = deps;
    const session = readSession(c, deps.sessionKey, viaOf(access));
    if (session !== null && (await signedIn(session, access, estates)) !== null) return c.json({ signedIn: true });
    if (access.kind !== "loopback") return c.json({ signedIn: false });
    writeSession(c, localSession(access), cookies);
    return c.json({ signedIn: true });
  });
  routes.post("/login", jsonBodyLimit, async (c) => {
    loginLimit("login");
    writeSession(c, await signIn(await readJson(c, loginSchema), deps, estates), cookies);
    return c.json({ signedIn: true });
  });
  return routes;
}

/** The conversation itself. Every route has a session. */
export function createChatRoutes(deps: HttpDeps, estates: Estates): Hono<ChatEnv> {
  const routes = new Hono<ChatEnv>();
  const askLimit = createRateLimit(ASK_LIMIT);
  routes.get("/start", async (c) => c.json(await startView(deps, await estates.current(), c.get("session"))));
  routes.get("/messages", async (c) => {
    const { base } = await estates.current();
    const reader = c.get("session");
    const channel = await requireChannel(base.db.sql, c.req.query("channel") ?? "", reader);
    const before = c.req.query("before") ?? null;
    if (before !== null && !/^\d{1,18}$/.test(before)) throw new AppError("bad-input", "`before` is no message id.");
    const messages = await listMessages(base.db.sql, {
      channel: channel.name,
      reader,
      beforeId: before,
      limit: PAGE_MESSAGES,
    });
    return c.json({
      messages: messages.map(messageView),
      more: messages.length === Math.min(PAGE_MESSAGES, MESSAGES_MAX),
    });
  });
  routes.post("/ask", jsonBodyLimit, async (c) => {
    const session = c.get("session");
    askLimit(session.id);
    const ask = await readJson(c, askSchema);
    return c.json(await answer({ estate: await estates.current(), session, ask }));
  });
  routes.post("/role", jsonBodyLimit, async (c) => {
    await requireSample(deps, estates);
    const { role } = await readJson(c, roleSchema);
    const { scope: _scope, ...session } = c.get("session");
    // A role is tried out as oneself: a sample person has the role they have.
    writeSession(c, { ...session, personId: LOCAL_PERSON, role }, { key: deps.sessionKey, https: deps.https });
    return c.json({ role });
  });
  routes.post("/person", jsonBodyLimit, async (c) => {
    const estate = await requireSample(deps, estates);
    const { id } = await readJson(c, personSchema);
    const { scope: _scope, ...session } = c.get("session");
    const person = (await samplePeople(estate)).find((one) => one.id === id);
    if (person === undefined && id !== LOCAL_PERSON) throw new AppError("not-found", "There is no such sample person.");
    writeSession(c, { ...session, personId: id, role: "admin" }, { key: deps.sessionKey, https: deps.https });
    return c.json({ id });
  });
  return routes;
}

/** Being somebody else is for the sample estate, on the machine itself. */
async function requireSample(deps: HttpDeps, estates: Estates): Promise<OpenEstate> {
  const estate = await estates.current();
  if (deps.access.kind === "loopback" && estate.name === "demo") return estate;
  throw new AppError("forbidden", "Roles and people can be tried out only in the sample estate, on this machine.", {
    remedy: "Admins give roles: people role NAME ROLE",
  });
}

/** What this person may see here: their own scope and the channel's. */
export function contextFor(input: {
  estate: Pick<OpenEstate, "base">;
  session: SignedIn;
  channel: Pick<ChannelRow, "name" | "scope">;
}): Context {
  const { channel, session } = input;
  const actor = actorOf(session);
  return { ...input.estate.base, actor, scope: bothScopes(session.scope, channel.scope), channel: channel.name };
}

/** Parses a JSON body. Throws AppError("bad-input") that names the field. */
export async function readJson<T>(c: HonoContext, schema: z.ZodType<T>): Promise<T> {
  const body: unknown = await c.req.json().catch(() => null);
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new AppError(
    "bad-input",
    `The request does not fit: ${issue?.path.join(".") ?? ""} ${issue?.message ?? ""}`.trim(),
  );
}

async function answer(input: { estate: OpenEstate; session: SignedIn; ask: z.output<typeof askSchema> }) {
  const { estate, session, ask } = input;
  const { sql } = estate.base.db;
  const channel = await requireChannel(sql, ask.channel, session);
  const question = await postMessage(sql, {
    channel: channel.name,
    key: `ask:${ask.askId}`,
    author: { kind: "person", id: session.personId, name: session.name },
    body: ask.text,
  });
  const { card } = await dispatch({
    ctx: contextFor({ estate, session, channel }),
    text: ask.text,
  });
  const reply = await postMessage(sql, {
    channel: channel.name,
    key: `answer:${ask.askId}`,
    author: BOT,
    card,
    replyTo: question.id,
  });
  return { question: messageView(question), answer: messageView(reply) };
}

async function startView(deps: HttpDeps, estate: OpenEstate, session: SignedIn) {
  const { sql } = estate.base.db;
  const actor = actorOf(session);
  const sample = deps.access.kind === "loopback" && estate.name === "demo";
  // The position first: what is written while the rest is read comes again as an event and changes nothing.
  const seq = await latestSeq(sql);
  const topics = new Map(deps.channels.map((channel) => [channel.name, channel.title]));
  const order = deps.channels.map((channel) => channel.name);
  const rank = (name: string): number => (order.includes(name) ? order.indexOf(name) : order.length);
  const channels = (await listChannels(sql, session)).sort((a, b) => rank(a.name) - rank(b.name));
  return {
    seq,
    estate: estate.name,
    banner: estate.name === "demo" ? DEMO_BANNER : null,
    emptyText: EMPTY_CHANNEL,
    starters: STARTERS,
    checklist: await checklistView(
      contextFor({ estate, session, channel: { name: `@${session.personId}`, scope: [] } }),
    ),
    today: estate.base.clock.today(),
    person: { id: session.personId, name: session.name, role: session.role },
    roles: sample ? ROLES : null,
    people: sample ? await peopleToTry(estate) : null,
    uploadBytesMax: deps.uploadBytesMax,
    channels: channels.map(({ name, kind, topic }) => ({
      name,
      kind,
      title: kind === "direct" ? "Ask privately" : name,
      topic: topics.get(name) || topic,
    })),
    commands: COMMANDS.filter((command) => hasRole(actor, command.role)).map(({ name, summary, usage, examples }) => ({
      name,
      summary,
      usage,
      examples,
    })),
  };
}

/** What a new installation still lacks; null = nothing. */
async function checklistView(ctx: Context): Promise<WebCard | null> {
  const state = await checkFirstRun({ ctx, input: {} });
  return state.next === null ? null : renderWeb(firstRunCard(state));
}

/** Whom the sample estate lets one be, oneself first. */
async function peopleToTry(estate: OpenEstate): Promise<{ id: string; name: string; role: string }[]> {
  const { defaultRole } = estate.base.settings.people ?? NO_PEOPLE;
  const people = (await samplePeople(estate)).map(({ id, name, role }) => ({ id, name, role: role ?? defaultRole }));
  return [{ id: LOCAL_PERSON, name: "You", role: "admin" }, ...people];
}
