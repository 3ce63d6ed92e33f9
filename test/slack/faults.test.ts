import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { createWebChannel } from "../../src/bot/channels/web/web-channel.ts";
import { MAYBE_TWICE } from "../../src/bot/channels/slack/slack-channel.ts";
import { deliverDue } from "../../src/bot/deliver-outbox.ts";
import type { InboundBase } from "../../src/bot/handle-inbound.ts";
import { enqueuePost } from "../../src/store/outbox.ts";
import { plainCard } from "../bot/arbitrary-card.ts";
import { testContext } from "../support/context.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { silent } from "./channel-support.ts";
import { FINOPS_CHANNEL, PAYMENTS_CHANNEL, startFakeSlack, type FakeSlack } from "./fake/fake-slack.ts";
import { wordsOf } from "./fake/reading.ts";
import { startSlackService, type SlackService } from "./slack-service.ts";

let db: TestDatabase;
let base: InboundBase;
let slack: FakeSlack;
let service: SlackService | null;
beforeEach(async () => {
  db = await createTestDatabase({ connectionsMax: 8 });
  base = testContext(db, { dataDir: "/tmp" });
  slack = await startFakeSlack();
  service = null;
});
afterEach(async () => {
  await (service === null ? slack.close() : service.stop());
  await db.close();
});

/** Every pause is over, again and again, until nothing waits. */
async function deliverAll(running: SlackService): Promise<void> {
  await vi.waitFor(
    async () => {
      await db.sql`update outbox set next_attempt_at = now()`;
      await db.sql`update outbox_lane set not_before = now()`;
      await running.deliver();
      const [row] = await db.sql<{ waiting: number }[]>`
        select count(*)::int as waiting from outbox where revision_done < revision`;
      expect(row?.waiting).toBe(0);
    },
    { timeout: 30_000, interval: 10 },
  );
}

describe.each(["http", "socket"] as const)("a Slack that is away at the start, by %s", (mode) => {
  test("leaves the page working, is said, and is reached again by itself", async () => {
    await slack.down();
    service = await startSlackService(base, { slack, mode });
    const { surface } = service;
    await vi.waitFor(() => expect(surface.state().ok).toBe(false), { timeout: 10_000 });
    await enqueuePost(db.sql, { channel: "finops", key: "k", card: plainCard("news") });
    const web = createWebChannel(db.sql);
    expect(await deliverDue({ sql: db.sql, channels: [web], log: silent })).toBe(1);

    await slack.up();
    await vi.waitFor(() => expect(surface.state()).toEqual({ ok: true, finding: "connected" }), { timeout: 20_000 });
    await deliverAll(service);
    expect(slack.posted(FINOPS_CHANNEL).map(({ text }) => text)).toEqual(["news\nnews."]);
    expect((await slack.ana.command(FINOPS_CHANNEL, "help")).ok).toBe(true);
  });
});

test("a storm of errors and cut connections: nothing is lost, and what may be there twice says so", async () => {
  service = await startSlackService(base, { slack });
  const kinds = ["500", "reset", "html"] as const;
  for (let index = 0; index < 18; index += 1) {
    slack.api.faults.push({ methods: /chat\./, kind: kinds[index % 3] ?? "500", left: 1 });
  }
  for (let index = 0; index < 8; index += 1) {
    await enqueuePost(db.sql, {
      channel: `slack:${FINOPS_CHANNEL}`,
      key: `k${index}`,
      card: plainCard(`card ${index}`),
    });
  }
  await deliverAll(service);
  const posted = slack.posted(FINOPS_CHANNEL);
  expect(posted.map(({ text }) => text.split("\n")[0])).toEqual(
    Array.from({ length: 8 }, (_, index) => `card ${index}`),
  );
  // Where the answer was lost nobody can know: those say so.
  expect(posted.some(({ blocks }) => wordsOf(blocks).includes(MAYBE_TWICE))).toBe(true);
});

test("one channel's 429 stalls that channel alone", async () => {
  service = await startSlackService(base, { slack });
  slack.pace.limitChannel(FINOPS_CHANNEL, 600);
  for (const place of [FINOPS_CHANNEL, PAYMENTS_CHANNEL]) {
    await enqueuePost(db.sql, { channel: `slack:${place}`, key: "k", card: plainCard("card") });
  }
  await service.deliver();
  expect(slack.posted(FINOPS_CHANNEL)).toHaveLength(0);
  expect(slack.posted(PAYMENTS_CHANNEL)).toHaveLength(1);
  const [lane] = await db.sql<{ stalled: boolean }[]>`
    select not_before > now() + interval '9 minutes' as stalled from outbox_lane
    where channel = ${`slack:${FINOPS_CHANNEL}`}`;
  expect(lane?.stalled).toBe(true);
});

test("an answer that some proxy took with a page is told in the talk with the person instead", async () => {
  service = await startSlackService(base, { slack });
  slack.api.faults.push({ methods: /response/, kind: "html", left: 1 });
  await slack.ana.command(FINOPS_CHANNEL, "whoami");
  await vi.waitFor(
    async () => {
      await service?.deliver();
      const talk = [...slack.state.channels.values()].find(
        ({ kind, user }) => kind === "im" && user === slack.ana.user,
      );
      expect(slack.posted(talk?.id ?? "").map(({ text }) => text)).toEqual([expect.stringContaining("You are")]);
    },
    { timeout: 15_000 },
  );
});

test("stopping answers what was taken", async () => {
  service = await startSlackService(base, { slack });
  await slack.ana.command(FINOPS_CHANNEL, "whoami");
  await service.surface.stop();
  // The acknowledgement and the answer.
  expect(slack.whispered("U0ANA000001")).toHaveLength(2);
});

test("a user group gives its members a role, and nobody else", async () => {
  slack.state.groups.set("S0FINANCE01", ["U0CLEO00001"]);
  const settings = {
    ...base.settings,
    people: { defaultRole: "viewer" as const, people: [], groups: { S0FINANCE01: "approver" as const } },
  };
  service = await startSlackService({ ...base, settings }, { slack, userGroups: { S0FINANCE01: "approver" } });
  const answerTo = async (person: typeof slack.cleo): Promise<string> => {
    const before = slack.whispered(person.user).length;
    await person.command(FINOPS_CHANNEL, "whoami");
    await vi.waitFor(() => expect(slack.whispered(person.user).length).toBe(before + 2), { timeout: 10_000 });
    return wordsOf(slack.whispered(person.user).at(-1)?.blocks ?? []);
  };
  expect(await answerTo(slack.cleo)).toMatch(/with the role approver/);
  expect(await answerTo(slack.ana)).toMatch(/with the role viewer/);
});

test("without a paid plan user groups give no role and break nothing", async () => {
  slack.state.features.paidPlan = false;
  const people = { defaultRole: "viewer" as const, people: [], groups: { S0FINANCE01: "approver" as const } };
  const settings = { ...base.settings, people };
  service = await startSlackService({ ...base, settings }, { slack, userGroups: { S0FINANCE01: "approver" } });
  await slack.cleo.command(FINOPS_CHANNEL, "whoami");
  await vi.waitFor(() => expect(slack.whispered(slack.cleo.user)).toHaveLength(2), { timeout: 10_000 });
  expect(wordsOf(slack.whispered(slack.cleo.user)[1]?.blocks ?? [])).toMatch(/with the role viewer/);
});
