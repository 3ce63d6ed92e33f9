import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { commandDefinitions } from "../../src/bot/channels/discord/command-definitions.ts";
import { createDiscordRest, type DiscordRest } from "../../src/bot/channels/discord/discord-rest.ts";
import {
  inviteUrl,
  missingPermissions,
  NEEDED_BITS,
  permissionsIn,
} from "../../src/bot/channels/discord/permissions.ts";
import { registerCommands, type CommandScope } from "../../src/bot/channels/discord/register-commands.ts";
import { COMMANDS } from "../../src/bot/commands.ts";
import { createFakeDiscord, type FakeDiscord } from "./fake/fake-discord.ts";
import { addGuild, EVERY_PERMISSION, type FakeGuild } from "./fake/world.ts";

const definitions = commandDefinitions(COMMANDS);
let fake: FakeDiscord;
let rest: DiscordRest;
let guild: FakeGuild;

beforeEach(async () => {
  fake = await createFakeDiscord();
  guild = addGuild(fake.world, "acme");
  rest = createDiscordRest({ apiUrl: fake.apiUrl, token: fake.world.token });
});
afterEach(() => fake.close());

const register = (scope: CommandScope, wanted = definitions) =>
  registerCommands(rest, {
    applicationId: fake.world.applicationId,
    scope,
    guildIds: [guild.id],
    definitions: wanted,
  });
const writes = () => fake.world.requests.filter(({ method }) => method === "PUT").length;

describe("registering", () => {
  test("writes once, and again only when a definition changed", async () => {
    await register({ kind: "global" });
    expect([writes(), fake.world.globalCommands.length]).toEqual([1, definitions.length]);
    await register({ kind: "global" });
    expect(writes()).toBe(1);
    const [root, ...rest] = definitions;
    const changed = [{ ...root, description: "Something else" } as (typeof definitions)[number], ...rest];
    expect(await register({ kind: "global" }, changed)).toContainEqual({ place: "everywhere", change: "registered" });
    expect(writes()).toBe(2);
  });

  test("what somebody took away is put back", async () => {
    await register({ kind: "global" });
    fake.world.globalCommands = fake.world.globalCommands.slice(1);
    await register({ kind: "global" });
    expect(fake.world.globalCommands).toHaveLength(definitions.length);
  });

  test("a change of scope leaves no command twice", async () => {
    await register({ kind: "global" });
    await register({ kind: "guild", guildIds: [guild.id] });
    expect(fake.world.globalCommands).toEqual([]);
    expect(fake.world.guildCommands.get(guild.id)).toHaveLength(definitions.length);
    await register({ kind: "global" });
    expect(fake.world.guildCommands.get(guild.id)).toEqual([]);
  });
});

describe("permissions", () => {
  test("the invite asks for what the fake's channel needs, and no more", () => {
    const url = new URL(inviteUrl("42", "7"));
    expect(Object.fromEntries(url.searchParams)).toEqual({
      client_id: "42",
      scope: "bot applications.commands",
      permissions: EVERY_PERMISSION.toString(),
      guild_id: "7",
      disable_guild_select: "true",
    });
  });

  const role = (id: string, permissions: bigint) => ({ id, permissions: permissions.toString() });
  const of = (roles: object[], overwrites: object[], member = ["r"]) =>
    permissionsIn(
      { id: "g", owner_id: "owner", roles: roles as never },
      { id: "bot", roles: member },
      { permission_overwrites: overwrites as never },
    );
  const deny = (id: string, bits: bigint) => ({ id, type: 0, allow: "0", deny: bits.toString() });
  const allow = (id: string, bits: bigint) => ({ id, type: 0, allow: bits.toString(), deny: "0" });

  test("roles add up; overwrites of everyone, roles and the member come after one another", () => {
    const all = role("g", NEEDED_BITS);
    expect(of([all], [])).toBe(NEEDED_BITS);
    expect(of([role("g", 1n), role("r", 2n), role("other", 4n)], [])).toBe(3n);
    expect(of([all], [deny("g", NEEDED_BITS)])).toBe(0n);
    expect(of([all], [deny("g", NEEDED_BITS), allow("r", 1024n)])).toBe(1024n);
    expect(of([all], [allow("r", 1024n), deny("bot", 1024n)])).toBe(NEEDED_BITS & ~1024n);
    expect(missingPermissions(of([role("g", 8n)], [deny("g", NEEDED_BITS)]))).toEqual([]);
  });

  test("what is missing is named, with what it is for", () => {
    expect(missingPermissions(NEEDED_BITS & ~(1n << 15n)).map(({ name }) => name)).toEqual(["Attach Files"]);
  });
});
