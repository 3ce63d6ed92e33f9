import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "vitest";

import { wasteCommand } from "../../src/bot/commands/waste.ts";
import type { Role } from "../../src/domain/actor.ts";
import { wasteAnswer } from "../../src/domain/contract.ts";
import { addDays, day } from "../../src/domain/period.ts";
import { findWaste } from "../../src/service/find-waste.ts";
import { listAudit } from "../../src/store/audit.ts";
import { testContext } from "../support/context.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { storeUsage } from "./store-usage.ts";
import { readUsage } from "./waste-set.ts";

const TODAY = "2025-10-25";
const dataDir = mkdtempSync(join(tmpdir(), "waste-exclusions-"));
let db: TestDatabase;
const context = (role: Role = "analyst", today = TODAY) =>
  testContext(db, { today, dataDir, actor: { kind: "user", id: "ada", name: "Ada", role, scope: [] } });
const run = (text: string, role: Role = "analyst", today = TODAY) =>
  wasteCommand.run({ ctx: context(role, today), text });
const proven = async (today = TODAY) => {
  const answer = await findWaste({ ctx: context("viewer", today), input: { scope: [] } });
  const held = answer.heldBack.find(({ reason }) => reason.includes("by a person"))?.count ?? 0;
  return { rules: answer.findings.map(({ rule }) => rule), held, excluded: answer.excluded };
};

beforeAll(async () => {
  db = await createTestDatabase();
  await storeUsage(db, readUsage(day("2025-10-18")));
});
afterAll(() => db.close());

test("an exclusion holds its findings back until it runs out or is taken back, and all of it is audited", async () => {
  const before = await proven();
  expect(before.held).toBe(0);
  const { card, data } = await run(
    'exclude rule storage.disk.gp2_to_gp3 --reason "moved with the platform" --until 30d',
  );
  expect(card.summary).toBe("rule storage.disk.gp2_to_gp3 is left alone until 2025-11-24: moved with the platform");
  const { id } = (data as { exclusion: { id: string } }).exclusion;

  const during = await proven();
  expect(during.rules).not.toContain("storage.disk.gp2_to_gp3");
  expect([during.held, during.excluded.length]).toEqual([2, 2]);
  await expect(run(String(during.excluded[0]))).rejects.toThrow("excluded by a person");
  expect((await proven(addDays(day(TODAY), 29))).held).toBe(2);
  expect(await proven(addDays(day(TODAY), 30))).toEqual(before);
  const listed = await run("exclusions", "viewer");
  expect(JSON.stringify(listed.card.blocks)).toContain("moved with the platform");
  expect(JSON.stringify((await run("exclusions", "viewer", "2025-12-01")).card.blocks)).toContain("(ran out)");

  await run(`include ${id}`);
  expect(await proven()).toEqual(before);
  await expect(run(`include ${id}`)).rejects.toThrow("no exclusion");
  const trail = await listAudit(db.sql, { subjects: [id], limit: 10 });
  expect(trail.map(({ action, actor, details }) => [action, actor.id, details["note"]])).toEqual([
    ["waste.include", "ada", "moved with the platform"],
    ["waste.exclude", "ada", "moved with the platform"],
  ]);
});

test("by resource, account and tag; 90 days unless somebody says; never means until it is taken back", async () => {
  const ip = await run("exclude resource eipalloc-195a98b435d96b78c reason partner has it on a list");
  expect(ip.card.summary).toContain("until 2026-01-23: partner has it on a list");
  expect((await proven()).held).toBe(1);
  await run("exclude account 483920175566 tag env=production --reason quiet --until never");
  expect((await proven()).held).toBe(3);
  const { exclusions } = (await run("exclusions")).data as { exclusions: { id: string; until: string | null }[] };
  expect(exclusions.map(({ until }) => until)).toEqual(["2026-01-23", null]);
  for (const { id } of exclusions) await run(`include ${id}`);
  expect((await proven()).held).toBe(0);
});

test("who may not, and what cannot be, is refused with what to do", async () => {
  await expect(run("exclude rule net.nat.idle --reason x", "viewer")).rejects.toThrow("role analyst");
  const scope = [{ dimension: "provider" as const, negated: false, values: ["aws"] }];
  const partial = { ...context(), scope };
  await expect(wasteCommand.run({ ctx: partial, text: "exclude rule net.nat.idle --reason x" })).rejects.toThrow(
    "whole bill",
  );
  const trail = await listAudit(db.sql, { subjects: ["net.nat.idle"], limit: 5 });
  expect(trail.map(({ outcome, reason }) => [outcome, reason])).toEqual([
    ["refused", "scope"],
    ["refused", "role"],
  ]);
  await expect(wasteCommand.run({ ctx: partial, text: "exclusions" })).rejects.toThrow("whole bill");
  await expect(run("exclude rule net.nat.idel --reason x")).rejects.toMatchObject({
    remedy: "Did you mean net.nat.idle or net.lb.idle?",
  });
  await expect(run("exclude --reason x")).rejects.toThrow("Say what to exclude");
  await expect(run("exclude rule net.nat.idle")).rejects.toThrow("needs a reason");
  await expect(run("exclude rule net.nat.idle --reason x --until 2020-01-01")).rejects.toThrow("has gone by");
  await expect(run("exclude rule net.nat.idle --reason x --until soon")).rejects.toThrow("is no day");
  await expect(run("exclude acount 1 --reason x")).rejects.toMatchObject({ remedy: "Did you mean account?" });
  await expect(run("exclude rule --reason x")).rejects.toThrow("missing");
  await expect(run("explain net.nat.idel")).rejects.toThrow("no rule");
  await expect(run("exlude rule net.nat.idle")).rejects.toMatchObject({ remedy: 'Did you mean "waste exclude"?' });
});

test("sections by word, and rules that explain themselves with the thresholds in force", async () => {
  const confidences = async (text: string) => {
    const answer = wasteAnswer.parse((await run(text, "viewer")).data);
    return [...new Set(answer.findings.map(({ confidence }) => confidence))];
  };
  expect(await confidences("")).toEqual(["A", "B", "C"]);
  expect(await confidences("proven")).toEqual(["A"]);
  expect(await confidences("verify for provider aws")).toEqual(["B"]);
  expect(await confidences("trends")).toEqual(["C"]);
  const settings = { rules: { "net.nat.idle": { enabled: true, options: { idleDays: 21 } } } };
  const ctx = { ...context("viewer"), settings: { ...context().settings, waste: settings } };
  const { card } = await wasteCommand.run({ ctx, text: "explain net.nat.idle" });
  expect(JSON.stringify(card.blocks)).toContain('"21","14"');
  expect((await run("rules", "viewer")).card.title).toMatch(/^Waste rules: \d\d$/);
});
