import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { digestReplies } from "../../src/bot/views/digest-thread.ts";
import { dispatch } from "../../src/bot/dispatch.ts";
import type { CostAnswer } from "../../src/domain/contract.ts";
import { digestAnswer, type DigestAnswer } from "../../src/domain/contract-operations.ts";
import { parseAtoms } from "../../src/domain/money.ts";
import { addDays, day } from "../../src/domain/period.ts";
import { DEFAULT_SETTINGS } from "../../src/domain/settings.ts";
import { postDigest } from "../../src/jobs/post-digest.ts";
import { buildDigest } from "../../src/service/build-digest.ts";
import type { Context } from "../../src/service/context.ts";
import { loadDemo, type DemoAnswer } from "../../src/service/load-demo.ts";
import { runSchedule, type Act } from "../../src/service/run-schedule.ts";
import { insertRun, syncSchedules } from "../../src/store/schedules.ts";
import { testContext } from "../support/context.ts";
import { typedCommands } from "../../src/bot/typed-command.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { dailyDigest } from "../support/schedules.ts";

const TODAY = "2026-11-22";
let db: TestDatabase;
let ctx: Context;
let demo: DemoAnswer;
let digest: DigestAnswer;
let dataDir: string;

beforeAll(async () => {
  db = await createTestDatabase();
  dataDir = await mkdtemp(join(tmpdir(), "finops-digest-"));
  ctx = testContext(db, { today: TODAY, dataDir });
  demo = await loadDemo({ ctx, input: {} });
  digest = await buildDigest({ ctx, input: {} });
}, 120_000);
afterAll(async () => {
  await db.close();
  await rm(dataDir, { recursive: true, force: true });
});

async function ask(text: string): Promise<CostAnswer> {
  const { data, exitCode } = await dispatch({ ctx, text });
  expect(exitCode).toBe(0);
  return data as CostAnswer;
}

const pick = (list: readonly { amount: string; currency: string }[]) =>
  list.map(({ amount, currency }) => `${amount} ${currency}`);

const WITHOUT = "without tax,credits,refunds,corrections,adjustments,purchases";

test("the day is the last complete one: the estate's late day is not it", () => {
  expect(digest.day).toBe(addDays(demo.answers.lateDay, -1));
  expect(digestAnswer.parse(JSON.parse(JSON.stringify(digest)))).toBeDefined();
});

test("the headline is exactly what the cost command says of that day, per currency", async () => {
  expect(pick(digest.total)).toEqual(pick((await ask(`cost ${digest.day}`)).total));
  expect(digest.total.map(({ currency }) => currency)).toEqual(["USD", "EUR"]);
});

test("the change is the command's, on usage alone, against the same weekday a week before", async () => {
  const against = addDays(day(digest.day), -7);
  expect(digest.usage.against).toEqual({ from: against, to: addDays(against, 1) });
  const answer = await ask(`cost ${digest.day} vs ${against} ${WITHOUT}`);
  expect(digest.usage.total).toEqual(
    answer.total.map(({ amount, currency, previous, change }) => ({ amount, currency, previous, change })),
  );
});

test("usage and what stands apart add up to the headline", async () => {
  const first = "2026-11-01";
  const answer = await buildDigest({ ctx, input: { day: day(first) } });
  const kinds = await ask(`cost ${first} by kind`);
  expect(pick(answer.total)).toEqual(pick(kinds.total));
  const apart = kinds.rows.filter((row) => row.key["kind"] !== "usage");
  expect(answer.apart.map(({ kind, amount }) => [kind, amount])).toEqual(
    apart.map((row) => [row.key["kind"], row.amount]),
  );
  expect(answer.apart.length).toBeGreaterThan(0);
});

test("the month so far stands against the same days of the month before", async () => {
  expect(digest.soFar).toMatchObject([
    {
      unit: "month",
      name: "2026-11",
      period: { from: "2026-11-01", to: "2026-11-21" },
      previous: { from: "2026-10-01", to: "2026-10-21" },
    },
  ]);
  expect(pick(digest.soFar[0]?.total ?? [])).toEqual(pick((await ask("cost 2026-11-01..2026-11-21")).total));
});

