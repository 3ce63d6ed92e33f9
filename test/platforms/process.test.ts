import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { enqueuePost } from "../../src/store/outbox.ts";
import { plainCard } from "../bot/arbitrary-card.ts";
import type { Person as DiscordPerson } from "../discord/fake/actors.ts";
import { createFakeDiscord, type FakeDiscord } from "../discord/fake/fake-discord.ts";
import {
  addChannel,
  addGuild,
  addMember,
  addUser,
  type FakeChannel,
  type FakeGuild,
  type FakeInteraction,
} from "../discord/fake/world.ts";
import {
  ANA,
  APP_TOKEN,
  BOT_TOKEN,
  FINOPS_CHANNEL,
  SIGNING_SECRET,
  startFakeSlack,
  type FakeSlack,
} from "../slack/fake/fake-slack.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { freePort, messagesOf, spawnService, type Service } from "../support/service.ts";

/** The whole service, a process of its own as people run it, with both platforms. */
const LONG = 240_000;
const WAIT = { timeout: 90_000, interval: 100 };
const FLAG_LOADING = 1 << 7;

let db: TestDatabase;
let dataDir: string;
let slack: FakeSlack;
let discord: FakeDiscord;
let guild: FakeGuild;
let place: FakeChannel;
let vic: DiscordPerson;
let service: Service | null = null;

beforeEach(async () => {
  db = await createTestDatabase({ connectionsMax: 4 });
  dataDir = await mkdtemp(join(tmpdir(), "finops-process-"));
  slack = await startFakeSlack();
  slack.state.features.postBurst = 1_000;
  discord = await createFakeDiscord();
  guild = addGuild(discord.world, "acme");
  place = addChannel(discord.world, { guild, name: "finops" });
  const user = addUser(discord.world, "vic");
  addMember(guild, user);
  vic = discord.inChannel(user, place);
});
afterEach(async () => {
  service?.process.kill("SIGKILL");
  await service?.ended;
  service = null;
  await slack.close();
  await discord.close();
  await db.close();
  await rm(dataDir, { recursive: true, force: true });
});

async function start(): Promise<Service> {
  const config = join(dataDir, "finops.yaml");
  await writeFile(
    config,
    `channels:
  - name: finops
    also: ["slack:${FINOPS_CHANNEL}", "discord:${place.id}"]
slack:
  mode: socket
  apiUrl: ${slack.apiUrl}
discord:
  apiUrl: ${discord.apiUrl}
  guilds: ["${guild.id}"]
`,
  );
  const started = spawnService(
    {
      FINOPS_DATA_DIR: dataDir,
      FINOPS_CONFIG: config,
      FINOPS_DEMO: "off",
      FINOPS_TODAY: "2026-04-03",
      DATABASE_URL: db.url,
      SLACK_BOT_TOKEN: BOT_TOKEN,
      SLACK_APP_TOKEN: APP_TOKEN,
      SLACK_SIGNING_SECRET: SIGNING_SECRET,
      DISCORD_TOKEN: discord.world.token,
    },
    await freePort(),
  );
  service = started;
  await started.ready;
  return started;
}

type Health = { status: string; surfaces: { surface: string; ok: boolean; finding: string }[] };
const health = async ({ url }: Service): Promise<Health> => (await (await fetch(`${url}/healthz`)).json()) as Health;

/** Both hear and take cards. */
async function connected(it: Service): Promise<void> {
  await vi.waitFor(async () => expect((await health(it)).status).toBe("ok"), WAIT);
  await discord.until(() => discord.world.globalCommands.length > 0 && discord.gateway.connected() > 0, "commands");
  slack.useSocket();
}

const isAnswered = ({ original }: FakeInteraction): boolean =>
  original !== null && (original.flags & FLAG_LOADING) === 0 && original.edits > 0;
