import { once } from "node:events";

import {
  Client,
  DiscordAPIError,
  Events,
  GatewayDispatchEvents,
  MessageFlags,
  REST,
  Routes,
  type APIInteraction,
} from "discord.js";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { createFakeDiscord, type FakeDiscord } from "./fake/fake-discord.ts";
import { bits } from "./fake/payloads.ts";
import {
  addChannel,
  addGuild,
  addMember,
  addUser,
  type FakeChannel,
  type FakeGuild,
  type FakeUser,
} from "./fake/world.ts";

let fake: FakeDiscord;
let guild: FakeGuild;
let channel: FakeChannel;
let ana: FakeUser;
let rest: REST;
const open: Client[] = [];

beforeEach(async () => {
  fake = await createFakeDiscord();
  guild = addGuild(fake.world, "acme", ["finops"]);
  channel = addChannel(fake.world, { guild, name: "costs" });
  ana = addUser(fake.world, "ana");
  addMember(guild, ana, ["finops"]);
  rest = new REST({ api: fake.apiUrl, version: "10", retries: 0, timeout: 5_000 }).setToken(fake.world.token);
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((client) => client.destroy()));
  await fake.close();
});

const quiet = { allowed_mentions: { parse: [] } };
const post = (body: object, files: { name: string; data: Buffer }[] = []) =>
  rest.post(Routes.channelMessages(channel.id), { body: { ...quiet, ...body }, files });
const refusalOf = (attempt: Promise<unknown>): Promise<number | string> =>
  attempt.then(
    () => 0,
    (error: unknown) => (error instanceof DiscordAPIError ? error.code : String(error)),
  );

async function connect(): Promise<Client> {
  const client = new Client({ intents: ["Guilds"], rest: { api: fake.apiUrl, version: "10" } });
  open.push(client);
  client.on(Events.Error, () => undefined);
  const ready = once(client, Events.ClientReady);
  await client.login(fake.world.token);
  await ready;
  return client;
}

const COMMAND = {
  name: "cost",
  description: "what it costs",
  options: [{ type: 3, name: "period", description: "when", autocomplete: true }],
};

async function registered(): Promise<void> {
  await rest.put(Routes.applicationGuildCommands(fake.world.applicationId, guild.id), { body: [COMMAND] });
}

describe("limits are refused, not cut", () => {
  const row = (...components: object[]) => ({ components: [{ type: 1, components }] });
  const button = (id: string, label = "Go") => ({ type: 2, style: 2, label, custom_id: id });
  const embeds = (...list: object[]) => ({ embeds: list });
  const cases: [string, object, number][] = [
    ["content of 2,001", { content: "x".repeat(2_001) }, 50_035],
    ["nothing at all", { content: " " }, 50_006],
    ["eleven embeds", embeds(...Array.from({ length: 11 }, () => ({ title: "t" }))), 50_035],
    [
      "6,001 characters over all embeds",
      embeds({ description: "x".repeat(4_000) }, { description: "x".repeat(2_001) }),
      50_035,
    ],
    ["26 fields", embeds({ fields: Array.from({ length: 26 }, () => ({ name: "n", value: "v" })) }), 50_035],
    ["a field without a name", embeds({ fields: [{ name: "", value: "v" }] }), 50_035],
    ["a picture that is not attached", embeds({ image: { url: "attachment://none.png" } }), 50_035],
    [
      "six rows",
      { components: Array.from({ length: 6 }, (_, n) => ({ type: 1, components: [button(String(n))] })) },
      50_035,
    ],
    ["six buttons in a row", row(...Array.from({ length: 6 }, (_, n) => button(String(n)))), 50_035],
    ["a label of 81", row(button("a", "x".repeat(81))), 50_035],
    ["a custom id of 101", row(button("x".repeat(101))), 50_035],
    ["the same custom id twice", row(button("a"), button("a")), 50_035],
    ["a link button that runs something", row({ type: 2, style: 5, label: "x", url: "javascript:alert(1)" }), 50_035],
    [
      "26 options",
      row({
        type: 3,
        custom_id: "s",
        options: Array.from({ length: 26 }, (_, n) => ({ label: "l", value: String(n) })),
      }),
      50_035,
    ],
    ["a field we misspelt", { content: "x", embed: [] }, 50_035],
    ["a nonce of 26", { content: "x", nonce: "n".repeat(26) }, 50_035],
    ["ephemeral outside an interaction", { content: "x", flags: 64 }, 50_035],
  ];
  test.each(cases)("%s", async (_, body, code) => expect(await refusalOf(post(body))).toBe(code));

  test("whoever says nothing about mentions is refused", async () => {
    expect(await refusalOf(rest.post(Routes.channelMessages(channel.id), { body: { content: "hi" } }))).toBe(50_035);
  });

  test("commands: 8,000 characters, required before optional, choices and autocomplete apart", async () => {
    const put = (command: object) =>
      refusalOf(rest.put(Routes.applicationCommands(fake.world.applicationId), { body: [command] }));
    const option = { type: 3, name: "o", description: "d" };
    expect(await put({ ...COMMAND, name: "Cost" })).toBe(50_035);
    expect(await put({ ...COMMAND, options: [option, { ...option, name: "p", required: true }] })).toBe(50_035);
    expect(
      await put({ ...COMMAND, options: [{ ...option, autocomplete: true, choices: [{ name: "a", value: "a" }] }] }),
    ).toBe(50_035);
    const choices = Array.from({ length: 25 }, (_, n) => ({
      name: `${n}`.padEnd(100, "x"),
      value: `${n}`.padEnd(100, "y"),
    }));
    const many = ["a", "b"].map((name) => ({ ...option, name, choices }));
    expect(await put({ ...COMMAND, options: many })).toBe(50_035);
  });
});

