import { LogLevel, type Logger as SlackLogger } from "@slack/bolt";
import type { Logger } from "pino";

/** Slack's libraries write into our log (redacted there). What they call info is our debug: they are talkative. */
export function slackLogger(log: Logger): SlackLogger {
  const say =
    (level: "debug" | "warn") =>
    (...parts: unknown[]): void => {
      log[level]({ parts: parts.map(String) }, "slack library");
    };
  return {
    debug: () => undefined,
    info: say("debug"),
    warn: say("warn"),
    // What fails is thrown as well, and logged where it is handled.
    error: say("warn"),
    setLevel: () => undefined,
    getLevel: () => LogLevel.INFO,
    setName: () => undefined,
  };
}