test("what rose names the planted jump while it is news", async () => {
  const { costJump } = demo.answers;
  const answer = await buildDigest({ ctx, input: { day: day(costJump.from) } });
  expect(answer.risers[0]?.key["service"]).toBe(costJump.service);
});

test("the picture's days add up to what the cost command says of them", async () => {
  const { from, to } = digest.chart.receipt.period;
  expect(addDays(day(from), 30)).toBe(addDays(day(digest.day), 1));
  const whole = await ask(`cost ${from}..${to}`);
  const sum = (currency: string) =>
    [...digest.chart.rows, ...digest.chartApart.rows]
      .filter((row) => row.currency === currency)
      .reduce((atoms, row) => atoms + parseAtoms(row.amount), 0n);
  expect(whole.total.map(({ currency }) => [currency, sum(currency)])).toEqual(
    whole.total.map(({ currency, amount }) => [currency, parseAtoms(amount)]),
  );
});

test("first savings are the waste command's", async () => {
  const { data } = await dispatch({ ctx, text: "waste" });
  const waste = data as {
    findings: { id: string; confidence: string }[];
    total: { amount: string; currency: string }[];
  };
  const proven = waste.findings.filter(({ confidence }) => confidence === "A");
  expect(digest.savings.findings).toBe(proven.length);
  expect(pick(digest.savings.total)).toEqual(pick(waste.total));
  expect(digest.savings.top.map(({ id }) => id)).toEqual(proven.slice(0, 20).map(({ id }) => id));
});

describe("the card", () => {
  test("fits a phone: total, direction, cause and what to do in one sentence each, a picture, short lists", async () => {
    const { card } = await dispatch({ ctx, text: "digest now" });
    expect(card.title).toBe("Friday, 20 November");
    expect(card.summary).toMatch(
      /^\$[\d,.]+ \+ €[\d,.]+ on Friday, 20 November\. Usage (up|down) .+ on the Friday before, mostly .+, \$.+ more\. Next: see why .+ rose in .+\.$/,
    );
    expect(card.blocks.map(({ kind }) => kind)).toEqual(["chart", "list", "list", "facts"]);
    for (const block of card.blocks) expect(block.kind === "list" ? block.items.length : 0).toBeLessThanOrEqual(6);
  });

  test("when all sources have gone quiet, the card says how old its day is", async () => {
    const later = testContext(db, { today: "2027-03-01", dataDir });
    const { card } = await dispatch({ ctx: later, text: "digest now" });
    expect([card.tone, card.blocks[0]]).toEqual([
      "warning",
      {
        kind: "note",
        tone: "warning",
        text: "The newest complete day of all bills is 2026-11-20; nothing newer has arrived.",
      },
    ]);
  });

  test("every button is a question that is understood", async () => {
    const { card } = await dispatch({ ctx, text: "digest now" });
    for (const { command } of card.actions.flatMap(typedCommands)) {
      expect(await dispatch({ ctx, text: command }).then(({ exitCode }) => [command, exitCode])).toEqual([command, 0]);
    }
  });

  test("a currency without rates leaves each currency by itself instead of failing", async () => {
    const settings = { ...DEFAULT_SETTINGS, currency: "CHF" };
    const both = await buildDigest({ ctx: { ...ctx, settings }, input: {} });
    expect(both.total.map(({ currency }) => currency)).toEqual(["USD", "EUR"]);
    await db.sql`insert into fx_rate (day, base, quote, rate, origin)
      select d::date, base, 'CHF', 1.1, 'test' from unnest(array['EUR', 'USD']) as base,
        generate_series('2026-08-01'::date, '2026-11-22', '1 day') as d`;
    const one = await buildDigest({ ctx: { ...ctx, settings }, input: {} });
    expect(one.total.map(({ currency }) => currency)).toEqual(["CHF"]);
    const asked = await ask(`cost ${digest.day} in CHF`);
    expect(pick(one.total)).toEqual(pick(asked.total));
  });

  test("words nobody understands get a suggestion", async () => {
    const { card, exitCode } = await dispatch({ ctx, text: "digest lst" });
    expect([exitCode, JSON.stringify(card)]).toEqual([2, expect.stringContaining("digest list")]);
  });
});

