import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test, vi } from "vitest";

import { enqueuePost } from "../../src/store/outbox.ts";
import { crowdedCard } from "../bot/crowded-card.ts";
import { testContext } from "../support/context.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { ANA, FINOPS_CHANNEL } from "./fake/fake-slack.ts";
import { buttonsOf, wordsOf } from "./fake/reading.ts";
import { startSlackService, type SlackService } from "./slack-service.ts";

let db: TestDatabase;
let dataDir: string;
let service: SlackService;
beforeAll(async () => {
  db = await createTestDatabase();
  dataDir = await mkdtemp(join(tmpdir(), "slack-crowded-"));
  service = await startSlackService(testContext(db, { dataDir }));
});
afterAll(async () => {
  await service.stop();
  await db.close();
  await rm(dataDir, { recursive: true, force: true });
});

test("what has no button of its own is picked from a menu: a command, an option, a form", async () => {
  const { slack } = service;
  await enqueuePost(db.sql, { channel: "finops", key: "crowded", card: crowdedCard });
  await service.deliver();
  const [card] = slack.posted(FINOPS_CHANNEL);
  if (card === undefined) throw new Error("nothing was posted");
  expect(buttonsOf(card.blocks)).toEqual(
    expect.arrayContaining(["Example 25", "Who am I", "Topic: Budgets", "Look up…"]),
  );
  const answered = async (press: () => Promise<unknown>): Promise<string> => {
    const before = slack.whispered(ANA).length;
    slack.advance(2_000);
    await press();
    await vi.waitFor(() => expect(slack.whispered(ANA).length).toBeGreaterThan(before), { timeout: 15_000 });
    return wordsOf(slack.whispered(ANA).at(-1)?.blocks ?? []);
  };
  expect(await answered(() => slack.ana.click(card, "Who am I"))).toContain("viewer");
  expect(await answered(() => slack.ana.click(card, "Topic: Budgets"))).toContain("budget");
  await slack.ana.click(card, "Look up…");
  await vi.waitFor(() => slack.ana.form(), { timeout: 15_000 });
  expect(await answered(() => slack.ana.submit({ Topic: "budget" }))).toContain("budget");
});
