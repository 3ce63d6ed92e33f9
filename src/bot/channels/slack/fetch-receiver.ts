import { createHash } from "node:crypto";

import { isValidSlackRequest, type App, type Receiver } from "@slack/bolt";
import type { Logger } from "pino";

import { acknowledgeWhenTaken } from "./acknowledge.ts";

/** Slack's own tolerance; Bolt checks the past only, a request from the future is as wrong. */
const SKEW_SECONDS_MAX = 300;
/** Slack tells the person "did not respond" then; what comes later helps nobody. */
const ACK_TIMEOUT_MS = 3_000;
/** Signatures remembered: longer than one stays valid. */
const REPLAY_MS = 2 * SKEW_SECONDS_MAX * 1_000;
/** Bounds memory under a flood; the key of each delivery is deduplicated in the database as well. */
const REPLAYS_MAX = 50_000;
/** Events with messages of 40,000 characters stay well below. */
const BODY_BYTES_MAX = 1024 * 1024;

export type FetchReceiver = Receiver & {
  /** Answers one delivery of Slack. The body must not have been read. */
  readonly handle: (request: Request) => Promise<Response>;
};

/**
 * Bolt's way in over HTTP inside our own server: the raw body is verified before anything reads it, a delivery older or
 * newer than five minutes or seen before is refused, and `stop` waits for what is being handled.
 */
export function createFetchReceiver(input: {
  readonly signingSecret: string;
  /** The machine's time, ms. */
  readonly now: () => number;
  readonly log: Logger;
}): FetchReceiver {
  const replays = createReplayCache(input.now);
  const inFlight = new Set<Promise<unknown>>();
  let app: App | null = null;
  const handle = async (request: Request): Promise<Response> => {
    const body = await readBody(request);
    if (body === null) return new Response(null, { status: 413 });
    // Slack asks so whether the certificate is good, without a signature; nothing is done for it.
    if (new URLSearchParams(body).get("ssl_check") === "1" && !request.headers.has("x-slack-signature")) {
      return new Response(null, { status: 200 });
    }
    const signature = verified(request, body, input);
    if (signature === null || !replays.isNew(signature)) return new Response(null, { status: 401 });
    const response = await answer(request, body);
    // What was not taken comes again, perhaps within the same second and so with the same signature.
    if (!response.ok) replays.forget(signature);
    return response;
  };
  const answer = async (request: Request, body: string): Promise<Response> => {
    const payload = parseBody(request.headers.get("content-type") ?? "", body);
    if (payload === null) return new Response(null, { status: 400 });
    if (payload["type"] === "url_verification") return Response.json({ challenge: payload["challenge"] });
    if (app === null) return new Response(null, { status: 503, headers: { "retry-after": "5" } });
    return dispatch({ app, payload, request, inFlight, log: input.log });
  };
  return {
    handle,
    init: (given) => {
      app = given;
    },
    start: () => Promise.resolve(),
    stop: async () => {
      await Promise.allSettled(inFlight);
    },
  };
}

type Delivery = {
  readonly app: App;
  readonly payload: Record<string, unknown>;
  readonly request: Request;
  readonly inFlight: Set<Promise<unknown>>;
  readonly log: Logger;
};

/** Hands the delivery to Bolt and answers with its acknowledgement; after three seconds without one, with 404. */
function dispatch({ app, payload, request, inFlight, log }: Delivery): Promise<Response> {
  const { promise, resolve } = Promise.withResolvers<Response>();
  const timer = setTimeout(() => {
    log.warn({ type: payload["type"] ?? payload["command"] }, "slack: nobody acknowledged a delivery in time");
    resolve(new Response(null, { status: 404 }));
  }, ACK_TIMEOUT_MS);
  const retryNum = Number(request.headers.get("x-slack-retry-num") ?? Number.NaN);
  const retryReason = request.headers.get("x-slack-retry-reason");
  const work = acknowledgeWhenTaken(app, {
    body: payload,
    ack: (answer?: unknown) => {
      resolve(acknowledgement(answer));
      return Promise.resolve();
    },
    ...(Number.isNaN(retryNum) ? {} : { retryNum }),
    ...(retryReason === null ? {} : { retryReason }),
  })
    .then(() => {
      // Nobody handles such a thing; an answer given already stands.
      resolve(new Response(null, { status: 404 }));
    })
    .catch((error: unknown) => {
      // Slack tries events again: what was not taken must not be acknowledged.
      log.error({ err: error }, "slack: a delivery was not taken");
      resolve(new Response(null, { status: 500 }));
    })
    .finally(() => {
      clearTimeout(timer);
      inFlight.delete(work);
    });
  inFlight.add(work);
  return promise;
}

function acknowledgement(answer: unknown): Response {
  if (answer === undefined || answer === null || answer === "") return new Response(null, { status: 200 });
  if (answer instanceof Error) return new Response(null, { status: 500 });
  return typeof answer === "string" ? new Response(answer) : Response.json(answer);
}

/** The request's signature when it is Slack's and of this moment; else null. */
function verified(
  request: Request,
  body: string,
  input: { readonly signingSecret: string; readonly now: () => number },
): string | null {
  const signature = request.headers.get("x-slack-signature") ?? "";
  const timestamp = request.headers.get("x-slack-request-timestamp") ?? "";
  if (!/^\d{1,12}$/.test(timestamp)) return null;
  const now = input.now();
  if (Math.abs(now / 1_000 - Number(timestamp)) > SKEW_SECONDS_MAX) return null;
  const valid = isValidSlackRequest({
    signingSecret: input.signingSecret,
    body,
    headers: { "x-slack-signature": signature, "x-slack-request-timestamp": Number(timestamp) },
    nowMilliseconds: now,
  });
  return valid ? signature : null;
}

/** JSON, a form, or JSON inside a form. Null: none of them. */
function parseBody(type: string, body: string): Record<string, unknown> | null {
  const form = type.startsWith("application/x-www-form-urlencoded") ? new URLSearchParams(body) : null;
  const json = form === null ? body : form.get("payload");
  if (form !== null && json === null) return Object.fromEntries(form);
  try {
    const value: unknown = JSON.parse(json ?? "");
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Null: larger than anything Slack sends. */
async function readBody(request: Request): Promise<string | null> {
  if (Number(request.headers.get("content-length") ?? 0) > BODY_BYTES_MAX) return null;
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > BODY_BYTES_MAX) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

type ReplayCache = {
  readonly isNew: (signature: string) => boolean;
  readonly forget: (signature: string) => void;
};

function createReplayCache(now: () => number): ReplayCache {
  // In order of arrival, so that the oldest is the first.
  const seen = new Map<string, number>();
  const keyOf = (signature: string): string => createHash("sha256").update(signature).digest("base64");
  return {
    isNew: (signature) => {
      const at = now();
      for (const [key, since] of seen) {
        if (at - since < REPLAY_MS && seen.size < REPLAYS_MAX) break;
        seen.delete(key);
      }
      const key = keyOf(signature);
      if (seen.has(key)) return false;
      seen.set(key, at);
      return true;
    },
    forget: (signature) => {
      seen.delete(keyOf(signature));
    },
  };
}
