import type { InboundAct } from "../../inbound.ts";
import { safeLine } from "../safe-text.ts";
import { clip, escapeMarkup } from "./slack-text.ts";

/** Sentences only Slack needs. */
const ECHO_MAX = 150;

/** What a command is acknowledged with: what was asked, since Slack shows a command to nobody, and that it is under way. */
export function workingOn(act: InboundAct): string {
  const text = act.kind === "command" ? clip(safeLine(act.text.trim() || "help"), ECHO_MAX) : "";
  return `Working on it: ${escapeMarkup(text)} …`;
}

export const DATABASE_AWAY =
  "Your request could not be recorded: the database is not reachable. Nothing was done; try again in a minute.";
export const FOREIGN_WORKSPACE =
  "This workspace is not on the list of those that may use the bot. An admin adds its id to `slack.teams` in finops.yaml.";
export const FOREIGN_PERSON = "Only people of the workspaces that use the bot can do this.";
