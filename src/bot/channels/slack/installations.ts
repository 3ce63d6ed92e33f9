import type { Installation, InstallationQuery, InstallationStore } from "@slack/oauth";
import { WebClient } from "@slack/web-api";
import type { Logger } from "pino";
import { z } from "zod";

import type { SlackSettings } from "../../../domain/slack.ts";
import {
  deleteInstallation,
  findInstallation,
  listExpiring,
  rotateLocked,
  saveInstallation,
} from "../../../store/slack-installations.ts";
import type { Sql } from "../../../store/db.ts";
import { seal, unseal } from "./seal.ts";
import { asChannelError } from "./slack-error.ts";
import { slackLogger } from "./slack-logger.ts";

/** A token is changed when it has less than this left: a post begun now must end with it. Tokens live 12 hours. */
const ROTATE_BEFORE_SECONDS = 2 * 3_600;
/** Rotation holds the row's lock meanwhile. */
const ROTATE_TIMEOUT_MS = 10_000;

export type InstalledBot = {
  readonly team: string;
  /** The organisation (E…) the workspace is part of. */
  readonly organisation: string | null;
  readonly token: string;
  readonly botUserId: string;
  readonly botId: string;
};

export type Installations = {
  /** What @slack/oauth writes to; a workspace that is not on the list is refused. */
  readonly store: InstallationStore;
  /** The bot of a workspace with a token that lasts; null = not installed there. */
  readonly bot: (team: string) => Promise<InstalledBot | null>;
  /** Changes every token that ends soon. Any number of processes may call it: each is changed once. */
  readonly rotateDue: () => Promise<number>;
  readonly remove: (team: string) => Promise<boolean>;
};

const grantSchema = z.object({
  access_token: z.string().min(1),
  refresh_token: z.string().min(1),
  expires_in: z.number().positive(),
});

export function createInstallations(input: {
  readonly sql: Sql;
  readonly settings: SlackSettings;
  readonly oauth: NonNullable<SlackSettings["credentials"]["oauth"]>;
  /** The machine's time, ms. */
  readonly now: () => number;
  readonly log: Logger;
}): Installations {
  const { sql, settings } = input;
  const key = Buffer.from(input.oauth.keyHex, "hex");
  const open = (team: string, sealed: Uint8Array): Installation =>
    JSON.parse(unseal(sealed, key, team)) as Installation;
  const close = (team: string, installation: Installation): Buffer => seal(JSON.stringify(installation), key, team);

  const rotate = async (team: string): Promise<boolean> => {
    let changed = false;
    await rotateLocked(sql, team, async (row) => {
      if (row.expiresInSeconds === null || row.expiresInSeconds > ROTATE_BEFORE_SECONDS) return null;
      const installation = open(team, row.sealed);
      const refreshToken = installation.bot?.refreshToken;
      if (installation.bot === undefined || refreshToken === undefined) return null;
      const next = await exchange(input, refreshToken);
      changed = true;
      const bot = { ...installation.bot, token: next.access_token, refreshToken: next.refresh_token };
      return { sealed: close(team, { ...installation, bot }), expiresInSeconds: next.expires_in };
    });
    return changed;
  };

  return {
    store: {
      storeInstallation: async (installation) => {
        const team = keyOf(installation);
        requireListed(installation, settings.teams);
        const { bot } = installation;
        await saveInstallation(sql, {
          teamId: team,
          enterpriseId: installation.enterprise?.id ?? null,
          sealed: close(team, installation),
          expiresInSeconds: bot?.expiresAt === undefined ? null : bot.expiresAt - Math.floor(input.now() / 1000),
        });
        input.log.info({ team }, "slack: installed in a workspace");
      },
      fetchInstallation: async (query) => {
        const row = await findInstallation(sql, keyOfQuery(query));
        if (row === null) throw new Error("not installed there");
        return open(row.teamId, row.sealed);
      },
      deleteInstallation: async (query) => {
        await deleteInstallation(sql, keyOfQuery(query));
      },
    },
    bot: async (team) => {
      let row = await findInstallation(sql, team);
      if (row === null) return null;
      if (row.expiresInSeconds !== null && row.expiresInSeconds < ROTATE_BEFORE_SECONDS) {
        await rotate(team);
        row = await findInstallation(sql, team);
      }
      const bot = row === null ? undefined : open(team, row.sealed).bot;
      if (row === null || bot === undefined) return null;
      return { team, organisation: row.enterpriseId, token: bot.token, botUserId: bot.userId, botId: bot.id };
    },
    rotateDue: async () => {
      let count = 0;
      for (const team of await listExpiring(sql, ROTATE_BEFORE_SECONDS)) if (await rotate(team)) count += 1;
      return count;
    },
    remove: (team) => deleteInstallation(sql, team),
  };
}

/** Refuses a workspace when neither it nor its organisation is on the list. */
function requireListed(installation: Installation, listed: readonly string[]): void {
  const team = keyOf(installation);
  if (listed.includes(team) || listed.includes(installation.enterprise?.id ?? team)) return;
  const what = installation.isEnterpriseInstall === true ? "organisation" : "workspace";
  throw new Error(`the ${what} ${team} is not on the list slack.teams`);
}

async function exchange(
  input: {
    readonly settings: SlackSettings;
    readonly oauth: { clientId: string; clientSecret: string };
    readonly log: Logger;
  },
  refreshToken: string,
): Promise<z.infer<typeof grantSchema>> {
  const web = new WebClient(undefined, {
    slackApiUrl: input.settings.apiUrl,
    timeout: ROTATE_TIMEOUT_MS,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logger: slackLogger(input.log),
  });
  try {
    const answer = await web.oauth.v2.access({
      client_id: input.oauth.clientId,
      client_secret: input.oauth.clientSecret,
      grant_type: "refresh_token",
      refresh_token: refreshToken,
    });
    return grantSchema.parse(answer);
  } catch (error) {
    throw asChannelError(error);
  }
}

function keyOf(installation: Installation): string {
  const id = installation.isEnterpriseInstall === true ? installation.enterprise?.id : installation.team?.id;
  if (id === undefined) throw new Error("an installation names neither a workspace nor an organisation");
  return id;
}

function keyOfQuery({ teamId, enterpriseId, isEnterpriseInstall }: InstallationQuery<boolean>): string {
  return (isEnterpriseInstall ? enterpriseId : teamId) ?? "";
}