describe("by schedule", () => {
  const dueAt = Date.parse("2026-11-22T08:00:00Z");
  const run = (act: Act, at = dueAt) =>
    runSchedule({ ctx, input: { schedule: "daily-digest", dueAt: at, act, lastAttempt: false } });

  test("digest and, once a week, waste are posted once; a late one says so", async () => {
    await syncSchedules(db.sql, [dailyDigest()], ctx.clock.now());
    await insertRun(db.sql, { schedule: "daily-digest", dueAt, late: true });
    expect(await run(postDigest)).toBe("done");
    expect(await run(postDigest)).toBe("already");
    const next = dueAt + 3_600_000;
    await insertRun(db.sql, { schedule: "daily-digest", dueAt: next, late: false });
    expect(await run(postDigest, next)).toBe("done");
    const rows = await db.sql<{ key: string; under: string | null; status: string | null }[]>`
      select key, under, card ->> 'status' as status from outbox order by id`;
    expect(rows.filter(({ under }) => under === null).map(({ key, status }) => [key, status])).toEqual([
      [`digest:daily-digest:${dueAt}`, "Late: was due Sun 22 Nov, 09:00"],
      ["waste:daily-digest:2026-11-16", null],
      [`digest:daily-digest:${next}`, null],
    ]);
    const first = `digest:daily-digest:${dueAt}`;
    expect(rows.filter(({ under }) => under === first).map(({ key }) => key.slice(first.length))).toEqual([
      ":changes",
      ":savings",
      ":bills",
      ":csv",
    ]);
  });

  test("in the thread: tables that add up to the card's figures, and a file of all of it, exact", async () => {
    const [changes] = digestReplies(digest).map(({ card }) => card);
    for (const { currency, amount, change } of digest.usage.total) {
      const rows = digest.services.filter((row) => row.currency === currency);
      const moves = digest.moves.filter((move) => move.currency === currency);
      expect(rows.reduce((sum, row) => sum + parseAtoms(row.amount), 0n)).toBe(parseAtoms(amount));
      expect(moves.reduce((sum, move) => sum + parseAtoms(move.change), 0n)).toBe(parseAtoms(change.amount));
    }
    expect(changes?.blocks.filter(({ kind }) => kind === "table")).toHaveLength(digest.usage.total.length);
    const [file] = await db.sql<{ file: { name: string; text: string } }[]>`
      select file from outbox where kind = 'upload' order by id limit 1`;
    expect(file?.file.name).toBe("digest-day-2026-11-20.csv");
    const lines = (file?.file.text ?? "").split("\r\n").map((line) => line.split(","));
    const usd = lines.filter(([part, , , , , currency]) => part === "picture" && currency === "USD");
    const whole = await ask("cost 2026-10-22..2026-11-22");
    const total = whole.total.find(({ currency }) => currency === "USD")?.amount ?? "";
    expect(usd.reduce((sum, [, , , , amount]) => sum + parseAtoms(amount ?? "0"), 0n)).toBe(parseAtoms(total));
    expect(lines.find(([part, , , , , currency]) => part === "total" && currency === "USD")?.[4]).toBe(
      digest.total.find(({ currency }) => currency === "USD")?.amount,
    );
  });

  test("a channel's scope narrows every figure", async () => {
    const scope = [{ dimension: "provider" as const, negated: false, values: ["azure"] }];
    const narrow = await buildDigest({ ctx: { ...ctx, scope }, input: {} });
    expect(narrow.total.map(({ currency }) => currency)).toEqual(["EUR"]);
    expect(narrow.savings.top.every(({ provider }) => provider === "azure")).toBe(true);
    expect(narrow.sources.map(({ provider }) => provider)).toEqual(["azure"]);
  });

  test("without bills the run is skipped, not failed", async () => {
    const empty = await createTestDatabase();
    const own = testContext(empty, { today: TODAY, dataDir });
    await syncSchedules(empty.sql, [dailyDigest()], own.clock.now());
    await insertRun(empty.sql, { schedule: "daily-digest", dueAt, late: false });
    const input = { schedule: "daily-digest", dueAt, act: postDigest, lastAttempt: false };
    expect(await runSchedule({ ctx: own, input })).toBe("skipped");
    await empty.close();
  });
});
