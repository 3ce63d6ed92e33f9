/** Delivers to a platform until it is killed or told to stop: `node bench/chat-deliverer.ts slack|discord DATABASE-URL API-URL TOKEN`. */
import { pino } from "pino";

import type { Channel } from "../src/bot/channels/channel.ts";
import { createDiscordChannel } from "../src/bot/channels/discord/discord-channel.ts";
import { createDiscordRest } from "../src/bot/channels/discord/discord-rest.ts";
import { openWorkspaces } from "../src/bot/channels/slack/open-workspaces.ts";
import { createPictures } from "../src/bot/channels/slack/pictures.ts";
import { createSlackChannel } from "../src/bot/channels/slack/slack-channel.ts";
import { startDeliverer } from "../src/bot/deliver-outbox.ts";
import { systemClock } from "../src/domain/clock.ts";
import type { SlackSettings } from "../src/domain/slack.ts";
import { openDatabase } from "../src/store/db.ts";

const [surface = "", url = "", apiUrl = "", token = ""] = process.argv.slice(2);
const log = pino({ level: "silent" });
const db = openDatabase(url, { connectionsMax: 10 });
const { sql } = db;
const noPictures = () => Promise.reject(new Error("no pictures here"));
const channel = surface === "slack" ? slackChannel() : discordChannel();
const deliverer = await startDeliverer({ sql, channels: [channel], log, leaseSeconds: 5 });
process.on("SIGTERM", () => {
  void deliverer
    .stop()
    .then(() => db.close())
    .then(() => process.exit(0));
});
process.stdout.write("here\n");

function discordChannel(): Channel {
  return createDiscordChannel({ rest: createDiscordRest({ apiUrl, token }), draw: noPictures });
}

function slackChannel(): Channel {
  const settings: SlackSettings = {
    mode: "http",
    apiUrl,
    teams: [],
    userGroups: {},
    nativeTables: false,
    history: false,
    credentials: { botToken: token, signingSecret: null, appToken: null, oauth: null },
  };
  const { workspaces } = openWorkspaces({ sql, settings, now: systemClock.now, log });
  const pictures = createPictures({ sql, png: noPictures, log });
  return createSlackChannel({ sql, settings, workspaces, pictures, log });
}
