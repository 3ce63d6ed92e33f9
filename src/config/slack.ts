import type { Role } from "../domain/actor.ts";
import type { SlackCredentials, SlackSettings } from "../domain/slack.ts";
import type { Variables } from "./environment.ts";
import type { ConfigProblem } from "./problem.ts";
import { REDACTED } from "./redact.ts";
import type { SlackFile } from "./slack-schema.ts";

export const SLACK_API_URL = "https://slack.com/api/";

type Given = {
  readonly slack: SlackFile | undefined;
  readonly variables: Partial<Variables>;
};

/** How the bot is in Slack; null = not at all: there is no token. Call it when `slackProblems` found none. */
export function slackOf({ slack, variables }: Given): SlackSettings | null {
  if (!isWanted({ variables })) return null;
  const apiUrl = slack?.apiUrl ?? SLACK_API_URL;
  return {
    mode: modeOf({ slack, variables }),
    apiUrl: apiUrl.endsWith("/") ? apiUrl : `${apiUrl}/`,
    teams: slack?.teams ?? [],
    nativeTables: slack?.nativeTables ?? false,
    history: slack?.history ?? false,
    userGroups: slackGroups(slack),
    credentials: credentialsOf(variables),
  };
}

/** User group → role of its members. */
export function slackGroups(slack: SlackFile | undefined): Readonly<Record<string, Role>> {
  return Object.fromEntries((slack?.userGroups ?? []).map(({ id, role }) => [id.replace(/^@/, ""), role]));
}

/** Secrets that are missing or do not fit together. No value reaches a problem's text. */
export function slackProblems({ slack, variables }: Given): ConfigProblem[] {
  if (!isWanted({ variables })) return [];
  const problem = (variable: string, message: string, remedy: string): ConfigProblem => {
    return { path: variable, line: null, message, remedy };
  };
  const missing = (variable: string, what: string): ConfigProblem =>
    problem(
      variable,
      `The environment variable ${variable} is not set: ${what}.`,
      "docs/slack.md says where it is found.",
    );
  const { SLACK_CLIENT_ID: client } = variables;
  const mode = modeOf({ slack, variables });
  return [
    ...(mode === "http" && variables.SLACK_SIGNING_SECRET === undefined
      ? [missing("SLACK_SIGNING_SECRET", "what Slack sends is checked with it (or SLACK_APP_TOKEN, for Socket Mode)")]
      : []),
    ...(mode === "socket" && variables.SLACK_APP_TOKEN === undefined
      ? [missing("SLACK_APP_TOKEN", "the socket is opened with it")]
      : []),
    ...(client === undefined ? [] : oauthProblems({ slack, variables }, problem, missing)),
  ];
}

function oauthProblems(
  { slack, variables }: Given,
  problem: (variable: string, message: string, remedy: string) => ConfigProblem,
  missing: (variable: string, what: string) => ConfigProblem,
): ConfigProblem[] {
  return [
    ...(variables.SLACK_BOT_TOKEN === undefined
      ? []
      : [
          problem(
            "SLACK_BOT_TOKEN",
            "SLACK_BOT_TOKEN and SLACK_CLIENT_ID are both set: one workspace by token, or several by OAuth.",
            "Unset one of them.",
          ),
        ]),
    ...(variables.SLACK_CLIENT_SECRET === undefined
      ? [missing("SLACK_CLIENT_SECRET", "it belongs to SLACK_CLIENT_ID")]
      : []),
    ...(variables.SLACK_ENCRYPTION_KEY === undefined
      ? [
          problem(
            "SLACK_ENCRYPTION_KEY",
            "The environment variable SLACK_ENCRYPTION_KEY is not set: tokens of workspaces are kept sealed with it.",
            "Make one and keep it: openssl rand -hex 32",
          ),
        ]
      : []),
    ...((slack?.teams ?? []).length === 0
      ? [
          problem(
            "slack.teams",
            "Installed by OAuth, the bot needs the list of workspaces that may use it.",
            "Write for example teams: [T024BE7LD]; the id is in the workspace's web address.",
          ),
        ]
      : []),
  ];
}

/** For people to look at. */
export function withoutSlackSecrets(settings: SlackSettings): SlackSettings {
  const { botToken, signingSecret, appToken, oauth } = settings.credentials;
  const hide = (value: string | null): string | null => (value === null ? null : REDACTED);
  const hidden = oauth === null ? null : { clientId: oauth.clientId, clientSecret: REDACTED, keyHex: REDACTED };
  return {
    ...settings,
    credentials: {
      botToken: hide(botToken),
      signingSecret: hide(signingSecret),
      appToken: hide(appToken),
      oauth: hidden,
    },
  };
}

function isWanted({ variables }: Pick<Given, "variables">): boolean {
  return variables.SLACK_BOT_TOKEN !== undefined || variables.SLACK_CLIENT_ID !== undefined;
}

function modeOf({ slack, variables }: Given): "http" | "socket" {
  return slack?.mode ?? (variables.SLACK_APP_TOKEN === undefined ? "http" : "socket");
}

function credentialsOf(variables: Partial<Variables>): SlackCredentials {
  const { SLACK_CLIENT_ID: clientId, SLACK_CLIENT_SECRET: clientSecret, SLACK_ENCRYPTION_KEY: keyHex } = variables;
  const whole = clientId !== undefined && clientSecret !== undefined && keyHex !== undefined;
  return {
    botToken: variables.SLACK_BOT_TOKEN ?? null,
    signingSecret: variables.SLACK_SIGNING_SECRET ?? null,
    appToken: variables.SLACK_APP_TOKEN ?? null,
    oauth: whole ? { clientId, clientSecret, keyHex } : null,
  };
}
