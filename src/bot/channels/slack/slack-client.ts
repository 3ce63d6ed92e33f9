import { WebClient } from "@slack/web-api";
import type { Logger } from "pino";

import { asChannelError } from "./slack-error.ts";
import { slackLogger } from "./slack-logger.ts";

/** A method that says nothing for this long is given up; the library alone would wait for ever. */
const CALL_TIMEOUT_MS = 10_000;
/** Interactive calls try once more; the library alone would go on for half an hour. */
const RETRIES = { retries: 1, minTimeout: 200, maxTimeout: 500 };

/** Slack's Web API with one token. Rejects with ChannelError. */
export type SlackClient = {
  /** For what may be asked twice. */
  readonly read: <T>(call: (web: WebClient) => Promise<T>) => Promise<T>;
  /** For what may not: no try of its own, so that its outcome is known or said to be unknown. */
  readonly once: <T>(call: (web: WebClient) => Promise<T>) => Promise<T>;
};

/**
 * `rejectRateLimitedCalls`: left to the library, one channel's 429 holds up every other channel of the client.
 * Pace is the outbox's.
 */
export function createSlackClient(input: {
  readonly token: string;
  readonly apiUrl: string;
  readonly log: Logger;
}): SlackClient {
  const make = (retryConfig: object): WebClient =>
    new WebClient(input.token, {
      slackApiUrl: input.apiUrl,
      timeout: CALL_TIMEOUT_MS,
      rejectRateLimitedCalls: true,
      retryConfig,
      logger: slackLogger(input.log),
    });
  const patient = make(RETRIES);
  const single = make({ retries: 0 });
  const run = async <T>(web: WebClient, call: (web: WebClient) => Promise<T>): Promise<T> => {
    try {
      return await call(web);
    } catch (error) {
      throw asChannelError(error);
    }
  };
  return { read: (call) => run(patient, call), once: (call) => run(single, call) };
}
