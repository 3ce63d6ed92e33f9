import { WebClient } from "@slack/web-api";
import type { Logger } from "pino";

import { ChannelError } from "../channel-error.ts";
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
  /** Told after each call: what keeps Slack from being reached, or null. */
  readonly onCall?: (trouble: string | null) => void;
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
      const answer = await call(web);
      input.onCall?.(null);
      return answer;
    } catch (error) {
      const given = asChannelError(error);
      const away = given instanceof ChannelError && given.kind === "unavailable";
      // A refusal is an answer too: Slack is there.
      if (given instanceof ChannelError) input.onCall?.(away ? given.message : null);
      throw given;
    }
  };
  return { read: (call) => run(patient, call), once: (call) => run(single, call) };
}
