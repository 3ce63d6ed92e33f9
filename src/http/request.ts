import type { Context as HonoContext } from "hono";
import { z } from "zod";

import { AppError } from "../domain/errors.ts";
import { bothScopes } from "../domain/scope.ts";
import type { Context } from "../service/context.ts";
import type { ChannelRow } from "../store/conversations.ts";
import type { OpenEstate } from "./estates.ts";
import { actorOf, type SignedIn } from "./session.ts";

/** A message's id as it travels: digits, no number a browser would round. */
export const messageIdSchema = z.string().regex(/^\d{1,18}$/, "is no message id");
export const channelNameSchema = z.string().min(1).max(100);

/** Parses a JSON body. Throws AppError("bad-input") that names the field. */
export async function readJson<T>(c: HonoContext, schema: z.ZodType<T>): Promise<T> {
  return fitting(await c.req.json().catch(() => null), schema);
}

/** Parses the query of the address. Throws AppError("bad-input") that names the field. */
export function readQuery<T>(c: HonoContext, schema: z.ZodType<T>): T {
  return fitting(c.req.query(), schema);
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

function fitting<T>(given: unknown, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const what = `${issue?.path.join(".") ?? ""} ${issue?.message ?? ""}`.trim();
  throw new AppError("bad-input", `The request does not fit: ${what}`);
}
