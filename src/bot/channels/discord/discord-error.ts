import { DiscordAPIError, HTTPError, RateLimitError } from "@discordjs/rest";

import { ChannelError } from "../channel-error.ts";

/** https://discord.com/developers/docs/topics/opcodes-and-status-codes#json */
export const CODE = {
  unknownChannel: 10_003,
  unknownMessage: 10_008,
  unknownInteraction: 10_062,
  alreadyAcknowledged: 40_060,
  missingAccess: 50_001,
  cannotEditOthers: 50_005,
  closedToUs: 50_007,
  notInThisChannel: 50_024,
  invalidWebhookToken: 50_027,
  unknownWebhook: 10_015,
  missingPermissions: 50_013,
  archivedThread: 50_083,
  threadExists: 160_004,
} as const;

const MS_PER_SECOND = 1_000;
/** The request never left, or nobody listens: nothing can have been posted. */
const NOT_SENT = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"]);

/** Discord's JSON error code; null for whatever else went wrong. */
export function codeOf(error: unknown): number | null {
  return error instanceof DiscordAPIError && typeof error.code === "number" ? error.code : null;
}

/** Whether an interaction can no longer be answered, nor its answers be edited. */
export function isOver(error: unknown): boolean {
  const over: readonly (number | null)[] = [CODE.invalidWebhookToken, CODE.unknownInteraction, CODE.unknownWebhook];
  return over.includes(codeOf(error)) || codeOf(error) === CODE.unknownMessage;
}

/**
 * What delivery must know of a failed call. The text is Discord's own words: never the address, which for interactions
 * carries a token, nor the payload.
 */
export function toChannelError(error: unknown): ChannelError {
  if (error instanceof ChannelError) return error;
  if (error instanceof RateLimitError) {
    const retryAfterSeconds = Math.max(error.retryAfter, error.timeToReset, 1) / MS_PER_SECOND;
    return new ChannelError("rate-limited", `Discord: too many requests, again in ${retryAfterSeconds} s`, {
      retryAfterSeconds,
    });
  }
  if (error instanceof DiscordAPIError) return apiError(error);
  if (error instanceof HTTPError) {
    return new ChannelError("unavailable", `Discord answers ${error.status}`, { cause: withoutPayload(error) });
  }
  const system = systemCode(error);
  const sent = system !== null && NOT_SENT.has(system) ? ({ sent: "no" } as const) : {};
  return new ChannelError("unavailable", `Discord cannot be reached: ${system ?? messageOf(error)}`, sent);
}

function apiError(error: DiscordAPIError): ChannelError {
  const text = `Discord: ${error.message.split("\n").slice(0, 3).join("; ")} (${error.code})`;
  const cause = withoutPayload(error);
  if (error.code === CODE.unknownMessage) return new ChannelError("gone", text, { cause });
  if (error.status === 401 && error.code !== CODE.invalidWebhookToken) {
    return new ChannelError("unavailable", `${text}: the bot's token is not accepted`, { sent: "no", cause });
  }
  if (error.status === 403 || error.status === 404 || error.code === CODE.archivedThread) {
    return new ChannelError("refused", text, { cause });
  }
  return new ChannelError(error.status === 429 ? "rate-limited" : "invalid", text, { cause });
}

/** For the log: what happened, without the request (its address may hold a token, its body is a card). */
function withoutPayload(error: DiscordAPIError | HTTPError): Error {
  const plain = new Error(`${error.name}: ${error.message}`);
  plain.name = error.name;
  return plain;
}

/** Codes sit on the error or on its cause, depending on who threw. */
function systemCode(error: unknown): string | null {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if ("code" in at && typeof at.code === "string") return at.code;
    if (at.name === "AbortError") return "no answer in time";
  }
  return null;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
