import type { DoctorAnswer } from "../../../domain/contract-operations.ts";
import type { SlackSettings } from "../../../domain/slack.ts";
import { ChannelError } from "../channel-error.ts";
import { scopesFor } from "./scopes.ts";
import { createSlackClient, type SlackClient } from "./slack-client.ts";
import { slackCode } from "./slack-error.ts";
import type { Workspace, Workspaces } from "./workspaces.ts";
import type { Logger } from "pino";

type Check = DoctorAnswer["checks"][number];

/** Signed deliveries are refused beyond five minutes, and clocks drift on. */
const CLOCK_SKEW_SECONDS_MAX = 60;
const CLOCK_TIMEOUT_MS = 10_000;
/** Scopes of channels.info by kind of channel are all this check needs; without them it says so once. */
const CANNOT_LOOK = new Set(["missing_scope", "unknown_method"]);

export type SlackChecking = {
  readonly settings: SlackSettings;
  readonly workspaces: Workspaces;
  /** Conversations that get cards. */
  readonly places: readonly string[];
  /** This machine's time, ms. */
  readonly now: () => number;
  readonly log: Logger;
};

/** What keeps Slack from working, each with the step that mends it. Talks to Slack; changes nothing there. */
export async function checkSlack(input: SlackChecking): Promise<Check[]> {
  let workspaces: Workspace[];
  try {
    workspaces = await input.workspaces.all();
  } catch (error) {
    return [explained("slack token", error)];
  }
  if (workspaces.length === 0) {
    return [failed("slack token", "installed in no workspace", "open PUBLIC-URL/slack/install in the browser")];
  }
  const parts = await Promise.all([
    attempt("slack clock", () => checkClock(input)),
    ...workspaces.map((workspace) => attempt("slack token", () => checkToken(input.settings, workspace))),
    attempt("slack socket", () => checkSocket(input)),
    attempt("slack channels", () => checkPlaces(input)),
  ]);
  return parts.flat();
}

const ok = (check: string, finding: string): Check => ({ check, state: "ok", finding });
const failed = (check: string, finding: string, mend: string): Check => ({ check, state: "failed", finding, mend });
const warning = (check: string, finding: string, mend: string): Check => ({ check, state: "warning", finding, mend });

async function attempt(check: string, look: () => Promise<Check[]>): Promise<Check[]> {
  try {
    return await look();
  } catch (error) {
    return [explained(check, error)];
  }
}

/** A refusal in words, with what mends it. */
function explained(check: string, error: unknown): Check {
  const code = slackCode(error);
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof ChannelError && error.kind === "unavailable") {
    return failed(check, message, "check the network, slack.apiUrl, and https://slack-status.com");
  }
  const reinstall =
    "api.slack.com/apps → your app → Install App → Reinstall, then set SLACK_BOT_TOKEN to the new token";
  const token = ["invalid_auth", "not_authed", "token_revoked", "account_inactive", "token_expired"].includes(
    code ?? "",
  );
  return failed(check, message, token ? reinstall : "see docs/slack.md, If something does not work");
}

async function checkClock({ settings, now }: SlackChecking): Promise<Check[]> {
  const response = await fetch(new URL("api.test", settings.apiUrl), {
    method: "POST",
    signal: AbortSignal.timeout(CLOCK_TIMEOUT_MS),
  });
  const theirs = Date.parse(response.headers.get("date") ?? "");
  // A server that does not say its time cannot be compared with.
  if (Number.isNaN(theirs)) return [];
  const skewSeconds = Math.round(Math.abs(now() - theirs) / 1_000);
  const finding = `${skewSeconds} s from Slack's`;
  if (skewSeconds <= CLOCK_SKEW_SECONDS_MAX) return [ok("slack clock", finding)];
  return [failed("slack clock", finding, "set the clock by NTP: timedatectl set-ntp true")];
}

async function checkToken(settings: SlackSettings, { client }: Workspace): Promise<Check[]> {
  const answer = await client.read((web) => web.auth.test());
  const accepted = ok("slack token", `accepted in ${answer.team ?? "the workspace"} as ${answer.user ?? "the bot"}`);
  const granted = answer.response_metadata?.scopes;
  if (granted === undefined) return [accepted];
  const missing = scopesFor(settings).filter(({ name }) => !granted.includes(name));
  if (missing.length === 0) return [accepted, ok("slack scopes", `all ${scopesFor(settings).length} granted`)];
  const needed = missing.filter(({ without }) => without === undefined);
  const finding = missing.map(({ name, why, without }) => `${name} is missing (${without ?? why})`).join("; ");
  const mend = "finops slack manifest → App Manifest of your app → paste, save, reinstall";
  return [accepted, needed.length > 0 ? failed("slack scopes", finding, mend) : warning("slack scopes", finding, mend)];
}

async function checkSocket({ settings, log }: SlackChecking): Promise<Check[]> {
  if (settings.mode !== "socket") return [];
  const { appToken } = settings.credentials;
  const client: SlackClient = createSlackClient({ token: appToken ?? "", apiUrl: settings.apiUrl, log });
  try {
    await client.read((web) => web.apps.connections.open({}));
    return [ok("slack socket", "SLACK_APP_TOKEN opens sockets")];
  } catch (error) {
    if (error instanceof ChannelError && error.kind === "unavailable") throw error;
    const mend =
      "api.slack.com/apps → Basic Information → App-Level Tokens: one with connections:write, as SLACK_APP_TOKEN";
    return [failed("slack socket", error instanceof Error ? error.message : String(error), mend)];
  }
}

async function checkPlaces(input: SlackChecking): Promise<Check[]> {
  const { places } = input;
  if (places.length === 0) {
    const mend = "name one in finops.yaml: channels: [{ name: finops, also: [slack:CHANNEL_ID] }]";
    return [warning("slack channels", "no channel gets cards by itself", mend)];
  }
  const checks: Check[] = [];
  for (const place of places) checks.push(await checkPlace(input, place));
  const good = checks.filter(({ state }) => state === "ok");
  const bad = checks.filter(({ state }) => state !== "ok");
  return good.length === 0 ? bad : [ok("slack channels", `${good.length} can be posted to`), ...bad];
}

async function checkPlace({ workspaces }: SlackChecking, place: string): Promise<Check> {
  try {
    const { client } = await workspaces.ofPlace(place);
    const { channel } = await client.read((web) => web.conversations.info({ channel: place }));
    const name = `#${channel?.name ?? place}`;
    if (channel?.is_archived === true) {
      return failed(
        "slack channels",
        `${name} is archived`,
        "unarchive it, or name another at channels[].also in finops.yaml",
      );
    }
    if (channel?.is_member === false) return failed("slack channels", `not in ${name}`, `in ${name}: /invite @finops`);
    return ok("slack channels", name);
  } catch (error) {
    const code = slackCode(error) ?? "";
    if (CANNOT_LOOK.has(code)) {
      return warning(
        "slack channels",
        `whether ${place} can be posted to cannot be seen`,
        "grant channels:read and groups:read",
      );
    }
    if (code === "channel_not_found") {
      const mend =
        "correct channels[].also in finops.yaml (channel name → About → Channel ID), or invite the bot: /invite @finops";
      return failed("slack channels", `there is no channel ${place}, or the bot may not see it`, mend);
    }
    return explained("slack channels", error);
  }
}
