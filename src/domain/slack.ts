import type { Role } from "./actor.ts";

/** How the bot is in Slack; secrets come from the environment (src/config/slack.ts). */
export type SlackSettings = {
  /** `http`: Slack calls `/slack/events` of our server. `socket`: we call Slack, no public address is needed. */
  readonly mode: "http" | "socket";
  /** Base of the Web API, with a slash at its end. */
  readonly apiUrl: string;
  /** Workspaces that may use it; empty = the one the token is of. */
  readonly teams: readonly string[];
  /** Whether these workspaces draw native tables; where they do not, the plain form is sent instead. */
  readonly nativeTables: boolean;
  /** Whether reading threads is granted: free replies reach the bot, and a cut-off post is looked for. */
  readonly history: boolean;
  /** User group, by id (S…) or handle → role of its members. */
  readonly userGroups: Readonly<Record<string, Role>>;
  readonly credentials: SlackCredentials;
};

export type SlackCredentials = {
  /** One workspace by token (xoxb-…); null = installed by OAuth. */
  readonly botToken: string | null;
  readonly signingSecret: string | null;
  /** Socket Mode (xapp-…). */
  readonly appToken: string | null;
  /** Several workspaces by OAuth; `keyHex`: 32 bytes tokens are sealed with. */
  readonly oauth: { readonly clientId: string; readonly clientSecret: string; readonly keyHex: string } | null;
};

/** Whether it is an organisation with several workspaces (Enterprise Grid, E…) and not one workspace (T…). */
export function isOrganisation(tenant: string): boolean {
  return tenant.startsWith("E");
}
