import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "vitest";

import { enqueuePost } from "../../src/store/outbox.ts";
import { crowdedCard } from "../bot/crowded-card.ts";
import { testContext } from "../support/context.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { startBot, type TestBot } from "./bot.ts";
import type { FakeInteraction } from "./fake/world.ts";

let db: TestDatabase;
let dataDir: string;
let bot: TestBot;
beforeAll(async () => {
  db = await createTestDatabase({ connectionsMax: 8 });
  dataDir = await mkdtemp(join(tmpdir(), "discord-crowded-"));
  bot = await startBot({ base: testContext(db, { dataDir }) });
});
afterAll(async () => {
  await bot.close();
  await db.close();
  await rm(dataDir, { recursive: true, force: true });
});

test("what has no button of its own is picked from a menu: a command, an option, a form", async () => {
  await enqueuePost(db.sql, { channel: "finops", key: "crowded", card: crowdedCard });
  const card = await bot.posted(/crowded/);
  const answer = async (interaction: FakeInteraction): Promise<string> =>
    JSON.stringify((await bot.outcomeOf(interaction)).mine?.embeds ?? []);
  expect(await answer(await bot.vic.pick(card, "Who am I"))).toContain("viewer");
  expect(await answer(await bot.vic.pick(card, "Topic: Budgets"))).toContain("budget");
  const opened = await bot.vic.pick(card, "Look up…");
  await bot.fake.until(() => opened.callback, "a form");
  expect(await answer(await bot.vic.submit(opened, { Topic: "budget" }))).toContain("budget");
  bot.fake.requireNoViolations();
});
