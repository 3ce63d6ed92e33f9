import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import type { CommandAnswer } from "../../src/bot/command.ts";
import { auditCommand } from "../../src/bot/commands/audit.ts";
import { recsCommand } from "../../src/bot/commands/recs.ts";
import { savingsCommand } from "../../src/bot/commands/savings.ts";
import { dispatch } from "../../src/bot/dispatch.ts";
import { commandOf } from "../../src/bot/form-values.ts";
import {
  auditAnswer,
  auditVerdictAnswer,
  decisionAnswer,
  decisionsAnswer,
  recommendationAnswer,
  recommendationsAnswer,
  savingsAnswer,
  type RecommendationAnswer,
} from "../../src/domain/recommendation-answer.ts";
import type { Context } from "../../src/service/context.ts";
import { ingestBills } from "../../src/service/ingest-bills.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { estate, type Estate } from "./estate.ts";
import { typedCommands } from "../../src/bot/typed-command.ts";

const BILLS = fileURLToPath(new URL("../fixtures/waste/focus_daily.csv.gz", import.meta.url));

let db: TestDatabase;
let dataDir: string;
let all: Estate;
let ana: Context;

beforeAll(async () => {
  db = await createTestDatabase();
  dataDir = await mkdtemp(join(tmpdir(), "finops-recs-"));
  all = estate(db, { today: "2025-10-25", dataDir });
  ana = all.as("ana");
  await ingestBills({ ctx: all.system, input: { paths: [BILLS], parts: false, replace: false, dryRun: false } });
});
afterAll(async () => {
  await db.close();
  await rm(dataDir, { recursive: true, force: true });
});

const say = (ctx: Context, text: string): Promise<CommandAnswer> =>
  dispatch({ ctx, text }, [recsCommand, auditCommand, savingsCommand]);
const list = async (ctx: Context, words = ""): Promise<RecommendationAnswer[]> =>
  recommendationsAnswer.parse((await say(ctx, `recs list ${words}`)).data).recommendations;

/** Something one person may approve by a button, and nobody decided on yet. */
async function anOpen(): Promise<RecommendationAnswer> {
  const [found] = await open();
  if (found === undefined) throw new Error("the bills have no such recommendation left");
  return found;
}
const open = async (): Promise<RecommendationAnswer[]> =>
  (await list(ana)).filter((one) => one.finding.risk !== "H" && one.state === "proposed" && one.approvals.needed === 1);

