import { afterEach, describe, expect, test } from "vitest";

import type { Command } from "../../src/bot/command.ts";
import { COMMANDS } from "../../src/bot/commands.ts";
import { checkDiscord } from "../../src/bot/channels/discord/check-discord.ts";
import { enqueuePost } from "../../src/store/outbox.ts";
import { plainCard } from "../bot/arbitrary-card.ts";
import { testContext } from "../support/context.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { startBot, type BotOptions, type TestBot } from "./bot.ts";
import { bits } from "./fake/payloads.ts";
import { addUser, directChannelOf } from "./fake/world.ts";

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
