import { afterEach, describe, expect, test, vi } from "vitest";

import type { Command } from "../../src/bot/command.ts";
import { COMMANDS } from "../../src/bot/commands.ts";
import { checkDiscord } from "../../src/bot/channels/discord/check-discord.ts";
import { dispatch } from "../../src/bot/dispatch.ts";
import { enqueuePost } from "../../src/store/outbox.ts";
import { outboxState } from "../../src/store/outbox-state.ts";
import { plainCard } from "../bot/arbitrary-card.ts";
import { testContext } from "../support/context.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { startBot, type BotOptions, type TestBot } from "./bot.ts";
import { bits, guildCreatePayload } from "./fake/payloads.ts";
import { addChannel, addGuild, addUser, directChannelOf } from "./fake/world.ts";

const WAIT = { timeout: 30_000, interval: 20 };
let db: TestDatabase | null = null;
let bot: TestBot | null = null;
afterEach(async () => {
  await bot?.close();
  await db?.close();
  bot = null;
  db = null;
});

async function start(options: Partial<BotOptions> = {}): Promise<TestBot> {
  db = await createTestDatabase({ connectionsMax: 6 });
  bot = await startBot({ base: testContext(db, { dataDir: "/tmp" }), ...options });
  return bot;
}
const say = (value: string) => [{ name: "command", type: 3, value }];

/** A command that ends when the test says so, and counts how often it ran. */
function slowCommand(): { command: Command; ran: () => number; finish: () => void } {
  let finish: () => void = () => undefined;
  let count = 0;
  const done = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const command: Command = {
    name: "slow",
    summary: "takes its time",
    usage: "slow",
    examples: ["slow"],
    role: "viewer",
    run: async () => {
      count += 1;
      await done;
      return { card: plainCard("Finished"), data: {}, exitCode: 0 };
    },
  };
  return { command, ran: () => count, finish };
}

describe("late answers", () => {
  test("after sixteen minutes the answer comes privately, not in the channel", async () => {
    const slow = slowCommand();
    const it = await start({ commands: [...COMMANDS, slow.command] });
    await it.vic.command("slow");
    await it.fake.until(() => slow.ran() === 1, "the work");
    it.fake.world.advance(16 * 60_000);
    slow.finish();
    const talk = directChannelOf(it.fake.world, it.vic.user.id);
    await it.fake.until(() => talk.messages.some(({ embeds }) => embeds[0]?.title === "Finished"), "a private answer");
    expect(it.place.messages.filter(({ onlyFor }) => onlyFor === null)).toEqual([]);
  });

  test("without private messages only that fact is said in the channel", async () => {
    const slow = slowCommand();
    const it = await start({ commands: [...COMMANDS, slow.command] });
    it.fake.world.closedTo.add(it.vic.user.id);
    await it.vic.command("slow");
    await it.fake.until(() => slow.ran() === 1, "the work");
    it.fake.world.advance(16 * 60_000);
    slow.finish();
    expect((await it.posted(/could not be delivered/)).content).not.toContain("Finished");
  });

  test("a stop waits for what was taken", async () => {
    const slow = slowCommand();
    const it = await start({ commands: [...COMMANDS, slow.command] });
    const asked = await it.vic.command("slow");
    await it.fake.until(() => slow.ran() === 1, "the work");
    const stopped = it.stop();
    slow.finish();
    await stopped;
    expect((await it.fake.answerTo(asked)).embeds[0]?.title).toBe("Finished");
  });
});

describe("repetitions and strangers", () => {
  test("the same interaction three times is one run and one answer", async () => {
    const slow = slowCommand();
    const it = await start({ commands: [...COMMANDS, slow.command] });
    const asked = await it.vic.command("slow");
    for (const _ of [1, 2]) it.fake.gateway.dispatch("INTERACTION_CREATE", it.vic.last());
    slow.finish();
    await it.outcomeOf(asked);
    // Whatever came after them was taken after them.
    await it.outcomeOf(await it.vic.command("whoami"));
    expect(slow.ran()).toBe(1);
    expect(asked.followUps).toEqual([]);
  });

  test("a private talk is for members of our servers, with the roles they have there", async () => {
    const it = await start();
    const stranger = it.fake.inPrivate(addUser(it.fake.world, "eve"));
    const refused = await it.outcomeOf(await stranger.command("whoami"));
    expect(refused.mine?.embeds[0]?.title).toBe("I do not know you");
    const known = await it.outcomeOf(await it.fake.inPrivate(it.ben.user).command("whoami"));
    expect(JSON.stringify([known.mine?.content, known.mine?.embeds])).toContain("approver");
  });
});

