import { Hono } from "hono";

import type { Card } from "../bot/card.ts";
import { findPicture } from "../bot/channels/web/render-web.ts";
import { AppError } from "../domain/errors.ts";
import { readMessage } from "../store/conversations.ts";
import type { HttpDeps } from "./deps.ts";
import type { Estates } from "./estates.ts";
import { createRateLimit } from "./rate-limit.ts";
import type { ChatEnv } from "./security.ts";

const PICTURE_LIMIT = { burst: 120, perMinute: 240 };

/**
 * Charts as PNG, named by what they show. A picture is reached only through a message the person may read;
 * its name changes with its content, so a browser may keep it for good.
 */
export function createPictureRoutes(deps: Pick<HttpDeps, "png">, estates: Estates): Hono<ChatEnv> {
  const routes = new Hono<ChatEnv>();
  const limit = createRateLimit(PICTURE_LIMIT);
  routes.get("/picture/:message/:picture", async (c) => {
    const message = c.req.param("message");
    const match = /^([0-9a-f]{40})\.png$/.exec(c.req.param("picture"));
    if (match?.[1] === undefined || !/^\d{1,18}$/.test(message)) throw noPicture();
    limit(c.get("session").id);
    const { base } = await estates.current();
    const row = await readMessage(base.db.sql, message, c.get("session"));
    const view = row.card === null ? null : findPicture(row.card as Card, match[1]);
    if (view === null) throw noPicture();
    const theme = c.req.query("theme") === "dark" ? "dark" : "light";
    const png = await deps.png(view, { theme });
    return c.body(new Uint8Array(png), 200, {
      "Content-Type": "image/png",
      "Cache-Control": "private, max-age=31536000, immutable",
    });
  });
  return routes;
}

function noPicture(): AppError {
  return new AppError("not-found", "That picture is not here (any more).");
}
