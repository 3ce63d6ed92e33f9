import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { actOnCard, type Acted } from "../../src/bot/act-on-card.ts";
import type { Card } from "../../src/bot/card.ts";
import { createWebChannel } from "../../src/bot/channels/web/web-channel.ts";
import { recsCommand } from "../../src/bot/commands/recs.ts";
import { deliverDue } from "../../src/bot/deliver-outbox.ts";
import { dispatch } from "../../src/bot/dispatch.ts";
import { CLICK_REFUSED } from "../../src/bot/phrases.ts";
import type { Context } from "../../src/service/context.ts";
import { ingestBills } from "../../src/service/ingest-bills.ts";
import { presentRecommendations } from "../../src/service/present-recommendations.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { estate, render, stateOf, trail, type Estate } from "./estate.ts";

/** Every way a click can go wrong, with real bills, posted cards and the tokens their buttons carry. */
const BILLS = fileURLToPath(new URL("../fixtures/waste/focus_daily.csv.gz", import.meta.url));
const CHANNELS = ["finops", "costs"] as const;
const GCP = [{ dimension: "provider" as const, negated: false, values: ["gcp"] }];

let db: TestDatabase;
let dataDir: string;
let all: Estate;
/** The proposed, dearest first, by resource name. */
let ids: Map<string, string>;

beforeAll(async () => {
  db = await createTestDatabase({ connectionsMax: 12 });
  dataDir = await mkdtemp(join(tmpdir(), "finops-clicks-"));
  const tiers = [
    { name: "small", savingMonthlyMax: { USD: "100" }, approvals: 1, role: "approver" as const, approvers: null },
    { name: "large", savingMonthlyMax: { USD: "500" }, approvals: 1, role: "admin" as const, approvers: null },
    { name: "huge", savingMonthlyMax: null, approvals: 2, role: "approver" as const, approvers: null },
  ];
  all = estate(db, { today: "2025-10-25", dataDir, policy: { tiers } });
  await load(BILLS);
  // Rita asks: what she asks for she does not approve.
  await say(all.as("rita"), "recs propose");
  for (const channel of CHANNELS) {
    while ((await present(channel)).length > 0);
    await db.sql`update recommendation set shown_on = null`;
  }
  const rows = await db.sql<{ id: string; name: string }[]>`select id, finding ->> 'name' as name from recommendation`;
  ids = new Map(rows.map(({ id, name }) => [name, id]));
  await deliver();
}, 120_000);
afterAll(async () => {
  await db.close();
  await rm(dataDir, { recursive: true, force: true });
});

const load = (path: string) =>
  ingestBills({ ctx: all.system, input: { paths: [path], parts: false, replace: true, dryRun: false } });
const say = (ctx: Context, text: string) => dispatch({ ctx, text }, [recsCommand]);
const deliver = () => deliverDue({ sql: db.sql, channels: [createWebChannel(db.sql)], log: all.system.log });
const present = async (channel: string): Promise<string[]> => {
  const shown = await db.sql.begin((tx) => presentRecommendations(tx, all.system, { channel, scope: [], render }));
  // A few a week: all of them are needed here.
  await db.sql`update recommendation set shown_on = '2025-01-01' where shown_on is not null`;
  return shown;
};

function idOf(name: string): string {
  const id = ids.get(name);
  if (id === undefined) throw new Error(`the bills show nothing about ${name}`);
  return id;
}

/** The token of the newest button with such a label on the card in a channel. */
async function tokenOf(name: string, label: string, channel = "finops"): Promise<string> {
  const [row] = await db.sql<{ token: string }[]>`
    select token from action_token where card_key = ${`recommendation:${idOf(name)}`} and channel = ${channel}
      and starts_with(action ->> 'label', ${label}) order by revision desc limit 1`;
  if (row === undefined) throw new Error(`the card of ${name} has no button "${label}"`);
  return row.token;
}

async function press(
  ctx: Context,
  token: string,
  values: Record<string, string> = {},
  place = "finops",
): Promise<Acted> {
  const acted = await actOnCard({ ctx, click: { place, token, confirmed: true, values } }, [recsCommand]);
  await deliver();
  return acted;
}

/** What every copy says: the card in each channel of the web, and the terminal. */
async function copies(name: string): Promise<{ web: string[]; terminal: string; cards: Card[] }> {
  const rows = await db.sql<{ card: Card }[]>`
    select card from message where key = ${`recommendation:${idOf(name)}`} order by channel`;
  const shown = await say(all.as("vi", "viewer"), `recs show ${idOf(name)}`);
  return {
    web: rows.map(({ card }) => card.status ?? ""),
    terminal: shown.card.status ?? "",
    cards: rows.map(({ card }) => card),
  };
}

