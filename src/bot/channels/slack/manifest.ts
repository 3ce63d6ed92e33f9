import type { AppsManifestCreateArguments } from "@slack/web-api";

import { INSTALL_PATH, REDIRECT_PATH } from "./installer.ts";
import { APP_SCOPES, scopesFor, type Scope } from "./scopes.ts";

/** Where signed deliveries arrive in mode http. */
export const EVENTS_PATH = "/slack/events";

/** As Slack's own library types it. */
type Manifest = AppsManifestCreateArguments["manifest"];

type EventEntry = { readonly name: string; readonly scope: string | null; readonly history?: true };

/** Events the handlers of slack-app.ts hear, and the right each needs. */
export const EVENTS: readonly EventEntry[] = [
  { name: "app_mention", scope: "app_mentions:read" },
  { name: "message.im", scope: "im:history" },
  { name: "message.channels", scope: "channels:history", history: true },
  { name: "message.groups", scope: "groups:history", history: true },
  { name: "app_home_opened", scope: null },
  { name: "member_joined_channel", scope: "channels:read" },
  { name: "app_uninstalled", scope: null },
  { name: "tokens_revoked", scope: null },
];

const COMMANDS = [
  {
    command: "/finops",
    description: "Everything: finops help",
    usage_hint: "cost last month by service | waste | help",
  },
  { command: "/cost", description: "A cost question", usage_hint: "last month by service vs previous" },
] as const;

export type ManifestInput = {
  readonly socket: boolean;
  readonly history: boolean;
  /** How Slack reaches the server; needed without a socket. */
  readonly publicUrl: string | null;
  /** Installed by OAuth: pages to install it with, tokens that are changed twice a day. */
  readonly oauth: boolean;
  /** May be installed once for a whole organisation (Enterprise Grid). */
  readonly organisation: boolean;
};

/** The app as Slack's "Create from a manifest" takes it, with the rights it needs and no more. */
export function slackManifest(input: ManifestInput): Manifest {
  const { socket, history, publicUrl } = input;
  const base = publicUrl ?? "https://finops.example.com";
  const events = new URL(EVENTS_PATH, base).href;
  const wanted = EVENTS.filter((event) => event.history !== true || history).map(({ name }) => name);
  return {
    _metadata: { major_version: 2 },
    display_information: {
      name: "Cloud Intelligence",
      description: "What the clouds cost, why, and what can be saved: with a receipt under every number.",
      background_color: "#1f3a5f",
    },
    features: {
      app_home: { home_tab_enabled: true, messages_tab_enabled: true, messages_tab_read_only_enabled: false },
      bot_user: { display_name: "finops", always_online: true },
      slash_commands: COMMANDS.map((command) => ({
        ...command,
        should_escape: true,
        ...(socket ? {} : { url: events }),
      })),
    },
    oauth_config: {
      scopes: { bot: scopesFor({ history }).map(({ name }) => name) as never },
      ...(input.oauth ? { redirect_urls: [new URL(REDIRECT_PATH, base).href] } : {}),
    },
    settings: {
      event_subscriptions: { bot_events: wanted as never, ...(socket ? {} : { request_url: events }) },
      interactivity: { is_enabled: true, ...(socket ? {} : { request_url: events }) },
      org_deploy_enabled: input.organisation,
      socket_mode_enabled: socket,
      token_rotation_enabled: input.oauth,
    },
  };
}

/** What each right is for, for whoever has to grant it. */
export function explainedScopes({ socket, history }: Pick<ManifestInput, "socket" | "history">): readonly Scope[] {
  return [...scopesFor({ history }), ...(socket ? APP_SCOPES : [])];
}

/** What to do with the manifest, in order. */
export function manifestSteps(input: ManifestInput): readonly string[] {
  return [
    "api.slack.com/apps → Create New App → From a manifest → your workspace → paste the JSON above",
    ...(input.socket
      ? ["Basic Information → App-Level Tokens → Generate, scope connections:write: that is SLACK_APP_TOKEN"]
      : ["Basic Information → App Credentials → Signing Secret: that is SLACK_SIGNING_SECRET"]),
    ...(input.oauth
      ? [`Basic Information → Client ID and Client Secret; then open ${INSTALL_PATH} of your server`]
      : ["Install App → Install to Workspace: the Bot User OAuth Token is SLACK_BOT_TOKEN"]),
    "start the service, then: finops doctor",
  ];
}
