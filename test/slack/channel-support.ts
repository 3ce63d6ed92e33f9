import pino from "pino";

import type { Channel } from "../../src/bot/channels/channel.ts";
import { createPictures, type Pictures } from "../../src/bot/channels/slack/pictures.ts";
import { createSlackChannel } from "../../src/bot/channels/slack/slack-channel.ts";
import { createWorkspaces, type Workspaces } from "../../src/bot/channels/slack/workspaces.ts";
import type { Card } from "../../src/bot/card.ts";
import type { SlackSettings } from "../../src/domain/slack.ts";
import { day } from "../../src/domain/period.ts";
import type { Sql } from "../../src/store/db.ts";
import { plainCard } from "../bot/arbitrary-card.ts";
import { APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, type FakeSlack } from "./fake/fake-slack.ts";

export const silent = pino({ level: "silent" });
export const PNG = new Uint8Array([137, 80, 78, 71]);

/** Settings of one workspace by token, as finops.yaml and the environment would give them. */
export function settingsFor(slack: FakeSlack, given: Partial<SlackSettings> = {}): SlackSettings {
  return {
    mode: "http",
    apiUrl: slack.apiUrl,
    teams: [],
    nativeTables: false,
    history: false,
    userGroups: {},
    credentials: { botToken: BOT_TOKEN, signingSecret: SIGNING_SECRET, appToken: APP_TOKEN, oauth: null },
    ...given,
  };
}

export type ChannelParts = { readonly channel: Channel; readonly workspaces: Workspaces; readonly pictures: Pictures };

/** The channel against the fake, with pictures drawn as four bytes. */
export function makeChannel(
  sql: Sql,
  slack: FakeSlack,
  given: Partial<SlackSettings> & { readonly readyMs?: number } = {},
): ChannelParts {
  const { readyMs = 2_000, ...changes } = given;
  const settings = settingsFor(slack, changes);
  const pictures = createPictures({ sql, png: () => Promise.resolve(PNG), log: silent, readyMs });
  const workspaces = createWorkspaces({ sql, settings, installations: null, log: silent });
  return { channel: createSlackChannel({ sql, settings, workspaces, pictures, log: silent }), workspaces, pictures };
}

export function cardWithChart(title: string, amount = "1.00"): Card {
  return {
    ...plainCard(title),
    blocks: [
      {
        kind: "chart",
        alt: `Daily cost is ${amount}`,
        chart: {
          kind: "sparkline",
          title: "Daily",
          currency: "USD",
          provisionalFrom: null,
          points: [{ start: day("2026-11-01"), amount }],
        },
      },
    ],
  };
}

export function cardWithRows(title: string, rows: number): Card {
  return {
    ...plainCard(title),
    blocks: [
      {
        kind: "table",
        columns: [
          { header: "service", align: "left" },
          { header: "Cost", align: "right" },
        ],
        rows: Array.from({ length: rows }, (_, index) => [index === 0 ? "=HYPERLINK(1)" : `service ${index}`, "$1.00"]),
        totals: ["Total", `$${rows}.00`],
      },
    ],
  };
}
