import { Hono } from "hono";

import type { Card } from "../bot/card.ts";
import { findPicture } from "../bot/channels/web/render-web.ts";
import { chartCsv } from "../charts/chart-csv.ts";
import type { ChartView } from "../charts/chart-view.ts";
import { AppError } from "../domain/errors.ts";
import { readMessage } from "../store/conversations.ts";
import type { HttpDeps } from "./deps.ts";
import type { Estates } from "./estates.ts";
import { createRateLimit } from "./rate-limit.ts";
import type { ChatEnv } from "./security.ts";
import type { SignedIn } from "./session.ts";

const PICTURE_LIMIT = { burst: 120, perMinute: 240 };
const KEEP = "private, max-age=31536000, immutable";

/**
 * Charts as PNG, and the figures they are drawn from as CSV, named by what they show. A picture is reached only through
 * a message the person may read; its name changes with its content, so a browser may keep it for good.
 */
export function createPictureRoutes(deps: Pick<HttpDeps, "png">, estates: Estates): Hono<ChatEnv> {
  const routes = new Hono<ChatEnv>();
  const limit = createRateLimit(PICTURE_LIMIT);
  routes.get("/picture/:message/:file", async (c) => {
    const named = /^([0-9a-f]{40})\.(png|csv)$/.exec(c.req.param("file"));
    if (named?.[1] === undefined) throw noPicture();
    const session = c.get("session");
    limit(session.id);
    const view = await pictureOf(estates, session, { message: c.req.param("message"), picture: named[1] });
    if (named[2] === "csv") {
      return c.body(chartCsv(view), 200, { "Content-Type": "text/csv; charset=utf-8", "Cache-Control": KEEP });
    }
    const png = await deps.png(view, { theme: c.req.query("theme") === "dark" ? "dark" : "light" });
    return c.body(new Uint8Array(png), 200, { "Content-Type": "image/png", "Cache-Control": KEEP });
  });
  return routes;
}

async function pictureOf(
  estates: Estates,
  reader: SignedIn,
  { message, picture }: { readonly message: string; readonly picture: string },
): Promise<ChartView> {
  if (!/^\d{1,18}$/.test(message)) throw noPicture();
  const { base } = await estates.current();
  const row = await readMessage(base.db.sql, message, reader);
  const view = row.card === null ? null : findPicture(row.card as Card, picture);
  if (view === null) throw noPicture();
  return view;
}

function noPicture(): AppError {
  return new AppError("not-found", "That picture is not here (any more).");
}
