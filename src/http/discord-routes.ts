import { InteractionResponseType, InteractionType, type APIInteraction } from "discord-api-types/v10";
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { z } from "zod";

import { createVerifier } from "../bot/channels/discord/verify-request.ts";

/** What Discord sends is small: options of a command, or a form. */
const BODY_BYTES_MAX = 1024 * 1024;
/** Discord waits 3 s; what is not decided by then is "thinking". */
const ANSWER_MS_MAX = 2_500;

const interactionSchema = z.looseObject({
  id: z.string(),
  token: z.string(),
  type: z.number(),
  application_id: z.string(),
});

export type DiscordEndpoint = {
  /** The application's public key, hex. */
  readonly publicKey: string;
  readonly now: () => number;
  /** Takes an interaction; `deliver` is called once with the first answer. */
  readonly take: (interaction: APIInteraction, deliver: (callback: object) => Promise<void>) => void;
};

/**
 * Where Discord posts interactions when there is no gateway. The signature over the raw body is the whole authentication:
 * nothing is read before it holds. The answer travels as the response; all that follows goes out by REST.
 */
export function createDiscordRoutes(endpoint: DiscordEndpoint): Hono {
  const routes = new Hono();
  const check = createVerifier(endpoint.publicKey, endpoint.now);
  const limit = bodyLimit({ maxSize: BODY_BYTES_MAX, onError: (c) => c.text("too large", 413) });
  routes.post("/interactions", limit, async (c) => {
    const body = await c.req.text();
    const signature = c.req.header("x-signature-ed25519") ?? "";
    const verdict = check({ signature, timestamp: c.req.header("x-signature-timestamp") ?? "", body });
    // Discord tries bad signatures on purpose and switches endpoints off that take them.
    if (verdict !== "ok") return c.text("invalid request signature", 401);
    const parsed = interactionSchema.safeParse(parseJson(body));
    if (!parsed.success) return c.text("no interaction", 400);
    const interaction = parsed.data as unknown as APIInteraction;
    if (interaction.type === InteractionType.Ping) return c.json({ type: InteractionResponseType.Pong });
    const callback = await firstAnswer(endpoint, interaction);
    return callback === null ? c.text("no answer in time", 503) : c.json(callback);
  });
  return routes;
}

async function firstAnswer(endpoint: DiscordEndpoint, interaction: APIInteraction): Promise<object | null> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(null), ANSWER_MS_MAX);
    endpoint.take(interaction, async (callback) => {
      clearTimeout(timer);
      resolve(callback);
    });
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