/** Every copy says the same, and it is this. */
async function expectEverywhere(name: string, status: RegExp): Promise<void> {
  const { web, terminal } = await copies(name);
  expect(web).toHaveLength(CHANNELS.length);
  for (const one of [...web, terminal]) expect(one).toMatch(status);
}

const reasonOf = ({ answer, refusal }: Acted): string => {
  if (refusal !== null) return refusal;
  const data = answer.data as { outcome?: string; reason?: string | null };
  return data.outcome === "done" ? "done" : (data.reason ?? answer.card.blocks.map(textOf).join(" "));
};
const textOf = (block: Card["blocks"][number]): string =>
  block.kind === "note" && typeof block.text === "string" ? block.text : "";
const refusedClicks = async (name: string): Promise<string[]> => trail(db, `recommendation:${idOf(name)}`);

describe("a click", () => {
  test("of two managers at once: one approves, the other is told who did, in words or by the card", async () => {
    const name = "ip-old-vpn";
    const token = await tokenOf(name, "Approve");
    const both = await Promise.all([press(all.as("ana"), token), press(all.as("bo"), token)]);
    expect(both.map(reasonOf).filter((reason) => reason === "done")).toHaveLength(1);
    const [lost] = both.filter((acted) => reasonOf(acted) !== "done");
    expect(["wrong-state", CLICK_REFUSED.stale]).toContain(reasonOf(lost as Acted));
    const winner = both.findIndex((acted) => reasonOf(acted) === "done") === 0 ? "Ana" : "Bo";
    await expectEverywhere(name, new RegExp(`^Approved by ${winner} · `));
    expect(lost?.answer.card.status).toMatch(new RegExp(`^Approved by ${winner} · `));
    expect(await db.sql`select 1 from decision where recommendation_id = ${idOf(name)}`).toHaveLength(1);
    expect(await db.sql`select 1 from hand_off where recommendation_id = ${idOf(name)}`).toHaveLength(1);
    const refusals = [...(await trail(db, idOf(name))), ...(await refusedClicks(name))];
    expect(refusals.filter((line) => line.includes("refused"))).toHaveLength(1);
  });

  test("twice is once, whether the second comes at once or later", async () => {
    const name = "alb-brochure";
    const token = await tokenOf(name, "Approve");
    await Promise.all([press(all.as("ana"), token), press(all.as("ana"), token)]);
    await press(all.as("ana"), token);
    expect(await db.sql`select 1 from decision where recommendation_id = ${idOf(name)}`).toHaveLength(1);
    await expectEverywhere(name, /^Approved by Ana · /);
  });

  test("below the tier is refused, and the card says who decides", async () => {
    const name = "ledger-core-db";
    const resource = "arn:aws:rds:us-west-2:483920175566:ledger-core-db";
    const refused = await press(all.as("ana"), await tokenOf(name, "Approve"), { resource });
    expect(reasonOf(refused)).toBe("tier");
    expect(refused.answer.card.summary).toBe(
      "This amount is decided by one person with the role admin. Ask one of them.",
    );
    await expectEverywhere(name, /^Waiting for one person with the role admin · /);
    expect((await trail(db, idOf(name))).at(-1)).toBe("ana approve refused tier");
    const ada = all.as("ada", "admin");
    // High risk: the id is typed, and nothing that only looks like it will do.
    const unlike = await press(ada, await tokenOf(name, "Approve"), { resource: "ledger-core-db" });
    expect(reasonOf(unlike)).toBe("confirm-resource");
    expect(reasonOf(await press(ada, await tokenOf(name, "Approve"), { resource }))).toBe("done");
    await expectEverywhere(name, /^Approved by Ada · /);
  });

  test("by the requester is refused; two others are needed for a large amount, and both are named", async () => {
    const name = "compute-sp-a";
    expect(reasonOf(await press(all.as("rita"), await tokenOf(name, "Approve")))).toBe("requester");
    expect(reasonOf(await press(all.as("ana"), await tokenOf(name, "Approve")))).toBe("done");
    await expectEverywhere(name, /^Approved by Ana · .* · 1 of 2 · /);
    expect(reasonOf(await press(all.as("ana"), await tokenOf(name, "Approve")))).toBe("approved-by-you");
    expect(reasonOf(await press(all.as("bo"), await tokenOf(name, "Approve", "costs"), {}, "costs"))).toBe("done");
    await expectEverywhere(name, /^Approved by Ana · .* and Bo · /);
    expect((await trail(db, idOf(name))).slice(1)).toEqual([
      "rita approve refused requester",
      "ana approve done",
      "ana approve refused approved-by-you",
      "bo approve done",
    ]);
  });

  test("from a foreign scope finds nothing, says nothing, and is written down", async () => {
    const name = "vol-gp2-640";
    const refused = await press(all.as("sam", "approver", GCP), await tokenOf(name, "Approve"));
    expect(refused.answer.card.summary).toBe("There is no such recommendation. recs list shows what there is.");
    expect(JSON.stringify(refused.answer)).not.toContain(name);
    expect((await trail(db, idOf(name))).at(-1)).toBe("sam approve refused scope");
    await expectEverywhere(name, /^Waiting for /);
  });

  test("by somebody without the role is refused and written down", async () => {
    const name = "vol-gp2-640";
    const refused = await press(all.as("vi", "viewer"), await tokenOf(name, "Approve"));
    expect(reasonOf(refused)).toBe("role");
    expect((await trail(db, idOf(name))).at(-1)).toBe("vi approve refused role");
  });

  test("on card B leaves card A alone, and an edit later still says by whom", async () => {
    const a = await copies("vol-gp2-640");
    const form = { reason: "planned already", text: "CHG-7" };
    expect(reasonOf(await press(all.as("ana"), await tokenOf("vol-gp2-2000", "Reject"), form))).toBe("done");
    expect(await copies("vol-gp2-640")).toEqual(a);
    await expectEverywhere("vol-gp2-2000", /^Rejected by Ana · /);
    await press(all.as("al", "analyst"), await tokenOf("vol-gp2-2000", "Comment"), { text: "see the plan" });
    await expectEverywhere("vol-gp2-2000", /^Rejected by Ana · /);
    const { cards } = await copies("vol-gp2-2000");
    for (const card of cards) expect(JSON.stringify(card)).toContain("Ana rejected: planned already: CHG-7");
  });

  test("on a card as it was is refused, shows it as it is, and is written down; nothing is burnt", async () => {
    const name = "vol-gp2-640";
    const old = await tokenOf(name, "Approve");
    await press(all.as("al", "analyst"), await tokenOf(name, "Assign"), { person: "tom" });
    const refused = await press(all.as("ana"), old);
    expect(refused.answer.card.blocks[0]).toMatchObject({ kind: "note", text: CLICK_REFUSED.stale });
    expect((await refusedClicks(name)).at(-1)).toBe("ana card.act refused stale");
    expect(reasonOf(await press(all.as("ana"), await tokenOf(name, "Approve")))).toBe("done");
    const undone = await press(all.as("bo"), await tokenOf(name, "Undo"));
    expect(reasonOf(undone)).toBe("done");
    await expectEverywhere(name, /^Waiting for /);
  });

  test("a decision in the terminal updates the web", async () => {
    const name = "vol-gp2-640";
    await say(all.as("bo"), `recs snooze ${idOf(name)} --until 7d`);
    await deliver();
    await expectEverywhere(name, /^Snoozed until 2025-11-01 by Bo · /);
    await say(all.as("bo"), `recs undo ${idOf(name)}`);
    await deliver();
  });

  test("after a restatement took the evidence away approves nothing, and every copy says withdrawn", async () => {
    const name = "risk-r4";
    const token = await tokenOf(name, "Approve");
    const lines = gunzipSync(readFileSync(BILLS)).toString("utf8").split("\n");
    const path = join(dataDir, "restated.csv");
    await writeFile(
      path,
      lines.map((line) => (line.includes(name) ? line.replaceAll("r4.xlarge", "r6i.xlarge") : line)).join("\n"),
    );
    await load(path);
    const resource = "i-ac08e8a323cbf41e8";
    expect(reasonOf(await press(all.as("ana"), token, { resource }))).toBe("evidence-gone");
    await expectEverywhere(name, /^Withdrawn: /);
    const { cards } = await copies(name);
    for (const { actions } of cards) expect(actions.map(({ label }) => label)).toEqual(["Comment", "History"]);
    expect((await trail(db, idOf(name))).slice(1)).toEqual([
      "ana approve refused evidence-gone",
      "evidence-check withdraw done",
    ]);
    expect((await press(all.as("ana"), token, { resource })).answer.card.blocks[0]).toMatchObject({
      text: CLICK_REFUSED.stale,
    });
  });

  test("after its expiry approves nothing, and every copy says expired", async () => {
    const name = "vol-gp2-640";
    const late = all.on("2025-11-24");
    expect(reasonOf(await press(late.as("ana"), await tokenOf(name, "Approve")))).toBe("expired");
    expect(await stateOf(db, idOf(name))).toBe("expired 1");
    const { cards } = await copies(name);
    for (const card of cards) {
      expect(card.status).toBe("Expired on 2025-11-24 without a decision");
      expect(card.actions.map(({ label }) => label)).toEqual(["Comment", "History"]);
    }
  });
});
