import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { dispatch } from "../../src/bot/dispatch.ts";
import { digestCard } from "../../src/bot/views/digest-card.ts";
import { buildDigest } from "../../src/service/build-digest.ts";
import { readWindow } from "../../src/store/message-window.ts";
import { enqueuePost } from "../../src/store/outbox.ts";
import { slackUsersOf } from "../../src/store/slack.ts";
import { insertPerson, linkIdentity } from "../../src/store/people.ts";
import { openBudgets, type BudgetEstate } from "../budgets/support.ts";
import { ANA, FINOPS_CHANNEL } from "./fake/fake-slack.ts";
import { buttonsOf, liveMentions, wordsOf } from "./fake/reading.ts";
import type { FakeMessage } from "./fake/state.ts";
import { startSlackService, type SlackService } from "./slack-service.ts";

/** A busy machine is slow, not wrong. */
const PATIENT = { timeout: 20_000 };
const TODAY = "2026-09-18";
let estate: BudgetEstate;
let service: SlackService;
beforeEach(async () => {
  estate = await openBudgets();
  const { sql } = estate.db;
  await insertPerson(sql, { id: "ana", handle: "ana", name: "ana", role: "admin", scope: [], origin: "chat" });
  await linkIdentity(sql, { surface: "slack", externalId: ANA, personId: "ana", origin: "chat" });
  await estate.load({ month: "2026-08", cost: "10" });
  await estate.load({ month: "2026-09", through: "2026-09-16", cost: (day) => (day > "2026-09-10" ? "20" : "10") });
  service = await startSlackService(estate.at(TODAY));
});
afterEach(async () => {
  await service.stop();
  await estate.close();
});

test("a budget alert calls its owner once, is acknowledged in Slack, and every copy says by whom", async () => {
  const { slack } = service;
  const { sql } = estate.db;
  // Two people who bear it: one is linked here, the other is not and has a name that would call everybody.
  const hostile = { id: "eve", handle: "eve", name: `<!channel> <@${ANA}>`, role: "viewer" as const };
  await insertPerson(sql, { ...hostile, scope: [], origin: "chat" });
  await sql`insert into owner (scope, principal_id, set_by) values ('[]', 'ana', 'ana'), ('[]', 'eve', 'ana')`;
  const calls = ({ text, blocks }: FakeMessage): string[] => liveMentions(text, blocks);
  const owner = [JSON.stringify({ type: "user", user_id: ANA })];
  const set = await dispatch({
    ctx: estate.at("2026-09-05"),
    text: "budget set payments 400 USD at 50,80,100 forecast none",
  });
  expect(set.exitCode).toBe(0);
  await estate.evaluate(TODAY);
  await service.deliver();
  const [alert] = slack.posted(FINOPS_CHANNEL).filter(({ text }) => text.includes("payments"));
  if (alert === undefined) throw new Error("no alert in Slack");
  expect(calls(alert)).toEqual(owner);
  expect(wordsOf(alert.blocks)).toContain("own this: acknowledge it");
  // A question about it calls nobody.
  await slack.ana.command(FINOPS_CHANNEL, "budget show payments");
  await vi.waitFor(() =>
    expect(
      slack
        .whispered(ANA)
        .map((one) => one.text)
        .join(),
    ).toContain("Budget payments"),
  );
  expect(slack.whispered(ANA).flatMap(calls)).toEqual([]);
  const label = buttonsOf(alert.blocks).find((one) => one.startsWith("Acknowledge")) ?? "";
  await slack.ana.click(alert, label);
  await vi.waitFor(async () => {
    await service.deliver();
    expect(alert.text).toMatch(/Acknowledged by ana/i);
    const reader = { personId: "reader", scope: [] };
    const { messages: web } = await readWindow(sql, { channel: "finops", reader, place: { at: "end" }, limit: 50 });
    expect(web.some(({ card }) => JSON.stringify(card).includes("Acknowledged by ana"))).toBe(true);
  }, PATIENT);
  expect(calls(alert)).toEqual([]);
  expect(slack.posted(FINOPS_CHANNEL).filter(({ ts }) => ts === alert.ts)).toHaveLength(1);
  // The next threshold is asked anew, in the thread; who wants no notices is named and not called.
  await estate.load({ month: "2026-09", through: "2026-09-16", cost: "21" });
  await estate.evaluate(TODAY);
  const next = await vi.waitFor(async () => {
    await service.deliver();
    const told = slack.posted(FINOPS_CHANNEL).find((one) => one.threadTs === alert.ts && /80% spent/.test(one.text));
    if (told === undefined) throw new Error("the next threshold was not told");
    return told;
  }, PATIENT);
  expect(calls(next)).toEqual(owner);
  await sql`update principal set preferences = '{"notify":"none"}' where id = 'ana'`;
  expect(await slackUsersOf(sql, ["ana"], null)).toEqual(new Map());
});

test("a digest comes with its picture, words for it, and the total", async () => {
  const { slack } = service;
  const digest = await buildDigest({ ctx: estate.at(TODAY), input: {} });
  await enqueuePost(estate.db.sql, {
    channel: "finops",
    key: "digest:1",
    card: digestCard(digest),
    priority: "digest",
  });
  await service.deliver();
  const [message] = slack.posted(FINOPS_CHANNEL);
  const picture = message?.blocks.find(({ type }) => type === "image");
  expect(picture?.["alt_text"]).toMatch(/\w/);
  expect(message?.text).toMatch(/\$20\.00/);
  expect(wordsOf(message?.blocks ?? [])).toMatch(/\$20\.00/);
});
