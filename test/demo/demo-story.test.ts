import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { dispatch } from "../../src/bot/dispatch.ts";
import { TOUR_STEPS, tourCard } from "../../src/bot/views/tour-card.ts";
import type { SampleAnswers } from "../../src/demo/answers.ts";
import { fixedClock } from "../../src/domain/clock.ts";
import { addDays } from "../../src/domain/period.ts";
import { RECOMMENDATION_STATES } from "../../src/domain/recommendation.ts";
import { DEMO_ACTS, DEMO_RENDER, demoSettings } from "../../src/jobs/demo-acts.ts";
import type { Context } from "../../src/service/context.ts";
import { findWaste } from "../../src/service/find-waste.ts";
import { listBudgets, stateOfView } from "../../src/service/list-budgets.ts";
import { continueDemoStory, loadDemo, type DemoAnswer } from "../../src/service/load-demo.ts";
import { addSamplePeople } from "../../src/service/sample-people.ts";
import { readSampleState } from "../../src/service/sample-state.ts";
import { verifyAudit } from "../../src/service/verify-audit.ts";
import { listRecommendations } from "../../src/store/recommendations.ts";
import { createTestDatabase } from "../support/database.ts";
import { testContext } from "../support/context.ts";
import { typedCommands } from "../../src/bot/typed-command.ts";

/** A first start: two months and a half of three clouds through the real ingest, then everything people did. */
const LOAD_TIMEOUT_MS = 240_000;
let database: Awaited<ReturnType<typeof createTestDatabase>>;
let ctx: Context;
let answers: SampleAnswers;
const load = (on: Context): Promise<DemoAnswer> => loadDemo({ ctx: on, input: { story: DEMO_RENDER } });

beforeAll(async () => {
  database = await createTestDatabase();
  ctx = testContext(database, { today: "2026-11-22", dataDir: await mkdtemp(join(tmpdir(), "demo-story-")) });
  await addSamplePeople(database.sql);
  ({ answers } = await load(ctx));
}, LOAD_TIMEOUT_MS);
afterAll(async () => {
  await database.close();
  await rm(ctx.dataDir, { recursive: true, force: true });
});

/** Everything that could have changed: what is stored, decided, agreed, posted. */
async function everything(): Promise<Record<string, string>> {
  const [row] = await database.sql<Record<string, string>[]>`
    select (select count(*) from ingest_batch)::text as batches, (select max(id) from ingest_batch)::text as newest,
      (select string_agg(id || state || revision, ',' order by id) from recommendation) as recommendations,
      (select count(*) from decision)::text as decisions, (select count(*) from audit_event)::text as audit,
      (select count(*) from budget)::text as budgets, (select count(*) from outbox)::text as posts,
      (select count(*) from fx_rate)::text as rates, (select count(*) from principal)::text as people`;
  return row ?? {};
}

describe("the sample estate on its first start", () => {
  test("has recommendations in every state there is, each where the answer key says", async () => {
    const known = await listRecommendations(database.sql);
    const stateOf = (resource: string) => known.find(({ finding }) => finding.resource === resource)?.state;
    expect(answers.decided.map(({ resource }) => ({ resource, state: stateOf(resource) }))).toEqual(
      answers.decided.map(({ resource, state }) => ({ resource, state })),
    );
    const states = new Set(known.map(({ state }) => state));
    expect(RECOMMENDATION_STATES.filter((state) => !states.has(state))).toEqual([]);
  });

  test("shows exactly the waste that was planted as proven", async () => {
    const { findings } = await findWaste({ ctx, input: { scope: [] } });
    const found = findings
      .filter(({ confidence }) => confidence === "A")
      .map(({ rule, resource }) => `${rule} ${resource}`);
    expect(found.sort()).toEqual(answers.planted.map(({ rule, resource }) => `${rule} ${resource}`).sort());
  });

  test("was restated once: the figures of the first delivery are gone", async () => {
    const [first] = answers.restated;
    const final = answers.bills.find(({ provider, month }) => provider === first?.provider && month === first.month);
    const [row] = await database.sql<{ billed: string; files: string }[]>`
      select sum(c.billed_cost)::text as billed, count(distinct b.id)::text as files
      from charge c join active_batch a on a.batch_id = c.batch_id join ingest_batch b on b.id = a.batch_id
      where b.provider = ${final?.provider ?? ""} and b.billing_month = ${`${final?.month ?? ""}-01`}`;
    expect(Number(row?.billed)).toBeCloseTo(Number(final?.totals.billed), 9);
    expect(final?.totals.billed).not.toBe(first?.totals.billed);
  });

  test("has budgets that are spent, will be, and hold", async () => {
    const states = (await listBudgets({ ctx, input: {} })).map(stateOfView);
    expect(states).toContain("over");
    expect(states).toContain("on-track");
    expect(states.length).toBe(3);
  });

  test("every button of the tour answers with something real", async () => {
    expect(
      tourCard()
        .actions.flatMap(typedCommands)
        .map(({ command }) => command),
    ).toEqual(TOUR_STEPS.map(({ command }) => command));
    for (const { command } of [...TOUR_STEPS, { command: "tour" }]) {
      const { card, exitCode } = await dispatch({ ctx, text: command });
      expect(`${command}: ${exitCode} ${card.tone}`).not.toMatch(/: [12] /);
      expect(JSON.stringify(card)).not.toMatch(/no rate|no bills/i);
    }
    const euros = await dispatch({ ctx, text: "cost last month by provider in USD --json" });
    expect(JSON.stringify(euros.data)).not.toContain('"currency":"EUR"');
  });

  test("keeps an audit trail that verifies", async () => {
    expect((await verifyAudit({ ctx, input: { anchors: null } })).intact).toBe(true);
  });
});

describe("later starts", () => {
  test(
    "on the same day change nothing",
    async () => {
      const before = await everything();
      expect(await continueDemoStory({ ctx, input: { render: DEMO_RENDER } })).toBe(false);
      const again = await load(ctx);
      expect(new Set(again.ingest.batches.map(({ status }) => status))).toEqual(new Set(["unchanged"]));
      expect(await everything()).toEqual(before);
    },
    LOAD_TIMEOUT_MS,
  );

  test(
    "on a later day extend what is there, without a word about missing data",
    async () => {
      const settings = demoSettings(ctx.settings);
      const later = { ...ctx, settings, clock: fixedClock(addDays(ctx.clock.today(), 3)) };
      expect(await readSampleState(later)).toBe("stale");
      const given = { ctx: later, schedule: { channel: null, scope: [] } } as unknown as Parameters<
        typeof DEMO_ACTS.detection
      >[0];
      expect((await DEMO_ACTS.detection(given)).posts).toEqual([]);
      const done = await DEMO_ACTS.ingest(given);
      expect([done.status, done.posts.length]).toEqual(["done", 0]);
      expect(await readSampleState(later)).toBe("current");
      const again = await load(later);
      expect(again.answers.from).toBe(answers.from);
      const statuses = again.ingest.batches.map(({ status }) => status);
      expect(new Set(statuses)).toEqual(new Set(["unchanged"]));
      const [row] = await database.sql<{ count: string; days: string }[]>`
      select count(*)::text as count, (max(last_day) - min(first_day) + 1)::text as days
      from active_batch a join ingest_batch b on b.id = a.batch_id`;
      expect(row).toEqual({ count: "9", days: "85" });
    },
    LOAD_TIMEOUT_MS,
  );
});
