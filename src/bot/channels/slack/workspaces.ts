import type { Logger } from "pino";

import type { SlackSettings } from "../../../domain/slack.ts";
import type { Sql } from "../../../store/db.ts";
import { listInstalledTeams } from "../../../store/slack-installations.ts";
import { noteSlackPlaces, teamOfSlackPlace } from "../../../store/slack.ts";
import { ChannelError } from "../channel-error.ts";
import type { Installations } from "./installations.ts";
import { createSlackClient, type SlackClient } from "./slack-client.ts";

/** A workspace, spoken to as its bot. */
export type Workspace = { readonly team: string; readonly token: string; readonly client: SlackClient };

/** Name of the one workspace whose token is in the environment: which it is, only Slack knows. */
export const HOME_TEAM = "home";

export type Workspaces = {
  /** Throws ChannelError("refused") where the bot is not installed. */
  readonly of: (team: string) => Promise<Workspace>;
  /** The workspace of a conversation (C…, G…, D…) or person (U…). */
  readonly ofPlace: (place: string) => Promise<Workspace>;
  readonly all: () => Promise<Workspace[]>;
  /** Whether people of this workspace, or of the organisation it is part of, may use the bot. */
  readonly allows: (team: string, organisation?: string | null) => boolean;
  /** Whether the list names it: people of other companies are met in shared channels. */
  readonly lists: (team: string) => boolean;
  /** What kept the last call from reaching Slack; null = it was reached. */
  readonly trouble: () => string | null;
};

export function createWorkspaces(input: {
  readonly sql: Sql;
  readonly settings: SlackSettings;
  /** null = one workspace by token. */
  readonly installations: Installations | null;
  readonly log: Logger;
}): Workspaces {
  const { sql, settings, installations, log } = input;
  const { apiUrl, teams } = settings;
  // A client keeps no state but its token: one for each token.
  const clients = new Map<string, SlackClient>();
  let trouble: string | null = null;
  const onCall = (found: string | null): void => {
    trouble = found;
  };
  const open = (team: string, token: string): Workspace => {
    const known = clients.get(token);
    const client = known ?? createSlackClient({ token, apiUrl, log, onCall });
    if (known === undefined) {
      // Tokens change twice a day: the old ones go.
      if (clients.size > 200) clients.clear();
      clients.set(token, client);
    }
    return { team, token, client };
  };
  const allows: Workspaces["allows"] = (team, organisation = null) => {
    if (installations === null && teams.length === 0) return true;
    return teams.includes(team) || (organisation !== null && teams.includes(organisation));
  };
  const of = async (team: string): Promise<Workspace> => {
    const { botToken } = settings.credentials;
    if (installations === null) {
      if (botToken === null) throw new ChannelError("refused", "Slack: there is no SLACK_BOT_TOKEN");
      return open(HOME_TEAM, botToken);
    }
    const bot = await installations.bot(team);
    if (bot === null || !allows(team, bot.organisation))
      throw new ChannelError("refused", `Slack: the bot is not installed in the workspace ${team}`);
    return open(team, bot.token);
  };
  const all = async (): Promise<Workspace[]> => {
    if (installations === null) return [await of(HOME_TEAM)];
    const installed = (await listInstalledTeams(sql)).filter(({ team, organisation }) => allows(team, organisation));
    return Promise.all(installed.map(({ team }) => of(team)));
  };
  return {
    of,
    allows,
    trouble: () => trouble,
    lists: (team) => teams.includes(team),
    all,
    ofPlace: async (place) => {
      if (installations === null) return of(HOME_TEAM);
      const known = await teamOfSlackPlace(sql, place);
      if (known !== null) return of(known);
      const workspaces = await all();
      const [first] = workspaces;
      const found = workspaces.length === 1 ? first : await ask(workspaces, place);
      if (found === undefined) throw new ChannelError("refused", `Slack: no workspace has the place ${place}`);
      await noteSlackPlaces(sql, found.team, [place]);
      return found;
    },
  };
}

/** The workspace that knows the place. */
async function ask(workspaces: readonly Workspace[], place: string): Promise<Workspace | undefined> {
  for (const workspace of workspaces) {
    const look = /^[UW]/.test(place)
      ? workspace.client.read((web) => web.users.info({ user: place }))
      : workspace.client.read((web) => web.conversations.info({ channel: place }));
    const found = await look.then(
      () => true,
      (error: unknown) => {
        if (error instanceof ChannelError && (error.kind === "refused" || error.kind === "invalid")) return false;
        throw error;
      },
    );
    if (found) return workspace;
  }
  return undefined;
}
