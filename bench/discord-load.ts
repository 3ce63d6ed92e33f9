/**
 * The bot in Discord under load, real discord.js over the gateway against the strict Discord of the tests: chat-load.ts
 * says what is measured and which words there are. `node bench/discord-load.ts [WORDS]`
 */
import { setTimeout as pause } from "node:timers/promises";

import { createFakeDiscord } from "../test/discord/fake/fake-discord.ts";
import { addChannel, addGuild, addMember, addUser, type FakeInteraction } from "../test/discord/fake/world.ts";
import { benchPlatform, type Channels, type Talk } from "./chat-load.ts";
import { figure } from "./figure.ts";

/** What Discord allowed a channel when this was written. */
const CHANNEL_LIMIT = { limit: 5, perMs: 5_000 };
/** https://discord.com/developers/docs/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans, in ten minutes. */
const INVALID_REQUESTS_MAX = 10_000;
const FLAG_LOADING = 1 << 7;

await benchPlatform({ surface: "discord", talk, channels, marksRepeats: false });

async function talk(): Promise<Talk> {
  const fake = await createFakeDiscord();
  const { world } = fake;
  const guild = addGuild(world, "acme");
  const place = addChannel(world, { guild, name: "finops" });
  const user = addUser(world, "ana");
  addMember(guild, user);
  const ana = fake.inChannel(user, place);
  const answered = ({ original }: FakeInteraction): boolean =>
    original !== null && (original.flags & FLAG_LOADING) === 0 && original.edits > 0;
  return {
    variables: { DISCORD_TOKEN: world.token },
    config: `discord:\n  apiUrl: ${fake.apiUrl}\n  guilds: ["${guild.id}"]\n`,
    attach: async () => {
      while (fake.gateway.connected() === 0 || world.globalCommands.length === 0) await pause(50);
    },
    burst: async (commands) => {
      const asked = await Promise.all(
        commands.map((value) => ana.command("finops", [{ name: "command", type: 3, value }])),
      );
      while (!asked.every(answered)) {
        await pause(50);
        fake.requireNoViolations();
      }
      return asked.map(({ createdAt, callbackAt }) => (callbackAt ?? Number.POSITIVE_INFINITY) - createdAt);
    },
    close: () => fake.close(),
  };
}

async function channels(count: number, { limited }: { readonly limited: boolean }): Promise<Channels> {
  const fake = await createFakeDiscord();
  const { world } = fake;
  const guild = addGuild(world, "acme");
  const made = Array.from({ length: count }, (_, index) => addChannel(world, { guild, name: `c${index}` }));
  fake.limits.set(/^\/channels\/\d+\/messages$/, CHANNEL_LIMIT);
  if (limited) fake.limits.set(new RegExp(`^/channels/${made[0]?.id}/messages$`), { limit: 0, perMs: 3_600_000 });
  return {
    ids: made.map(({ id }) => id),
    apiUrl: fake.apiUrl,
    token: world.token,
    // A repeated post is the same message by its nonce: nothing is ever marked.
    posted: (id) =>
      (world.channels.get(id)?.messages ?? []).map(({ embeds }) => ({ title: embeds[0]?.title ?? "", marked: false })),
    figures: () => [
      // Of two processes, the killed one and its successor, over any second: each by itself counts whole seconds.
      figure("most requests in any one second, over a kill", busiest(world.requests.map(({ at }) => at)), "", {
        better: "lower",
      }),
      figure(
        "requests Discord counts as invalid (401, 403, 429)",
        world.requests.filter(({ status }) => [401, 403, 429].includes(status)).length,
        "",
        { better: "lower", bar: INVALID_REQUESTS_MAX },
      ),
    ],
    close: () => fake.close(),
  };
}

/** The most instants, of ms in order, within any second. */
function busiest(times: readonly number[]): number {
  let first = 0;
  let most = 0;
  for (const [index, at] of times.entries()) {
    while (at - (times[first] ?? at) >= 1_000) first += 1;
    most = Math.max(most, index - first + 1);
  }
  return most;
}
