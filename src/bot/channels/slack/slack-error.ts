import { WebAPIHTTPError, WebAPIPlatformError, WebAPIRateLimitedError, WebAPIRequestError } from "@slack/web-api";

import { ResponseRefusal } from "./response-url.ts";
import { ChannelError, type ChannelErrorKind } from "../channel-error.ts";

/** Nobody may write there: an admin must do something. */
const REFUSED = new Set([
  "channel_not_found",
  "not_in_channel",
  "is_archived",
  "invalid_auth",
  "not_authed",
  "token_revoked",
  "account_inactive",
  "missing_scope",
  "org_login_required",
  "ekm_access_denied",
  "team_access_not_granted",
  "no_permission",
  "access_denied",
  "restricted_action",
  "restricted_action_read_only_channel",
  "restricted_action_thread_only_channel",
  "restricted_action_non_threadable_channel",
  "messages_tab_disabled",
  "cannot_dm_bot",
  "user_not_found",
  "user_not_visible",
  "user_disabled",
  "invalid_refresh_token",
]);
/** The message or its thread is no longer there, or may no longer be edited. */
const GONE = new Set([
  "message_not_found",
  "cant_update_message",
  "edit_window_closed",
  "thread_not_found",
  "cannot_reply_to_message",
]);
/** The platform's own trouble. */
const UNAVAILABLE = new Set([
  // The next try has the next token.
  "token_expired",
  "internal_error",
  "fatal_error",
  "service_unavailable",
  "request_timeout",
  "team_added_to_org",
  "accesslimited",
]);
const LIMITED = new Set(["ratelimited", "rate_limited", "message_limit_exceeded"]);
/** A connection nobody accepted carried nothing. */
const NEVER_SENT = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
]);
const RETRY_AFTER_SECONDS = 30;
const REASON_MAX = 300;

/** What Slack said, as delivery must know it. Anything that is not Slack's stays what it is. */
export function asChannelError(error: unknown): unknown {
  if (error instanceof WebAPIRateLimitedError) {
    return new ChannelError("rate-limited", "Slack: too many messages", {
      retryAfterSeconds: error.retryAfter,
      cause: error,
    });
  }
  if (error instanceof WebAPIPlatformError) return ofPlatform(error);
  if (error instanceof WebAPIHTTPError) {
    return new ChannelError("unavailable", `Slack answers ${error.statusCode}`, { cause: error });
  }
  if (error instanceof WebAPIRequestError) {
    const code = causeCode(error.original);
    const message = `Slack does not answer (${code ?? error.original.name})`;
    const sent = code !== null && NEVER_SENT.has(code) ? { sent: "no" as const } : {};
    return new ChannelError("unavailable", message, { ...sent, cause: error });
  }
  return error;
}

/** Slack's own word for why not; null = something else went wrong. */
export function slackCode(error: unknown): string | null {
  const given = error instanceof ChannelError ? error.cause : error;
  if (given instanceof ResponseRefusal) return given.code;
  if (given instanceof WebAPIRateLimitedError) return "ratelimited";
  return given instanceof WebAPIPlatformError ? given.data.error : null;
}

/** Everything Slack said about blocks it did not take. */
export function blockMessages(error: unknown): string {
  const given = error instanceof ChannelError ? error.cause : error;
  if (given instanceof ResponseRefusal) return given.details;
  return given instanceof WebAPIPlatformError ? (given.data.response_metadata?.messages ?? []).join("\n") : "";
}

function ofPlatform(error: WebAPIPlatformError): ChannelError {
  const code = error.data.error;
  // A page instead of an answer: something in between, not the method.
  if (!/^[a-z_]+$/.test(code)) return new ChannelError("unavailable", "Slack answers with no JSON", { cause: error });
  const { needed } = error.data as { readonly needed?: unknown };
  const detail = [code, typeof needed === "string" ? `needs ${needed}` : "", blockMessages(error)];
  const message = `Slack: ${detail.filter((part) => part !== "").join("; ")}`.slice(0, REASON_MAX);
  if (LIMITED.has(code)) {
    const retryAfterSeconds = error.data.response_metadata?.retryAfter ?? RETRY_AFTER_SECONDS;
    return new ChannelError("rate-limited", message, { retryAfterSeconds, cause: error });
  }
  return new ChannelError(kindOf(code), message, {
    ...(code !== "token_expired" && UNAVAILABLE.has(code) ? {} : { sent: "no" as const }),
    cause: error,
  });
}

function kindOf(code: string): ChannelErrorKind {
  if (REFUSED.has(code)) return "refused";
  if (GONE.has(code)) return "gone";
  return UNAVAILABLE.has(code) ? "unavailable" : "invalid";
}

function causeCode(error: unknown): string | null {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ("code" in at && typeof at.code === "string") return at.code;
  }
  return null;
}
