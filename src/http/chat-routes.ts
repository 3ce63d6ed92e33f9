import { Hono, type Context as HonoContext } from "hono";
import { z } from "zod";

import { BOT } from "../bot/channels/web/web-channel.ts";
import { COMMANDS } from "../bot/commands.ts";
import { COMMAND_TEXT_MAX, dispatch } from "../bot/dispatch.ts";
import { DEMO_BANNER, EMPTY_CHANNEL, STARTERS } from "../bot/phrases.ts";
import { hasRole, ROLES } from "../domain/actor.ts";
import { AppError } from "../domain/errors.ts";
import { bothScopes, type ScopeFilter } from "../domain/scope.ts";
import type { Context } from "../service/context.ts";
import {
  latestSeq,
  listChannels,
  listMessages,
  MESSAGES_MAX,
  postMessage,
  requireChannel,
} from "../store/conversations.ts";
import type { HttpDeps } from "./deps.ts";
import type { Estates, OpenEstate } from "./estates.ts";
import { messageView } from "./message-view.ts";
import { createRateLimit } from "./rate-limit.ts";
import { jsonBodyLimit, viaOf, type ChatEnv } from "./security.ts";
import { actorOf, newSession, readSession, sameText, writeSession, type Session } from "./session.ts";

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

/** What may be asked before there is a session: whether one is needed, and getting one. */
export function createEntryRoutes(deps: HttpDeps): Hono {
  const routes = new Hono();
  const loginLimit = createRateLimit(LOGIN_LIMIT);
  const cookies = { key: deps.sessionKey, https: deps.https };
  routes.get("/session", (c) => {
    const { access } = deps;
    if (readSession(c, deps.sessionKey, viaOf(access)) !== null) return c.json({ signedIn: true });
    if (access.kind !== "loopback") return c.json({ signedIn: false });
    writeSession(c, newSession({ personId: "local", name: "You", role: access.role, via: viaOf(access) }), cookies);
    return c.json({ signedIn: true });
  });
  routes.post("/login", jsonBodyLimit, async (c) => {
    const { access } = deps;
    loginLimit("login");
    const { name, token } = await readJson(c, loginSchema);
    if (access.kind !== "token" || !sameText(token, access.token)) {
      throw new AppError("forbidden", "That token is not the one this server was given.", {
        remedy: "Ask whoever runs it for FINOPS_TOKEN.",
      });
    }
    const personId = name.toLowerCase().replace(/[^a-z0-9]+/g, "-") || "someone";
    writeSession(c, newSession({ personId, name, role: access.role, via: viaOf(access) }), cookies);
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
    const { personId } = c.get("session");
    const channel = await requireChannel(base.db.sql, c.req.query("channel") ?? "", personId);
    const before = c.req.query("before") ?? null;
    if (before !== null && !/^\d{1,18}$/.test(before)) throw new AppError("bad-input", "`before` is no message id.");
    const messages = await listMessages(base.db.sql, { channel: channel.name, beforeId: before, limit: PAGE_MESSAGES });
    return c.json({
      messages: messages.map(messageView),
      more: messages.length === Math.min(PAGE_MESSAGES, MESSAGES_MAX),
    });
  });
  routes.post("/ask", jsonBodyLimit, async (c) => {
    const session = c.get("session");
    askLimit(session.id);
    const ask = await readJson(c, askSchema);
    return c.json(await answer({ estate: await estates.current(), deps, session, ask }));
  });
  routes.post("/role", jsonBodyLimit, async (c) => {
    if (deps.access.kind !== "loopback") {
      throw new AppError("forbidden", "Roles can be tried out only on the machine itself.");
    }
    const { role } = await readJson(c, roleSchema);
    writeSession(c, { ...c.get("session"), role }, { key: deps.sessionKey, https: deps.https });
    return c.json({ role });
  });
  return routes;
}

/** What this person may see here: their own scope and the channel's. */
export function contextFor(input: {
  estate: Pick<OpenEstate, "base">;
  deps: Pick<HttpDeps, "channels">;
  session: Session;
  channel: string;
}): Context {
  const actor = actorOf(input.session);
  const channelScope: ScopeFilter =
    input.deps.channels.find((candidate) => candidate.name === input.channel)?.scope ?? [];
  return { ...input.estate.base, actor, scope: bothScopes(actor.kind === "system" ? [] : actor.scope, channelScope) };
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

async function answer(input: {
  estate: OpenEstate;
  deps: HttpDeps;
  session: Session;
  ask: z.output<typeof askSchema>;
}) {
  const { estate, deps, session, ask } = input;
  const { sql } = estate.base.db;
  const channel = await requireChannel(sql, ask.channel, session.personId);
  const question = await postMessage(sql, {
    channel: channel.name,
    key: `ask:${ask.askId}`,
    author: { kind: "person", id: session.personId, name: session.name },
    body: ask.text,
  });
  const { card } = await dispatch({
    ctx: contextFor({ estate, deps, session, channel: channel.name }),
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

async function startView(deps: HttpDeps, estate: OpenEstate, session: Session) {
  const { sql } = estate.base.db;
  const actor = actorOf(session);
  // The position first: what is written while the rest is read comes again as an event and changes nothing.
  const seq = await latestSeq(sql);
  const topics = new Map(deps.channels.map((channel) => [channel.name, channel.title]));
  const order = deps.channels.map((channel) => channel.name);
  const rank = (name: string): number => (order.includes(name) ? order.indexOf(name) : order.length);
  const channels = (await listChannels(sql, session.personId)).sort((a, b) => rank(a.name) - rank(b.name));
  return {
    seq,
    estate: estate.name,
    banner: estate.name === "demo" ? DEMO_BANNER : null,
    emptyText: EMPTY_CHANNEL,
    starters: STARTERS,
    today: estate.base.clock.today(),
    person: { id: session.personId, name: session.name, role: session.role },
    roles: deps.access.kind === "loopback" ? ROLES : null,
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
