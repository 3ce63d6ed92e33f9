import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { deliverDue } from "../../src/bot/deliver-outbox.ts";
import { createWebChannel } from "../../src/bot/channels/web/web-channel.ts";
import { renderRestated } from "../../src/jobs/post-digest.ts";
import type { Context } from "../../src/service/context.ts";
import { restateDigests } from "../../src/service/restate-digests.ts";
import { setChannelScope } from "../../src/store/conversations.ts";
import { configureMirrors } from "../../src/store/outbox.ts";
import { reapPostedDigests } from "../../src/store/posted-digests.ts";
import { createRecordingChannel } from "../bot/recording-channel.ts";
import { openBudgets, type BudgetEstate } from "../budgets/support.ts";
import { settableClock } from "../support/schedules.ts";
import { addPeople, asPerson, PAYMENTS, runDue, say } from "./support.ts";

let loaded: string;
let estate: BudgetEstate;
const clock = settableClock("2026-09-17T12:00:00Z");
beforeAll(async () => {
  const { db, load, leave } = await openBudgets();
  await addPeople(db);
  await configureMirrors(db.sql, [{ name: "finops", also: ["slack:C1"] }]);
  await load({ month: "2026-08", cost: "10" });
  await load({ month: "2026-09", through: "2026-09-17", cost: "10" });
  loaded = db.name;
  await leave();
});
beforeEach(async () => {
  estate = await openBudgets({}, loaded);
  clock.set("2026-09-17T12:00:00Z");
});
afterEach(() => estate.close());

const ada = () => asPerson({ db: estate.db, clock }, "ada");
const ctx = (): Context => ({ ...estate.ctx, clock });
const restate = () => restateDigests({ ctx: ctx(), input: { render: renderRestated } });

type Row = { channel: string; key: string; revision: number; title: string; summary: string; status: string | null };
/** Digest cards as they are wanted in every place, and what their threads were told of restatements. */
async function cards(): Promise<Row[]> {
  const rows = await estate.db.sql<Row[]>`
    select channel, key, revision, card ->> 'title' as title, card ->> 'summary' as summary, card ->> 'status' as status
    from outbox where under is null and key like 'digest:%' and kind in ('post', 'private') order by id`;
  return [...rows];
}
async function news(): Promise<{ channel: string; summary: string }[]> {
  const rows = await estate.db.sql<{ channel: string; summary: string }[]>`
    select channel, card ->> 'summary' as summary from outbox
    where under is not null and card ->> 'title' = 'Restated' order by id`;
  return [...rows];
}

/** Subscribes, and lets the digest come at nine on the 18th. */
async function posted(words = "daily UTC"): Promise<void> {
  await say(ada(), `digest subscribe ${words}`);
  clock.set("2026-09-18T09:00:00Z");
  await runDue(ctx());
}
/** The day the posted digest is about. */
async function shownDay(): Promise<string> {
  const [row] = await estate.db.sql<{ day: string }[]>`select digest ->> 'day' as day from posted_digest`;
  return row?.day ?? "";
}
/** The month again with one day otherwise, and a day more. */
const reload = (cost: string, on: string) =>
  estate.load({ month: "2026-09", through: "2026-09-18", cost: (at) => (at === on ? cost : "10") });

