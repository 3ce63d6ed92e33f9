import { Hono } from "hono";

import { createActRoutes } from "./act-routes.ts";
import { createAskRoutes } from "./ask-routes.ts";
import type { HttpDeps } from "./deps.ts";
import { createEntryRoutes } from "./entry-routes.ts";
import { answerError } from "./errors.ts";
import { openEstates } from "./estates.ts";
import { createEventRoutes } from "./event-routes.ts";
import { createHandOffRoutes } from "./hand-off-routes.ts";
import { createMessageRoutes } from "./message-routes.ts";
import { createPersonRoutes } from "./person-routes.ts";
import { createPictureRoutes } from "./picture-routes.ts";
import { hostAllowed, originAllowed, securityHeaders, sessionNeeded, type ChatEnv } from "./security.ts";
import { createStartRoutes } from "./start-routes.ts";
import { createStaticHandler } from "./static-files.ts";
import { createUploadRoutes } from "./upload-routes.ts";

export type HttpApp = {
  /** `bindings`: the request and response of Node, for the few libraries that write to them. */
  readonly fetch: (request: Request, bindings?: object) => Response | Promise<Response>;
  /** Tells open pages that the service ends and stops listening to the database. */
  readonly close: () => Promise<void>;
};

/**
 * The whole HTTP surface: the chat page and what it calls. Deny by default: host, origin, session and token are
 * checked before a route is reached; only probes, signed answers of hand-off targets, the page's own files and the way
 * to a session come before.
 */
export async function createHttpApp(deps: HttpDeps): Promise<HttpApp> {
  const estates = await openEstates(deps);
  const app = new Hono();
  app.use(securityHeaders(deps.https));
  app.onError((error, c) => answerError(error, c, deps.log));
  app.notFound((c) => c.json({ error: { code: "not-found", message: "There is nothing at this address." } }, 404));
  if (deps.health !== null) app.route("/", deps.health);
  app.use(hostAllowed(deps));
  // Machines, not pages: signed instead of same-origin.
  app.route("/api/hand-off", createHandOffRoutes(deps.real));
  for (const [name, routes] of Object.entries(deps.platforms ?? {})) app.route(`/${name}`, routes);
  app.use(originAllowed());

  const chat = new Hono<ChatEnv>();
  chat.route("/", createEntryRoutes(deps, estates));
  chat.use(sessionNeeded(deps, estates));
  chat.route("/", createStartRoutes(deps, estates));
  chat.route("/", createMessageRoutes(estates));
  chat.route("/", createAskRoutes(estates));
  chat.route("/", createActRoutes(estates));
  chat.route("/", createPersonRoutes(deps, estates));
  chat.route("/", createEventRoutes(deps, estates));
  chat.route("/", createPictureRoutes(deps, estates));
  chat.route("/", createUploadRoutes(deps, estates));
  app.use("/api/*", async (c, next) => {
    await next();
    if (!c.res.headers.has("Cache-Control")) c.header("Cache-Control", "no-store");
  });
  app.route("/api/chat", chat);

  const page = await createStaticHandler();
  app.get("*", page);
  return { fetch: (request, bindings) => app.fetch(request, bindings), close: estates.close };
}