describe("messages", () => {
  test("the same nonce is the same message for some minutes, then another", async () => {
    const body = { content: "once", nonce: "n1", enforce_nonce: true };
    const one = (await post(body)) as { id: string };
    expect(await post(body)).toMatchObject({ id: one.id });
    fake.world.advance(6 * 60_000);
    expect(await post(body)).not.toMatchObject({ id: one.id });
  });

  test("attachments an edit does not list are gone, and so is what points at them", async () => {
    const file = { name: "chart.png", data: Buffer.from("png") };
    const card = {
      embeds: [{ title: "t", image: { url: "attachment://chart.png" } }],
      attachments: [{ id: 0, description: "alt" }],
    };
    const made = (await post(card, [file])) as { id: string; attachments: { id: string; description: string }[] };
    expect(made.attachments[0]?.description).toBe("alt");
    const edit = (body: object) =>
      rest.patch(Routes.channelMessage(channel.id, made.id), { body: { ...quiet, ...body } });
    await edit({ ...card, attachments: [{ id: made.attachments[0]?.id }] });
    expect(channel.messages[0]?.attachments).toHaveLength(1);
    expect(await refusalOf(edit({ ...card, attachments: [] }))).toBe(50_035);
    await edit({ embeds: [{ title: "t" }] });
    expect(channel.messages[0]?.attachments).toHaveLength(0);
  });

  test("what the bot may not do it is told", async () => {
    channel.denied = bits("sendMessages");
    expect(await refusalOf(post({ content: "x" }))).toBe(50_013);
    channel.denied = bits("attachFiles");
    expect(await refusalOf(post({ content: "x" }, [{ name: "a", data: Buffer.from("a") }]))).toBe(50_013);
    channel.denied = bits("viewChannel");
    expect(await refusalOf(post({ content: "x" }))).toBe(50_001);
    expect(await refusalOf(rest.get(Routes.channel("111111111111111111")))).toBe(10_003);
    channel.denied = 0n;
    expect(await refusalOf(rest.get(Routes.channelMessage(channel.id, "111111111111111111")))).toBe(10_008);
    expect(await refusalOf(new REST({ api: fake.apiUrl }).setToken("Bot wrong").get(Routes.gatewayBot()))).toBe(0);
  });

  test("threads: private unless said, archived ones take no edit", async () => {
    const parent = (await post({ content: "parent" })) as { id: string };
    const anyKind = (await rest.post(Routes.threads(channel.id), { body: { name: "x" } })) as { type: number };
    expect(anyKind.type).toBe(12);
    const thread = (await rest.post(Routes.threads(channel.id, parent.id), { body: { name: "incident" } })) as {
      id: string;
    };
    expect(thread.id).toBe(parent.id);
    expect(await refusalOf(rest.post(Routes.threads(channel.id, parent.id), { body: { name: "again" } }))).toBe(
      160_004,
    );
    const inside = (await rest.post(Routes.channelMessages(thread.id), { body: { ...quiet, content: "in" } })) as {
      id: string;
    };
    const kept = fake.world.channels.get(thread.id);
    if (kept !== undefined) kept.archived = true;
    const edit = () => rest.patch(Routes.channelMessage(thread.id, inside.id), { body: { ...quiet, content: "new" } });
    expect(await refusalOf(edit())).toBe(50_083);
    await rest.patch(Routes.channel(thread.id), { body: { archived: false } });
    expect(await refusalOf(edit())).toBe(0);
  });

  test("a spent bucket answers 429 and says how long", async () => {
    fake.limits.set(/\/messages$/, { limit: 1, perMs: 60_000 });
    const strict = new REST({ api: fake.apiUrl, rejectOnRateLimit: ["/channels"] }).setToken(fake.world.token);
    const send = () => strict.post(Routes.channelMessages(channel.id), { body: { ...quiet, content: "x" } });
    await send();
    await expect(send()).rejects.toMatchObject({ name: expect.stringContaining("RateLimitError") });
    expect(channel.messages).toHaveLength(1);
  });
});

