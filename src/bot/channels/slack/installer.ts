import { createHmac } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";

import { InstallProvider } from "@slack/oauth";
import type { Logger } from "pino";

import type { SlackSettings } from "../../../domain/slack.ts";
import type { Installations } from "./installations.ts";
import { botScopes } from "./scopes.ts";
import { slackLogger } from "./slack-logger.ts";

/** The two pages of installing the bot in a further workspace. They write the response themselves. */
export type SlackInstaller = {
  readonly begin: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  readonly finish: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
};

export const INSTALL_PATH = "/slack/install";
export const REDIRECT_PATH = "/slack/oauth_redirect";

export function createInstaller(input: {
  readonly settings: SlackSettings;
  readonly oauth: NonNullable<SlackSettings["credentials"]["oauth"]>;
  readonly installations: Installations;
  /** How people reach the server; Slack sends them back there. */
  readonly publicUrl: string | null;
  readonly log: Logger;
}): SlackInstaller {
  const { settings, oauth, log } = input;
  const provider = new InstallProvider({
    clientId: oauth.clientId,
    clientSecret: oauth.clientSecret,
    // Signs what comes back; derived, so that there is one secret less to keep.
    stateSecret: createHmac("sha256", oauth.keyHex).update("oauth state").digest("hex"),
    installationStore: input.installations.store,
    authorizationUrl: new URL("../oauth/v2/authorize", settings.apiUrl).href,
    clientOptions: { slackApiUrl: settings.apiUrl, timeout: 10_000, retryConfig: { retries: 0 } },
    directInstall: true,
    logger: slackLogger(log),
  });
  const redirectUri = input.publicUrl === null ? undefined : new URL(REDIRECT_PATH, input.publicUrl).href;
  return {
    begin: (request, response) =>
      provider.handleInstallPath(
        request,
        response,
        {},
        { scopes: [...botScopes(settings)], ...(redirectUri === undefined ? {} : { redirectUri }) },
      ),
    finish: (request, response) =>
      provider.handleCallback(request, response, {
        success: (installation, _options, _request, res) => {
          const name = installation.team?.name ?? installation.enterprise?.name ?? "your workspace";
          const next =
            installation.isEnterpriseInstall === true
              ? "Now add it to the workspaces that may use it: organisation settings → Integrations → Installed apps."
              : "Type /finops help there.";
          page(res, 200, `Installed in ${name}. ${next}`);
        },
        failure: (error, _options, _request, res) => {
          log.warn({ err: error }, "slack: an installation failed");
          page(res, 403, `Not installed: ${sayable(error)}`);
        },
      }),
  };
}

/** Plain text: names of workspaces are whatever somebody called them. */
function page(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" });
  response.end(`${text}\n`);
}

/** The reason as far as it helps whoever stands before it. */
function sayable(error: Error): string {
  if (/not on the list/.test(error.message)) return `${error.message}. An admin adds it to finops.yaml first.`;
  if (/state/i.test(error.message))
    return "it was not begun in this browser, or too long ago. Begin anew at /slack/install.";
  return "Slack refused it. The log of the service says why.";
}
