import { Hono } from "hono";
import { z } from "zod";

import type { HttpDeps } from "./deps.ts";
import type { Estates } from "./estates.ts";
import { createRateLimit } from "./rate-limit.ts";
import { readJson } from "./request.ts";
import { jsonBodyLimit } from "./security.ts";
import { readSession, writeSession } from "./session.ts";
import { localSession, signedIn, signIn, viaOf } from "./sign-in.ts";

const LOGIN_LIMIT = { burst: 10, perMinute: 10 };
const loginSchema = z.object({ name: z.string().trim().min(1).max(60), token: z.string().max(500) });

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
