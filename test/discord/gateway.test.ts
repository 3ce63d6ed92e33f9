import type { APIInteraction } from "discord-api-types/v10";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { startGateway, type Gateway, type GatewayOptions } from "../../src/bot/channels/discord/gateway.ts";
import { createFakeDiscord, type FakeDiscord } from "./fake/fake-discord.ts";
import { guildCreatePayload } from "./fake/payloads.ts";
import { addChannel, addGuild, addMember, addUser, type FakeChannel, type FakeUser } from "./fake/world.ts";

let fake: FakeDiscord;
let place: FakeChannel;
let ana: FakeUser;
let gateway: Gateway | null = null;
let seen: APIInteraction[] = [];
let invited: { id: string; systemChannelId: string | null }[] = [];

beforeEach(async () => {
  fake = await createFakeDiscord({ heartbeatMs: 100 });
  const guild = addGuild(fake.world, "acme");
  place = addChannel(fake.world, { guild, name: "finops" });
  ana = addUser(fake.world, "ana");
  addMember(guild, ana);
  fake.world.globalCommands = [{ id: "1", name: "cost", description: "x" } as never];
  seen = [];
  invited = [];
});
afterEach(async () => {
  await gateway?.stop();
  gateway = null;
  await fake.close();
  fake.requireNoViolations();
});

function start(changes: Partial<GatewayOptions> = {}): Gateway {
  gateway = startGateway({
    apiUrl: fake.apiUrl,
    token: fake.world.token,
    log: pino({ level: "silent" }),
    onInteraction: (interaction) => seen.push(interaction),
    onInvited: (guild) => invited.push(guild),
    retryFirstMs: 20,
    lookEveryMs: 20,
    ...changes,
  });
  return gateway;
}
const connected = (it: Gateway) => fake.until(() => it.state().connected, "a connection");
const down = (it: Gateway) => fake.until(() => !it.state().connected, "a lost connection");

async function hears(): Promise<void> {
  const before = seen.length;
  await fake.inChannel(ana, place).command("cost");
  await fake.until(() => seen.length > before, "an interaction");
}

describe("the connection", () => {
  test("comes up, hears interactions, and needs no intents but guilds", async () => {
    await connected(start());
    await hears();
    expect(seen[0]).toMatchObject({ data: { name: "cost" }, member: { user: { username: "ana" } } });
  });

  test("Discord unreachable at start: nothing fails, and it connects by itself later", async () => {
    await fake.stop();
    const it = start();
    await fake.until(() => /ECONNREFUSED/.test(it.state().finding), "a finding");
    expect(it.state().connected).toBe(false);
    await fake.start();
    await connected(it);
    await hears();
  });

  test("op 7 and a cut line are resumed, and nothing said meanwhile is missed", async () => {
    const it = start();
    await connected(it);
    fake.gateway.askReconnect();
    await fake.until(() => fake.gateway.counts.resumes === 1, "the resume");
    await connected(it);
    fake.gateway.drop();
    await down(it);
    const asked = fake.inChannel(ana, place).command("cost");
    await connected(it);
    await asked;
    await fake.until(() => seen.length === 1, "what was said meanwhile");
    expect(fake.gateway.counts).toMatchObject({ identifies: 1, resumes: 2 });
  });

  test("heartbeats that nobody answers are noticed, and mended", async () => {
    const it = start({ silentMsMax: 60_000 });
    await connected(it);
    fake.gateway.answerHeartbeats(false);
    await down(it);
    fake.gateway.answerHeartbeats(true);
    await connected(it);
    await hears();
  });

  test("a line the client believes in is not believed without heartbeats", async () => {
    const it = start({ silentMsMax: 5 });
    await fake.until(() => it.state().finding.startsWith("nothing heard"), "silence");
  });

  test("a client that does not find its way back is replaced", async () => {
    const it = start({ reconnectMsMax: 50 });
    await connected(it);
    fake.gateway.refuse(true);
    fake.gateway.drop();
    await down(it);
    await fake.until(
      () => fake.world.requests.filter(({ path }) => path === "/gateway/bot").length > 1,
      "another login",
    );
    fake.gateway.refuse(false);
    await connected(it);
    await hears();
    expect(seen).toHaveLength(1);
  });

  test("a wrong token is said, not tried in a loop", async () => {
    const it = start({ token: `${fake.world.token}x` });
    await fake.until(() => it.state().finding.includes("DISCORD_TOKEN"), "what is wrong");
    expect(fake.world.requests.filter(({ path }) => path === "/gateway/bot")).toHaveLength(1);
  });

  test("it stops at once, also while it connects", async () => {
    await fake.stop();
    const it = start();
    await it.stop();
    expect(it.state()).toEqual({ connected: false, finding: "stopped" });
  });
});

test("being invited is told once, guilds it was in before are not", async () => {
  await connected(start());
  const other = addGuild(fake.world, "new");
  const channel = addChannel(fake.world, { guild: other, name: "general" });
  other.systemChannelId = channel.id;
  fake.gateway.dispatch("GUILD_CREATE", guildCreatePayload(fake.world, other));
  fake.gateway.dispatch("GUILD_CREATE", guildCreatePayload(fake.world, other));
  await hears();
  expect(invited).toEqual([{ id: other.id, systemChannelId: channel.id }]);
});