describe("interactions through discord.js", () => {
  test("login, typed command, deferral, answer with a picture", async () => {
    await registered();
    const client = await connect();
    client.on(Events.InteractionCreate, (interaction) => {
      if (!interaction.isChatInputCommand()) return;
      void interaction.deferReply({ flags: MessageFlags.Ephemeral }).then(() =>
        interaction.editReply({
          content: `cost ${interaction.options.getString("period")}`,
          embeds: [{ title: "Cost", image: { url: "attachment://chart.png" } }],
          files: [{ name: "chart.png", attachment: Buffer.from("png") }],
          allowedMentions: { parse: [] },
        }),
      );
    });
    const asked = await fake.inChannel(ana, channel).command("cost", [{ type: 3, name: "period", value: "7d" }]);
    const answer = await fake.answerTo(asked);
    expect(answer).toMatchObject({ content: "cost 7d", onlyFor: ana.id });
    expect(answer.attachments).toHaveLength(1);
    expect(fake.world.violations).toEqual([]);
  });

  test("a second callback, a late one and an old token are refused", async () => {
    await registered();
    const client = await connect();
    const seen: APIInteraction[] = [];
    client.ws.on(GatewayDispatchEvents.InteractionCreate, (data: APIInteraction) => seen.push(data));
    const callback = ({ id, token }: APIInteraction, body: object = { type: 5 }) =>
      rest.post(Routes.interactionCallback(id, token), { body, auth: false });
    const ask = async (): Promise<APIInteraction> => {
      const before = seen.length;
      await fake.inChannel(ana, channel).command("cost");
      return fake.until(() => seen[before], "the interaction");
    };
    const one = await ask();
    expect(await refusalOf(callback(one, { type: 9, data: {} }))).toBe(50_035);
    await callback(one);
    expect(await refusalOf(callback(one))).toBe(40_060);
    const edit = () =>
      rest.patch(Routes.webhookMessage(fake.world.applicationId, one.token), {
        body: { ...quiet, content: "x" },
        auth: false,
      });
    expect(await refusalOf(edit())).toBe(0);
    fake.world.advance(15 * 60_000);
    expect(await refusalOf(edit())).toBe(50_027);

    const late = await ask();
    fake.world.advance(3_001);
    expect(await refusalOf(callback(late))).toBe(10_062);
    expect(fake.world.violations).toHaveLength(1);
  });

  test("op 7 and a cut connection are resumed; forgotten sessions are begun anew", async () => {
    const client = await connect();
    const resumed = once(client, Events.ShardResume);
    fake.gateway.askReconnect();
    await resumed;
    const again = once(client, Events.ShardResume);
    fake.gateway.drop();
    await again;
    expect(fake.gateway.counts).toMatchObject({ identifies: 1, resumes: 2 });
    const anew = once(client, Events.ShardReady);
    fake.gateway.forgetSessions();
    fake.gateway.drop();
    await anew;
    expect(fake.gateway.counts.identifies).toBe(2);
  });
});