describe("over HTTP", () => {
  test("signed interactions are answered by the same handlers", async () => {
    const it = await start({ mode: "http" });
    const { mine } = await it.outcomeOf(await it.ada.command("finops", say("help")));
    expect(mine?.embeds[0]?.title).toBe("What you can ask");
    if (mine === null) throw new Error("not answered");
    const pressed = await it.outcomeOf(await it.ada.press(mine, "cost yesterday"));
    expect(pressed.mine?.embeds[0]?.title).toMatch(/\S/);
  });
});

describe("when Discord is away", () => {
  test("cards wait and arrive once, after a storm of 500s and lost answers", async () => {
    const it = await start();
    it.fake.world.faults.push(
      { method: "POST", path: /\/messages$/, how: { status: 502 }, times: 2 },
      { method: "POST", path: /\/messages$/, how: "lost", times: 1 },
    );
    for (const n of [1, 2, 3]) {
      await enqueuePost((db as TestDatabase).sql, {
        channel: `discord:${it.place.id}`,
        key: `k${n}`,
        card: plainCard(`card ${n}`),
      });
    }
    await it.posted(/card 3/);
    expect(it.place.messages.map(({ embeds }) => embeds[0]?.title)).toEqual(["card 1", "card 2", "card 3"]);
  });

  test("an acknowledgement whose line breaks is sent again: the asker sees the answer, and nothing beside it", async () => {
    const it = await start();
    const callback = { method: "POST", path: /\/callback$/ } as const;
    for (const how of ["lost", { status: 502 }] as const) {
      // Twice the client's own tries: the second of a lost one finds it acknowledged.
      it.fake.world.faults.push({ ...callback, how, times: 3 });
      const { mine } = await it.outcomeOf(await it.vic.command("whoami"));
      expect(mine?.embeds[0]?.title).toMatch(/vic/);
      it.fake.world.faults.splice(0);
    }
    expect(directChannelOf(it.fake.world, it.vic.user.id).messages).toEqual([]);
  });

  test("nobody is kept from starting, and it recovers by itself", async () => {
    const it = await start();
    await it.stop();
    await it.fake.stop();
    await it.start();
    await it.fake.until(() => !it.surface().state().ok, "a finding");
    await it.fake.start();
    await it.fake.until(() => it.surface().state().ok, "recovery");
    expect((await it.outcomeOf(await it.ada.command("whoami"))).mine).not.toBeNull();
  });
});

