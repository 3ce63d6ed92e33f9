import type { Logger } from "pino";

import type { SlackSettings } from "../../../domain/slack.ts";
import type { Sql } from "../../../store/db.ts";
import { createInstallations, type Installations } from "./installations.ts";
import { createWorkspaces, type Workspaces } from "./workspaces.ts";

/** The workspaces of these settings: one by token, or those it is installed in. */
export function openWorkspaces(input: {
  readonly sql: Sql;
  readonly settings: SlackSettings;
  readonly now: () => number;
  readonly log: Logger;
}): { readonly workspaces: Workspaces; readonly installations: Installations | null } {
  const { oauth } = input.settings.credentials;
  const installations = oauth === null ? null : createInstallations({ ...input, oauth });
  return { workspaces: createWorkspaces({ ...input, installations }), installations };
}
