import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { Context as HonoContext } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { z } from "zod";

import { ROLES, type Actor } from "../domain/actor.ts";
import type { ScopeFilter } from "../domain/scope.ts";

export const SESSION_COOKIE = "finops_session";
export const CSRF_COOKIE = "finops_csrf";
export const CSRF_HEADER = "x-csrf-token";
const SESSION_SECONDS = 30 * 24 * 3600;
const KEY_BYTES = 32;
const ID_BYTES = 16;

const sessionSchema = z.object({
  id: z.string().min(16),
  personId: z.string().min(1).max(80),
  name: z.string().min(1).max(80),
  role: z.enum(ROLES),
  /** How it came in: a session made on loopback is worth nothing once a token is needed, and one token's nothing after it changed. */
  via: z.string(),
});
export type Session = z.infer<typeof sessionSchema>;

/** A session with what its person may do and see now: read anew for every request (src/http/sign-in.ts). */
export type SignedIn = Session & { readonly scope: ScopeFilter };

/** Way in by a person's own token; the rest is a mark of that token. */
export const PERSON_VIA = "person:";

/** The key sessions are signed with: made once, kept in the data directory, readable by its owner only. */
export async function loadSessionKey(dataDir: string): Promise<Uint8Array> {
  await mkdir(dataDir, { recursive: true });
  const path = join(dataDir, "session.key");
  try {
    await writeFile(path, randomBytes(KEY_BYTES), { flag: "wx", mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  return readFile(path);
}

export function newSession(input: Omit<Session, "id">): Session {
  return { id: randomBytes(ID_BYTES).toString("hex"), ...input };
}

/** Sets both cookies: the session, which scripts cannot read, and the token they must send back. */
export function writeSession(c: HonoContext, session: Session, options: { key: Uint8Array; https: boolean }): void {
  const payload = Buffer.from(JSON.stringify(session)).toString("base64url");
  const shared = { path: "/", sameSite: "Strict", secure: options.https, maxAge: SESSION_SECONDS } as const;
  setCookie(c, SESSION_COOKIE, `${payload}.${sign(options.key, `session:${payload}`)}`, { ...shared, httpOnly: true });
  setCookie(c, CSRF_COOKIE, csrfToken(session, options.key), shared);
}

/**
 * The session a request carries; null when there is none, it was altered, or it came in another way than is needed now.
 * What it says of role and name is not believed: `signedIn` reads the person.
 */
export function readSession(c: HonoContext, key: Uint8Array, via: string): Session | null {
  const [payload = "", signature = ""] = (getCookie(c, SESSION_COOKIE) ?? "").split(".");
  if (payload === "" || !sameText(signature, sign(key, `session:${payload}`))) return null;
  const parsed = sessionSchema.safeParse(JSON.parse(Buffer.from(payload, "base64url").toString("utf8")));
  if (!parsed.success) return null;
  const ownToken = via !== "loopback" && parsed.data.via.startsWith(PERSON_VIA);
  return parsed.data.via === via || ownToken ? parsed.data : null;
}

/** The token bound to one session: another session's, or a made-up one, does not fit. */
export function csrfToken(session: Session, key: Uint8Array): string {
  return sign(key, `csrf:${session.id}`);
}

/** Whether header and cookie both carry this session's token. */
export function csrfHolds(c: HonoContext, session: Session, key: Uint8Array): boolean {
  const want = csrfToken(session, key);
  return sameText(c.req.header(CSRF_HEADER) ?? "", want) && sameText(getCookie(c, CSRF_COOKIE) ?? "", want);
}

/** Compares in a time that tells nothing about where two texts differ. */
export function sameText(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

/** What a token login stands for, without the token itself. */
export function tokenMark(token: string): string {
  return `token:${createHash("sha256").update(token).digest("hex").slice(0, 16)}`;
}

export function actorOf(session: SignedIn): Actor {
  return { kind: "user", id: session.personId, name: session.name, role: session.role, scope: session.scope };
}

function sign(key: Uint8Array, text: string): string {
  return createHmac("sha256", key).update(text).digest("base64url");
}
