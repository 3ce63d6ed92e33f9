import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { renderTerminal } from "../../src/bot/channels/terminal/render-terminal.ts";
import { renderWeb } from "../../src/bot/channels/web/render-web.ts";
import type { CommandAnswer } from "../../src/bot/command.ts";
import { COMMANDS } from "../../src/bot/commands.ts";
import { dispatch } from "../../src/bot/dispatch.ts";
import type { CostAnswer } from "../../src/domain/contract.ts";
import { parseAtoms } from "../../src/domain/money.ts";
import type { ScopeFilter } from "../../src/domain/scope.ts";
import type { Context } from "../../src/service/context.ts";
import { exportCosts } from "../../src/service/export-costs.ts";
import type { SeedCharge } from "../questions/seed.ts";
import { testContext } from "../support/context.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { textOfXlsx } from "./xlsx-text.ts";
import { MARK, MARK_AMOUNT, SCOPES, storeMarkedEstate, TODAY, totalOf } from "./marked-estate.ts";
import { COMMAND_ARGUMENTS, costQuestions, PLANTED } from "./questions.ts";

let db: TestDatabase;
let own: SeedCharge[];
let dataDir: string;
let whole: Context;

beforeAll(async () => {
  db = await createTestDatabase({ connectionsMax: 6 });
  dataDir = await mkdtemp(join(tmpdir(), "finops-leak-"));
  own = await storeMarkedEstate(db);
  whole = contextOf([], "root");
  await db.sql`insert into channel (name, scope) values ('zqleak-channel', '[{"dimension":"team","negated":false,"values":["zqleak-team"]}]')`;
  await db.sql`
    insert into schedule (name, job, cron, time_zone, channel, scope, origin)
    values ('zqleak-digest', 'digest', '0 9 * * *', 'UTC', 'zqleak-channel', '[]', 'chat')`;
  await db.sql`
    insert into outbox (channel, key, card, last_error, dead_at) values ('zqleak-channel', 'zqleak-key', '{}', 'zqleak-error', now())`;
  for (const text of PLANTED) await dispatch({ ctx: whole, text });
  const recs = await dispatch({ ctx: whole, text: "recs list" });
  const ids = JSON.stringify(recs.data).match(/waste_[0-9a-z]{12}/g) ?? [];
  for (const id of new Set(ids)) await dispatch({ ctx: whole, text: `recs comment ${id} --text seen` });
});
afterAll(async () => {
  await db.close();
  await rm(dataDir, { recursive: true, force: true });
});

function contextOf(scope: ScopeFilter, id = "scoped"): Context {
  const actor = { kind: "user", id, name: id, role: "admin", scope } as const;
  return { ...testContext(db, { dataDir, today: TODAY }), actor, scope };
}

/** Everything an answer shows anywhere: card, page, terminal, JSON, sheets. */
async function everythingOf(ctx: Context, answer: CommandAnswer): Promise<string> {
  const parts = [
    JSON.stringify(answer.card),
    JSON.stringify(renderWeb(answer.card)),
    renderTerminal(answer.card, { width: 200, colour: false, commandPrefix: "finops " }),
    JSON.stringify(answer.data) ?? "",
  ];
  if (isCosts(answer.data)) {
    const input = { answer: answer.data };
    // Of the sheets that differ in form alone, some.
    const csv = await exportCosts({ ctx, input: { ...input, format: "csv" } });
    parts.push(new TextDecoder().decode(csv));
    if (!JSON.stringify(answer.data.query).includes("service")) return parts.join("\n");
    const xlsx = await exportCosts({ ctx, input: { ...input, format: "xlsx" } });
    parts.push(textOfXlsx(xlsx));
  }
  return parts.join("\n");
}

function isCosts(data: unknown): data is CostAnswer {
  return typeof data === "object" && data !== null && "receipt" in data && "rows" in data;
}

/** What the answer holds that lies outside: marked names nobody typed, and amounts nothing inside reaches. */
function leaksIn(shown: string, typed: string): string[] {
  const said = typed.toLowerCase();
  const names = (shown.match(MARK) ?? []).filter((name) => !said.includes(name.toLowerCase()));
  const amounts = (shown.match(/(?<![\w.-])-?\d[\d,]*\.\d+|(?<![\w.-])\d{1,3}(?:,\d{3})+/g) ?? []).filter(
    (text) => Math.abs(Number(text.replaceAll(",", ""))) >= MARK_AMOUNT,
  );
  const short = shown.match(/\d(?:\.\d+)?\s?[MB]\b/g) ?? [];
  return [...new Set([...names, ...amounts, ...short])];
}

