import { pino } from "pino";

import { openWorkspaces } from "../../src/bot/channels/slack/open-workspaces.ts";
import type { SlackSettings } from "../../src/domain/slack.ts";
import { openDatabase } from "../../src/store/db.ts";

/** A process that needs a workspace's token, says which it got, and what is left to change after. */
const [url = "", team = "", settings = "", now = "0"] = process.argv.slice(2);
const db = openDatabase(url, { connectionsMax: 2 });
const given = {
  settings: JSON.parse(settings) as SlackSettings,
  now: () => Number(now),
  log: pino({ level: "silent" }),
};
const { installations } = openWorkspaces({ sql: db.sql, ...given });
const bot = await installations?.bot(team);
const left = await installations?.rotateDue();
process.stdout.write(JSON.stringify({ token: bot?.token, left }));
await db.close();
