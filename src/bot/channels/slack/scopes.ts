import type { SlackSettings } from "../../../domain/slack.ts";

/** A right the bot asks for, why, and what is lost without it. The one list: manifest, installation, doctor, docs. */
export type Scope = {
  readonly name: string;
  readonly why: string;
  /** Without it the rest works; what is then missing. */
  readonly without?: string;
  /** Only with `slack.history`. */
  readonly history?: true;
};

export const BOT_SCOPES: readonly Scope[] = [
  { name: "commands", why: "/finops and /cost" },
  { name: "chat:write", why: "posts answers, digests and alerts, and edits them" },
  { name: "app_mentions:read", why: "hears questions that mention it" },
  { name: "im:write", why: "opens the talk with somebody whose approval is asked" },
  { name: "im:history", why: "reads what is written to it privately, so that it can answer" },
  { name: "users:read", why: "shows names instead of ids", without: "people are shown by their Slack id" },
  { name: "files:write", why: "puts charts and tables into messages", without: "charts are missing" },
  { name: "files:read", why: "knows when a chart is ready to be shown", without: "charts are missing" },
  {
    name: "channels:read",
    why: "says hello where it is invited, and tells in `doctor` when a channel is archived or it is not in it",
    without: "`doctor` cannot see whether a post would fail",
  },
  { name: "groups:read", why: "the same for private channels", without: "the same for private channels" },
  {
    name: "usergroups:read",
    why: "roles by Slack user group (`roles.groups` of finops.yaml; a paid plan of Slack)",
    without: "user groups give no roles",
  },
  {
    name: "channels:history",
    why: "hears replies in its own threads without a mention, and finds a post that was cut off",
    history: true,
  },
  { name: "groups:history", why: "the same in private channels", history: true },
];

/** Rights of the token that opens sockets. */
export const APP_SCOPES: readonly Scope[] = [{ name: "connections:write", why: "opens the socket (Socket Mode)" }];

export function scopesFor({ history }: Pick<SlackSettings, "history">): readonly Scope[] {
  return BOT_SCOPES.filter((scope) => scope.history !== true || history);
}

export function botScopes(settings: Pick<SlackSettings, "history">): readonly string[] {
  return scopesFor(settings).map(({ name }) => name);
}