describe("a day a posted digest shows is restated", () => {
  test("every copy is edited once and says by how much; its thread is told; what was said of savings stays", async () => {
    await posted();
    const [before] = await cards();
    expect([before?.revision, before?.status, before?.summary]).toEqual([
      1,
      null,
      expect.stringContaining("$10.00 on"),
    ]);
    expect(await restate()).toEqual([]);
    const day = await shownDay();
    await reload("12.5", day);
    expect(await restate()).toEqual([before?.key]);
    expect(await restate()).toEqual([]);
    const after = await cards();
    expect(after.map(({ channel, revision }) => [channel, revision])).toEqual([
      ["finops", 2],
      ["slack:C1", 2],
    ]);
    for (const card of after) {
      expect(card.summary).toContain("$12.50 on");
      expect(card.status).toBe("Restated 2026-09-18: $10.00 was posted, +$2.50");
    }
    expect(await news()).toEqual([
      { channel: "finops", summary: expect.stringContaining("$12.50 instead of $10.00 (+$2.50)") },
      { channel: "slack:C1", summary: expect.stringContaining("$12.50 instead of $10.00 (+$2.50)") },
    ]);
  });

  test("what people see: posted, edited in place, told in the thread, in each place", async () => {
    await posted();
    const slack = createRecordingChannel("slack");
    const deliver = () =>
      deliverDue({ sql: estate.db.sql, channels: [createWebChannel(estate.db.sql), slack], log: ctx().log });
    await deliver();
    await reload("12.5", await shownDay());
    await restate();
    await deliver();
    const [shown] = await estate.db.sql<{ revision: number; status: string; replies: number }[]>`
      select revision, card ->> 'status' as status, replies from message
      where channel = 'finops' and key like 'digest:%' and thread is null`;
    expect(shown).toMatchObject({ revision: 2, status: expect.stringContaining("$10.00 was posted") });
    const edits = slack.sent.filter(({ act, title }) => act === "update" && !/changed|bills/i.test(title));
    expect(edits.map(({ posting }) => (posting.card as { status?: string }).status)).toEqual([
      "Restated 2026-09-18: $10.00 was posted, +$2.50",
    ]);
  });

  test("measured by what was posted first, however often; back again says so", async () => {
    await posted();
    const on = await shownDay();
    await reload("12.5", on);
    await restate();
    await reload("13", on);
    await restate();
    expect((await cards())[0]?.status).toBe("Restated 2026-09-18: $10.00 was posted, +$3.00");
    await reload("10", on);
    await restate();
    expect((await cards())[0]).toMatchObject({
      revision: 4,
      status: "Restated 2026-09-18: as first posted again",
      summary: expect.stringContaining("$10.00 on"),
    });
  });

  test("another day of its picture: edited, the total stands, nobody is told apart", async () => {
    await posted();
    await reload("99", "2026-09-10");
    expect(await restate()).toHaveLength(1);
    expect((await cards())[0]).toMatchObject({
      revision: 2,
      status: "Restated 2026-09-18: 1 bar of the picture, the total stands",
    });
    expect(await news()).toEqual([]);
  });

  test("a cent in a hundred dollars is edited, and not announced", async () => {
    await posted();
    const on = await shownDay();
    await reload("10.01", on);
    expect(await restate()).toHaveLength(1);
    expect(await news()).toEqual([]);
  });

  test("a new day alone restates nothing", async () => {
    await posted();
    await estate.load({ month: "2026-09", through: "2026-09-18", cost: "10" });
    expect(await restate()).toEqual([]);
  });

  test("in a private talk, too; weekly and monthly ones by what they show", async () => {
    await say(ada(), "digest subscribe monthly UTC");
    await posted("weekly UTC in me");
    clock.set("2026-10-05T09:00:00Z");
    await estate.load({ month: "2026-09", cost: "10" });
    await runDue(ctx());
    expect((await cards()).map(({ channel }) => channel).toSorted()).toEqual(["@person_ada", "finops", "slack:C1"]);
    await estate.load({ month: "2026-09", cost: (at) => (at === "2026-09-25" ? "20" : "10") });
    expect(await restate()).toHaveLength(2);
    for (const { channel, status, summary } of await cards()) {
      expect([channel, status]).toEqual([channel, expect.stringMatching(/ was posted, \+\$10\.00$/)]);
      expect(summary).toContain(channel === "@person_ada" ? "$80.00 in the week" : "$310.00 in September");
    }
  });

  test("two processes at once edit it once", async () => {
    await posted();
    const on = await shownDay();
    await reload("12.5", on);
    const edits = await Promise.all([restate(), restate(), restate()]);
    expect(edits.flat()).toHaveLength(1);
    expect((await cards()).map(({ revision }) => revision)).toEqual([2, 2]);
    expect(await news()).toHaveLength(2);
  });

  test.each([
    ["its channel may show less by now", () => setChannelScope(estate.db.sql, "finops", PAYMENTS)],
    [
      "whoever subscribed may see less by now",
      () =>
        estate.db.sql`update principal set scope = ${JSON.stringify(PAYMENTS)}::text::jsonb where id = 'person_ada'`,
    ],
    [
      "it is history",
      async () => {
        await estate.db.sql`update posted_digest set posted_at = now() - interval '46 days'`;
        expect(await reapPostedDigests(estate.db.sql)).toBe(1);
      },
    ],
  ])("not edited when %s", async (_, change) => {
    await posted();
    const on = await shownDay();
    await reload("12.5", on);
    await change();
    expect(await restate()).toEqual([]);
    expect((await cards())[0]?.revision).toBe(1);
  });
});