/** Cards whose title begins so, as they stand on each platform. */
function cards(prefix: string): { slack: string[]; discord: string[] } {
  const own = (all: readonly string[]): string[] => all.filter((title) => title.startsWith(prefix));
  return {
    slack: own(slack.posted(FINOPS_CHANNEL).map(({ text }) => text.split("\n")[0] ?? "")),
    discord: own(place.messages.map(({ embeds, onlyFor }) => (onlyFor === null ? (embeds[0]?.title ?? "") : ""))),
  };
}

describe("SIGTERM with both platforms attached", () => {
  test(
    "what was asked is answered, the process ends in order and in time, and no card is lost or doubled",
    { timeout: LONG },
    async () => {
      const first = await start();
      await connected(first);
      const wanted = Array.from({ length: 6 }, (_, index) => `card ${index}`);
      for (const title of wanted) await enqueuePost(db.sql, { channel: "finops", key: title, card: plainCard(title) });
      const asked = await Promise.all(Array.from({ length: 4 }, () => vic.command("whoami")));
      const acks = await Promise.all(Array.from({ length: 4 }, () => slack.ana.command(FINOPS_CHANNEL, "whoami")));
      expect(acks.map(({ ok }) => ok)).toEqual([true, true, true, true]);
      await discord.until(() => asked.every(({ callback }) => callback !== null), "acknowledgements");

      first.process.kill("SIGTERM");
      // 1 = it took longer than orchestrators wait (lifecycle.ts).
      expect(await first.ended).toBe(0);
      expect(asked.filter((one) => !isAnswered(one))).toEqual([]);
      // Each is acknowledged with a message and answered with another.
      expect(slack.whispered(ANA)).toHaveLength(8);
      const waiting = await db.sql`select 1 from outbox where sends_open > 0 and revision_done < revision`;
      expect(waiting).toHaveLength(0);

      const second = await start();
      await connected(second);
      await vi.waitFor(() => expect(cards("card ")).toEqual({ slack: wanted, discord: wanted }), WAIT);
      second.process.kill("SIGTERM");
      expect(await second.ended).toBe(0);
      expect(cards("card ")).toEqual({ slack: wanted, discord: wanted });
      // Nothing that was answered is answered again.
      expect(slack.whispered(ANA)).toHaveLength(8);
      expect(asked.flatMap(({ followUps }) => followUps)).toEqual([]);
      discord.requireNoViolations();
    },
  );
});

describe("a start with both platforms out of reach", () => {
  test(
    "is healthy and says what is missing, the page works, and all recovers by itself",
    { timeout: LONG },
    async () => {
      await slack.down();
      await discord.stop();
      const it = await start();
      await vi.waitFor(async () => {
        const { status, surfaces } = await health(it);
        expect([status, ...surfaces.map(({ ok }) => ok)]).toEqual(["degraded", false, false]);
      }, WAIT);
      expect((await fetch(`${it.url}/readyz`)).status).toBe(200);
      const metrics = await (await fetch(`${it.url}/metrics`)).text();
      expect(metrics).toContain('finops_surface_up{surface="slack"} 0');
      expect(metrics).toContain('finops_surface_up{surface="discord"} 0');
      await enqueuePost(db.sql, { channel: "finops", key: "news", card: plainCard("news") });
      await vi.waitFor(async () => {
        expect((await messagesOf(it.url)).map(({ card }) => card.title)).toContain("news");
      }, WAIT);

      await slack.up();
      await discord.start();
      await connected(it);
      await vi.waitFor(() => expect(cards("news")).toEqual({ slack: ["news"], discord: ["news"] }), WAIT);
      const asked = await vic.command("whoami");
      await discord.until(() => isAnswered(asked), "an answer");
      expect((await slack.ana.command(FINOPS_CHANNEL, "whoami")).ok).toBe(true);
      await vi.waitFor(() => expect(slack.whispered(ANA)).toHaveLength(2), WAIT);
      it.process.kill("SIGTERM");
      expect(await it.ended).toBe(0);
    },
  );
});