describe("real bills, nothing but commands", () => {
  test("listing proposes what the bills show, once, in a terminal without a service too", async () => {
    const first = await list(ana);
    expect(first).toHaveLength(8);
    expect(await list(ana)).toEqual(first);
    const { card } = await say(ana, "recs list");
    expect(card.summary).toMatch(/^\d+ recommendations, \$[\d,.]+ a month together\.$/);
  });

  test("a card says what, where, how much, how sure, how to do and undo it, until when, and who decides", async () => {
    const { id } = await anOpen();
    const { card, data } = await say(ana, `recs show ${id}`);
    expect(recommendationAnswer.parse(data).id).toBe(id);
    const text = JSON.stringify(card);
    for (const part of [
      "Saving a month",
      "Saving a year",
      "Where",
      "Risk",
      "Effort",
      "Evidence",
      "To do, in this order",
      "Way back",
      "May approve",
      "expires 2025-11-24",
      "Bills of 2025-09-13 to 2025-10-17",
    ]) {
      expect(text).toContain(part);
    }
    expect(card.actions.flatMap(typedCommands).map(({ command }) => command)).toContain(
      `recs approve ${id} --revision 1`,
    );
  });

  test("the button approves after reading the bills anew; pressed again it says by whom; undo takes it back", async () => {
    const { id } = await anOpen();
    const approved = await say(ana, `recs approve ${id} --revision 1`);
    expect([decisionAnswer.parse(approved.data).outcome, approved.exitCode]).toEqual(["done", 0]);
    expect(approved.card.status).toMatch(/^Approved by Ana · .* · undo until/);
    const again = await say(all.as("bo"), `recs approve ${id} --revision 1`);
    expect(decisionAnswer.parse(again.data)).toMatchObject({ outcome: "refused", reason: "wrong-state" });
    expect(again.exitCode).toBe(2);
    expect(again.card.summary).toContain("Approved by Ana");
    expect((await say(ana, `recs undo ${id} --revision 1`)).exitCode).toBe(0);
  });

  test("reject asks for a reason by form, and takes it typed without quotes", async () => {
    const { id } = await anOpen();
    const asked = await say(ana, `recs reject ${id}`);
    expect(decisionAnswer.parse(asked.data).reason).toBe("note-missing");
    const form = asked.card.actions.find((action) => action.kind === "form" && action.label === "Reject");
    const sent = (values: Record<string, string>) => say(ana, form?.kind === "form" ? commandOf(form, values) : "");
    const another = await sent({ reason: "another reason", text: "" });
    expect(decisionAnswer.parse(another.data).reason).toBe("note-missing");
    expect((await sent({ reason: "planned already", text: 'with "CHG-7" --revision 9' })).card.status).toContain(
      "Rejected by Ana",
    );
    const last = async () => recommendationAnswer.parse((await say(ana, `recs show ${id}`)).data).decisions.at(-1);
    expect(await last()).toMatchObject({ kind: "reject", note: 'planned already: with "CHG-7" --revision 9' });
    await say(ana, `recs undo ${id}`);
    await say(ana, `recs reject ${id} --reason still needed`);
    expect(await last()).toMatchObject({ kind: "reject", note: "still needed" });
  });

  test("snooze 7d, assign, comment, applied", async () => {
    const { id } = await anOpen();
    expect((await say(ana, `recs snooze ${id} --until 7d`)).card.status).toContain("until 2025-11-01");
    expect((await say(ana, `recs undo ${id}`)).exitCode).toBe(0);
    expect((await say(ana, `recs assign ${id} --to dana`)).exitCode).toBe(0);
    expect((await say(ana, `recs comment ${id} see ticket 7`)).exitCode).toBe(0);
    expect((await say(ana, `recs approve ${id}`)).exitCode).toBe(0);
    expect((await say(ana, `recs applied ${id}`)).card.status).toMatch(/^Applied on 2025-10-25 by Ana/);
    const { data, card } = await say(ana, "savings");
    expect(savingsAnswer.parse(data).waiting.map((one) => one.id)).toEqual([id]);
    expect(card.summary).toContain("1 more is being watched");
  });

  test("all that waits: one button that names each and the sum, void once any of them changes", async () => {
    const waiting = await say(ana, "recs list mine");
    const [every] = waiting.card.actions;
    if (every?.kind !== "button") throw new Error("no button approves all");
    const easy = (await list(ana, "mine")).filter(({ finding }) => finding.risk !== "H");
    expect(easy.length).toBeGreaterThan(1);
    expect(every.label).toMatch(new RegExp(`^Approve ${easy.length} · \\$`));
    for (const { finding } of easy) expect(every.confirm?.text).toContain(finding.name ?? finding.resource);
    const [first] = easy;
    await say(ana, `recs snooze ${first?.id} --until 7d`);
    expect((await say(ana, every.command)).card.summary).toMatch(/^They changed meanwhile/);
    await say(ana, `recs undo ${first?.id}`);
  });

  test("several at once: one confirmation, which a change in between makes void", async () => {
    const [one, two, three] = await open();
    const ids = [one?.id, two?.id].join(" ");
    const asked = await say(ana, `recs approve ${ids}`);
    const [button] = asked.card.actions.flatMap(typedCommands);
    expect(asked.card.title).toBe("Approve 2?");
    expect(button?.label).toMatch(/^Approve 2 · \$[\d.,]+\/mo$/);
    const other = `recs approve ${ids} ${three?.id} --confirm ${button?.command.split("--confirm ")[1]}`;
    expect((await say(ana, other)).card.summary).toMatch(/^They changed meanwhile/);
    const done = await say(ana, button?.command ?? "");
    const { decisions } = decisionsAnswer.parse(done.data);
    expect(decisions.map((decision) => decision.outcome)).toEqual(["done", "done"]);
  });

  test("a scope hides what it does not cover, and cannot decide on it", async () => {
    const every = await list(ana, "all");
    const [some] = await list(ana);
    const provider = some?.finding.provider ?? "";
    const scoped = all.as("sam", "approver", [{ dimension: "provider", negated: false, values: [provider] }]);
    const mine = await list(scoped, "all");
    expect(mine.length).toBeLessThan(every.length);
    expect(new Set(mine.map((one) => one.finding.provider))).toEqual(new Set([provider]));
    const hidden = every.find((one) => one.finding.provider !== provider);
    const refused = await say(scoped, `recs approve ${hidden?.id}`);
    expect(refused.card.summary).toBe("There is no such recommendation. recs list shows what there is.");
    expect((await say(scoped, `recs show ${hidden?.id}`)).exitCode).toBe(2);
  });

  test("the audit has it all, verified and anchored", async () => {
    const { data } = await say(ana, "audit");
    expect(auditAnswer.parse(data).events.some((event) => event.outcome === "refused")).toBe(true);
    expect((await say(ana, "audit --anchor")).exitCode).toBe(0);
    const verdict = await say(ana, "audit --verify");
    expect(auditVerdictAnswer.parse(verdict.data)).toMatchObject({
      intact: true,
      unsealed: 0,
      anchors: 1,
      problems: [],
    });
    expect(verdict.exitCode).toBe(0);
    expect((await say(all.as("vi", "viewer"), "audit")).exitCode).toBe(2);
  });
});

describe("words that are wrong", () => {
  const cases: [text: string, says: RegExp][] = [
    ["recs aprove x", /recs knows no "aprove"/],
    ["recs list rejectd", /"rejectd" is no state/],
    ["recs approve", /Say which recommendation/],
    ["recs show waste_nothing", /There is no recommendation/],
    ["recs approve x --force", /There is no option --force/],
    ["recs approve x --revision abc", /"abc" is no revision/],
    ["recs snooze x --until yesterday", /There is no such recommendation/],
    ["audit --verify --anchors /nowhere/at/all", /cannot be read/],
  ];
  test.each(cases)("%s", async (text, says) => {
    const { card, exitCode } = await say(ana, text);
    expect(card.summary).toMatch(says);
    expect(exitCode).toBe(2);
  });
});