describe("a channel the bot may not write to", () => {
  const takeAway = {
    "a right is missing": (it: TestBot) => {
      it.place.denied = bits("sendMessages");
      return () => (it.place.denied = 0n);
    },
    "it is hidden from the bot": (it: TestBot) => {
      it.place.denied = bits("viewChannel");
      return () => (it.place.denied = 0n);
    },
    "the bot was kicked": (it: TestBot) => {
      const { members } = it.guild;
      const { id } = it.fake.world.bot;
      const own = members.get(id);
      members.delete(id);
      return () => own !== undefined && members.set(id, own);
    },
  } as const;

  test.each(Object.entries(takeAway))(
    "%s: admins are told once, it is in status, tried again later, and all arrives when it may",
    async (_, refuse) => {
      const it = await start();
      const { sql } = db as TestDatabase;
      const mend = refuse(it);
      const address = `discord:${it.place.id}`;
      for (const n of [1, 2, 3])
        await enqueuePost(sql, { channel: address, key: `k${n}`, card: plainCard(`card ${n}`) });
      const told = () => sql<{ card: { title: string } }[]>`
        select card from outbox where channel = 'finops' and key like 'undelivered:discord:%'`;
      await vi.waitFor(
        async () => expect((await told()).map(({ card }) => card.title)).toEqual(["Cards do not reach discord"]),
        WAIT,
      );
      const state = await outboxState(sql, "discord");
      expect(state.places.find(({ place }) => place === address)).toMatchObject({
        // The three, and the word to admins, which goes here too.
        waiting: 4,
        refusedSince: expect.any(String),
        reason: expect.stringMatching(/Missing (Access|Permissions)/),
      });
      const ctx = testContext(db as TestDatabase, { dataDir: "/tmp" });
      expect(JSON.stringify((await dispatch({ ctx, text: "status" })).card)).toContain(address);
      const [lane] = await sql<{ later: boolean }[]>`
        select not_before > now() + interval '30 minutes' as later from outbox_lane where channel = ${address}`;
      expect(lane?.later).toBe(true);

      const refused = it.guild.members.has(it.fake.world.bot.id) ? 1 : 2;
      await vi.waitFor(async () => {
        const { places } = await outboxState(sql, "discord");
        expect(places.filter(({ refusedSince }) => refusedSince !== null)).toHaveLength(refused);
      }, WAIT);
      mend();
      // Where it was kicked from, the other channel took no word to admins either.
      for (const { place, refusedSince } of (await outboxState(sql, "discord")).places) {
        if (refusedSince === null) continue;
        expect((await dispatch({ ctx, text: `outbox retry ${place}` })).exitCode).toBe(0);
      }
      await it.posted(/card 3/);
      await vi.waitFor(
        async () => expect((await told()).map(({ card }) => card.title)).toEqual(["Delivery to discord works again"]),
        WAIT,
      );
      expect(it.place.messages.flatMap(({ embeds }) => /^card/.exec(embeds[0]?.title ?? "") ?? [])).toHaveLength(3);
    },
  );
});

describe("being invited", () => {
  const invite = async (it: TestBot, known: boolean) => {
    const { world } = it.fake;
    const guild = known ? it.guild : addGuild(world, "somewhere else");
    const hall = addChannel(world, { guild, name: "general" });
    guild.systemChannelId = hall.id;
    if (known) it.fake.gateway.dispatch("GUILD_DELETE", { id: guild.id });
    for (let times = 0; times < 2; times += 1)
      it.fake.gateway.dispatch("GUILD_CREATE", guildCreatePayload(world, guild));
    await it.fake.until(() => hall.messages.length > 0, "a welcome");
    // Whatever came after it was taken after it.
    await it.outcomeOf(await it.vic.command("whoami"));
    return hall.messages.map(({ embeds }) => embeds[0]?.title);
  };

  test("to a server of ours it says what is next, once", async () => {
    expect(await invite(await start(), true)).toEqual([expect.stringMatching(/Getting started|set up/)]);
  });

  test("to a server that is not ours it says how it becomes one, and shows nothing", async () => {
    expect(await invite(await start(), false)).toEqual(["This server is not set up"]);
  });
});

test("doctor names what is missing, and the step that mends it", async () => {
  const it = await start();
  it.place.denied = bits("attachFiles");
  const settings = {
    mode: "gateway",
    apiUrl: it.fake.apiUrl,
    token: it.fake.world.token,
    publicKey: null,
    applicationId: null,
    guildIds: [it.guild.id, "111111111111111111"],
    commands: "global",
  } as const;
  const check = (over: Partial<typeof settings> | { token: string } = {}) =>
    checkDiscord({
      settings: { ...settings, ...over },
      commands: COMMANDS,
      places: [it.place.id, it.copy.id, "222222222222222222"],
      now: it.fake.world.now,
    });
  const found = (await check()).filter(({ state }) => state === "failed").map(({ finding }) => finding);
  expect(found).toEqual([
    "not in the server 111111111111111111",
    "#finops lacks Attach Files (to attach charts)",
    "there is no channel 222222222222222222",
  ]);
  expect(await check({ token: "wrong".repeat(20) })).toMatchObject([{ check: "discord token", state: "failed" }]);
});