async function leaksOf(ctx: Context, texts: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const text of texts) {
    const answer = await dispatch({ ctx, text });
    const leaks = leaksIn(await everythingOf(ctx, answer), text);
    if (leaks.length > 0) found.push(`${text} → ${leaks.slice(0, 6).join(" | ")}`);
    // A fault would hide what it would have shown.
    if (JSON.stringify(answer.data).includes('"code":"internal"')) found.push(`${text} → failed unexpectedly`);
  }
  return found;
}

test("whoever sees everything sees the marks: the test looks where they would be", async () => {
  const texts = [
    "cost 2026-03 by service",
    "waste",
    "batches",
    "rejects",
    "status",
    "recs list",
    "owners list",
    "audit",
    "digest now",
    "source list",
    "people list",
    "digest list",
  ];
  for (const text of texts) {
    const shown = await everythingOf(whole, await dispatch({ ctx: whole, text }));
    expect([text, leaksIn(shown, "").length > 0 || text === "audit"]).toEqual([text, true]);
  }
});

describe.each(SCOPES)("seen through %s", (_, scope) => {
  test("no cost question shows anything outside", async () => {
    expect(
      await leaksOf(
        contextOf(scope),
        costQuestions().map((text) => `cost ${text}`),
      ),
    ).toEqual([]);
  });

  test("no other command does, whatever is asked of it", async () => {
    const texts = COMMANDS.filter(({ name }) => name !== "cost").flatMap((command) => [
      ...(COMMAND_ARGUMENTS[command.name] ?? [""]).map((rest) => `${command.name} ${rest}`),
      ...command.examples,
    ]);
    expect(await leaksOf(contextOf(scope), texts)).toEqual([]);
  });

  test("totals are those of the scope, added up by hand", async () => {
    const ctx = contextOf(scope);
    for (const [text, from, to] of [
      ["cost 2026-03", "2026-03-01", "2026-04-01"],
      ["cost 2026-02 by service", "2026-02-01", "2026-03-01"],
      ["cost 2026-03 by resource top 1", "2026-03-01", "2026-04-01"],
      ["cost 2026-03 by team per day", "2026-03-01", "2026-04-01"],
      ["cost 2026-03-20", "2026-03-20", "2026-03-21"],
    ] as const) {
      const { data } = await dispatch({ ctx, text });
      const totals = (data as CostAnswer).total
        .map(({ amount, currency }) => [currency, parseAtoms(amount)] as const)
        .toSorted(([a], [b]) => (a < b ? -1 : 1));
      expect([text, totals]).toEqual([
        text,
        ["EUR", "USD"].map((currency) => [currency, totalOf(own, currency, from, to)]),
      ]);
      const shares = (data as CostAnswer).rows.flatMap(({ share }) =>
        share === undefined || share === null ? [] : [Number(share)],
      );
      expect(shares.every((share) => share <= 1)).toBe(true);
    }
  });

  test("the waste inside is found, and only that", async () => {
    const { data } = await dispatch({ ctx: contextOf(scope), text: "waste" });
    expect((data as { findings: { resource: string }[] }).findings.map(({ resource }) => resource)).toEqual(["eip-1"]);
  });
});

test("a viewer and an approver with the scope see no more than the admin", async () => {
  const [, scope] = SCOPES[0] ?? ["", []];
  for (const role of ["viewer", "analyst", "approver"] as const) {
    const ctx = contextOf(scope);
    const as = { ...ctx, actor: { ...ctx.actor, role } as Context["actor"] };
    const texts = COMMANDS.flatMap(({ name, examples }) => [name, ...examples]);
    expect(await leaksOf(as, texts)).toEqual([]);
  }
});

test("a channel narrows whoever sees everything", async () => {
  const [, scope] = SCOPES[0] ?? ["", []];
  const ctx = { ...whole, scope, channel: "payments" };
  const texts = COMMANDS.flatMap(({ name, examples }) => [name, ...examples]);
  expect(await leaksOf(ctx, texts)).toEqual([]);
});
