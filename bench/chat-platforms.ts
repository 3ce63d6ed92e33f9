/**
 * The bot in Slack under load, against the strict Slack of the tests: chat-load.ts says what is measured and which words
 * there are. `node bench/chat-platforms.ts [WORDS]`
 */
import { setTimeout as pause } from "node:timers/promises";

import { MAYBE_TWICE } from "../src/bot/channels/slack/slack-channel.ts";
import { ANA, BOT_TOKEN, FINOPS_CHANNEL, SIGNING_SECRET, startFakeSlack } from "../test/slack/fake/fake-slack.ts";
import { wordsOf } from "../test/slack/fake/reading.ts";
import { benchPlatform, type Channels, type Talk } from "./chat-load.ts";

await benchPlatform({ surface: "slack", talk, channels, marksRepeats: true });

async function talk(): Promise<Talk> {
  const slack = await startFakeSlack();
  slack.state.features.postBurst = 1_000_000;
  return {
    variables: { SLACK_BOT_TOKEN: BOT_TOKEN, SLACK_SIGNING_SECRET: SIGNING_SECRET },
    config: `slack:\n  mode: http\n  apiUrl: ${slack.apiUrl}\n`,
    attach: async (serviceUrl) => {
      slack.useHttp(`${serviceUrl}/slack/events`);
    },
    burst: async (commands) => {
      const answered = slack.whispered(ANA).length;
      const acks = await Promise.all(commands.map((text) => slack.ana.command(FINOPS_CHANNEL, text)));
      if (acks.some(({ ok }) => !ok)) throw new Error("a command was not acknowledged");
      // Every command is answered before the next burst.
      while (slack.whispered(ANA).length < answered + 2 * commands.length) await pause(50);
      return acks.map(({ ms }) => ms);
    },
    close: () => slack.close(),
  };
}

async function channels(count: number, { limited }: { readonly limited: boolean }): Promise<Channels> {
  const slack = await startFakeSlack();
  slack.state.features.postBurst = 5;
  const ids = Array.from({ length: count }, (_, index) => `C0BENCH${String(index).padStart(4, "0")}`);
  for (const id of ids) {
    const members = new Set([slack.state.bot.user]);
    slack.state.channels.set(id, { id, name: id, kind: "public", archived: false, members, user: null });
  }
  if (limited) slack.pace.limitChannel(ids[0] ?? "", 3_600);
  return {
    ids,
    apiUrl: slack.apiUrl,
    token: BOT_TOKEN,
    posted: (id) =>
      slack.posted(id).map(({ text, blocks }) => ({
        title: text.split("\n")[0] ?? "",
        marked: wordsOf(blocks).includes(MAYBE_TWICE),
      })),
    figures: () => [],
    close: () => slack.close(),
  };
}
