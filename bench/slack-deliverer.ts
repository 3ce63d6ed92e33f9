/** Delivers to Slack until it is killed or told to stop: `node bench/slack-deliverer.ts DATABASE-URL API-URL BOT-TOKEN`. */
import { pino } from "pino";

import { createPictures } from "../src/bot/channels/slack/pictures.ts";
import { createSlackChannel } from "../src/bot/channels/slack/slack-channel.ts";
import { openWorkspaces } from "../src/bot/channels/slack/open-workspaces.ts";
import { startDeliverer } from "../src/bot/deliver-outbox.ts";
import { systemClock } from "../src/domain/clock.ts";
import type { SlackSettings } from "../src/domain/slack.ts";
import { openDatabase } from "../src/store/db.ts";

const [url = "", apiUrl = "", botToken = ""] = process.argv.slice(2);
const log = pino({ level: "silent" });
const db = openDatabase(url, { connectionsMax: 10 });
const settings: SlackSettings = {
  mode: "http",
  apiUrl,
  teams: [],
  userGroups: {},
  nativeTables: false,
  history: false,
  credentials: { botToken, signingSecret: null, appToken: null, oauth: null },
};
const { sql } = db;
const { workspaces } = openWorkspaces({ sql, settings, now: systemClock.now, log });
const pictures = createPictures({ sql, png: () => Promise.reject(new Error("no pictures here")), log });
const channel = createSlackChannel({ sql, settings, workspaces, pictures, log });
const deliverer = await startDeliverer({ sql, channels: [channel], log, leaseSeconds: 5 });
process.on("SIGTERM", () => {
  void deliverer
    .stop()
    .then(() => db.close())
    .then(() => process.exit(0));
});
process.stdout.write("here\n");
