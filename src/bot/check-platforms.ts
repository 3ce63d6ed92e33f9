import type { DoctorAnswer } from "../domain/contract-operations.ts";
import { systemClock } from "../domain/clock.ts";
import type { Context } from "../service/context.ts";
import { mirroredSlackPlaces } from "../store/slack.ts";
import { mirroredPlaces } from "../store/surface-addresses.ts";

/** What doctor looks at on the chat platforms in use. Their clients are loaded only then. */
export async function checkPlatforms(ctx: Context): Promise<DoctorAnswer["checks"]> {
  const parts = await Promise.all([slackChecks(ctx), discordChecks(ctx)]);
  return parts.flat();
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

async function discordChecks(ctx: Context): Promise<DoctorAnswer["checks"]> {
  const { discord = null } = ctx.settings;
  if (discord === null) return [];
  const [{ checkDiscord }, { COMMANDS }] = await Promise.all([
    import("./channels/discord/check-discord.ts"),
    import("./commands.ts"),
  ]);
  const places = await mirroredPlaces(ctx.db.sql, "discord");
  return checkDiscord({ settings: discord, commands: COMMANDS, places, now: systemClock.now });
}
