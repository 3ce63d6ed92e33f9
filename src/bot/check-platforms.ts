import type { DoctorAnswer } from "../domain/contract-operations.ts";
import { systemClock } from "../domain/clock.ts";
import type { Context } from "../service/context.ts";
import { mirroredSlackPlaces } from "../store/slack.ts";

/** What doctor looks at on the chat platforms in use. Their clients are loaded only then. */
export async function checkPlatforms(ctx: Context): Promise<DoctorAnswer["checks"]> {
  return [...(await slackChecks(ctx))];
}

async function slackChecks(ctx: Context): Promise<DoctorAnswer["checks"]> {
  const { slack = null } = ctx.settings;
  if (slack === null) return [];
  const [{ checkSlack }, { openWorkspaces }] = await Promise.all([
    import("./channels/slack/check-slack.ts"),
    import("./channels/slack/open-workspaces.ts"),
  ]);
  const { sql } = ctx.db;
  const { now } = systemClock;
  const { workspaces } = openWorkspaces({ sql, settings: slack, now, log: ctx.log });
  const places = await mirroredSlackPlaces(sql);
  return checkSlack({ settings: slack, workspaces, places, now, log: ctx.log });
}
