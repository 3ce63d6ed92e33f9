import type { HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { Hono } from "hono";

import type { SlackInstaller } from "../bot/channels/slack/installer.ts";

/** What of Slack is reached by HTTP; null = not in use. */
export type SlackEntry = {
  /** Signed deliveries: commands, clicks, events. */
  readonly handle: ((request: Request) => Promise<Response>) | null;
  readonly installer: SlackInstaller | null;
};

/**
 * Where Slack comes in. There is no session: a delivery is signed, an installation is bound to the browser that began it.
 */
export function createSlackRoutes({ handle, installer }: SlackEntry): Hono<{ Bindings: HttpBindings }> {
  const routes = new Hono<{ Bindings: HttpBindings }>();
  if (handle !== null) routes.post("/events", (c) => handle(c.req.raw));
  if (installer !== null) {
    routes.get("/install", async (c) => {
      await installer.begin(c.env.incoming, c.env.outgoing);
      return RESPONSE_ALREADY_SENT;
    });
    routes.get("/oauth_redirect", async (c) => {
      await installer.finish(c.env.incoming, c.env.outgoing);
      return RESPONSE_ALREADY_SENT;
    });
  }
  return routes;
}
