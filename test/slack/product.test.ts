import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";

import type { Card } from "../../src/bot/card.ts";
import { COMMANDS } from "../../src/bot/commands.ts";
import { refreshLiveCards } from "../../src/bot/live-cards.ts";
import { dispatch } from "../../src/bot/dispatch.ts";
import { enqueueUpdate } from "../../src/store/outbox.ts";
import { readWindow } from "../../src/store/message-window.ts";
import { REJECT_REASONS } from "../../src/bot/views/recommendation-actions.ts";
import { expireRecommendations } from "../../src/service/expire-recommendations.ts";
import { ingestBills } from "../../src/service/ingest-bills.ts";
import { presentRecommendations } from "../../src/service/present-recommendations.ts";
import { insertPerson, linkIdentity } from "../../src/store/people.ts";
import { estate, render, stateOf, trail, type Estate } from "../decisions/estate.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { ANA, BEN, CLEO, FINOPS_CHANNEL, PAYMENTS_CHANNEL } from "./fake/fake-slack.ts";
import { buttonsOf, findElement, liveMentions, wordsOf } from "./fake/reading.ts";
import type { FakeMessage } from "./fake/state.ts";
import { startSlackService, type SlackService } from "./slack-service.ts";

const BILLS = fileURLToPath(new URL("../fixtures/waste/focus_daily.csv.gz", import.meta.url));

let db: TestDatabase;
let dataDir: string;
let all: Estate;
let service: SlackService;

beforeAll(async () => {
  db = await createTestDatabase({ connectionsMax: 12 });
  dataDir = await mkdtemp(join(tmpdir(), "finops-slack-"));
  all = estate(db, { today: "2025-10-25", dataDir });
  await ingestBills({ ctx: all.system, input: { paths: [BILLS], parts: false, replace: true, dryRun: false } });
  for (const [user, id, role] of [
    [ANA, "ana", "approver"],
    [BEN, "ben", "approver"],
  ] as const) {
    await insertPerson(db.sql, { id, handle: id, name: id, role, scope: [], origin: "chat" });
    await linkIdentity(db.sql, { surface: "slack", externalId: user, personId: id, origin: "chat" });
  }
  service = await startSlackService(all.system);
  await dispatch({ ctx: all.as("rita"), text: "recs propose" });
  for (let shown = ["first"]; shown.length > 0;) {
    shown = await db.sql.begin((tx) =>
      presentRecommendations(tx, all.system, { channel: "finops", scope: [], render }),
    );
    // A few a week: all of them are needed here.
    await db.sql`update recommendation set shown_on = '2025-01-01' where shown_on is not null`;
  }
  await service.deliver();
}, 120_000);
afterAll(async () => {
  await service.stop();
  await db.close();
  await rm(dataDir, { recursive: true, force: true });
});
beforeEach(() => service.slack.advance(5_000));

const slack = () => service.slack;
const words = (message: FakeMessage): string => wordsOf(message.blocks);
/** A recommendation nobody has touched, as it stands in Slack; `click`: approved by a click, not by a form. */
async function fresh(by: "click" | "any" = "click"): Promise<{ message: FakeMessage; id: string }> {
  const rows = await db.sql<{ id: string; ts: string }[]>`
    select recommendation.id, slack_message.ts from recommendation
    join slack_message on slack_message.key = 'recommendation:' || recommendation.id
    where recommendation.state = 'proposed' and recommendation.revision = 1 order by recommendation.id`;
  for (const { id, ts } of rows) {
    const message = slack()
      .posted(FINOPS_CHANNEL)
      .find((one) => one.ts === ts);
    const button = message === undefined ? null : findElement(message.blocks, approveLabel(message));
    const asks = button?.element["confirm"] !== undefined;
    if (message !== undefined && (by === "click") === asks) return { message, id };
  }
  throw new Error("no untouched recommendation in Slack");
}
const approveLabel = (message: FakeMessage): string =>
  buttonsOf(message.blocks).find((label) => label.startsWith("Approve")) ?? "no approve button";
const webCard = async (key: string): Promise<Card> => {
  const reader = { personId: "reader", scope: [] };
  const { messages } = await readWindow(db.sql, { channel: "finops", reader, place: { at: "end" }, limit: 200 });
  return messages.find((message) => message.key === key)?.card as Card;
};
/** What somebody alone was told since. */
const told = (user: string, since: number): string[] => slack().whispered(user).slice(since).map(words);
/** A busy machine takes longer than the second vi.waitFor gives. */
const until = <T>(check: () => T | Promise<T>): Promise<T> => vi.waitFor(check, { timeout: 15_000, interval: 30 });
const settle = async (check: () => unknown): Promise<void> => {
  await until(check);
  await service.deliver();
};

describe("every command", () => {
  test.each(COMMANDS.map(({ name, examples }) => [name, examples[0] ?? name]))(
    "%s answers in Slack",
    async (_, text) => {
      const before = slack().state.messages.length;
      const ack = await slack().ana.command(FINOPS_CHANNEL, text);
      expect(ack).toMatchObject({ ok: true, body: { text: expect.stringContaining("Working on it") } });
      // The acknowledgement is one message; the answer another.
      await settle(() => expect(slack().state.messages.length).toBeGreaterThan(before + 1));
      const answer = slack().state.messages.slice(before).at(-1);
      expect(answer?.text).not.toMatch(/unexpected|err-/i);
    },
  );

  test("a private answer has a picture, and is shared by a button as it is", async () => {
    const before = slack().whispered(ANA).length;
    await slack().ana.command(FINOPS_CHANNEL, "cost last month by service");
    await settle(() => expect(slack().whispered(ANA).length).toBe(before + 2));
    const answer = slack().whispered(ANA).at(-1);
    if (answer === undefined) throw new Error("no answer");
    expect(answer.blocks.map(({ type }) => type)).toContain("image");
    const posted = slack().posted(FINOPS_CHANNEL).length;
    await slack().ana.click(answer, "Share in channel");
    await until(async () => {
      await service.deliver();
      expect(slack().posted(FINOPS_CHANNEL).length).toBe(posted + 1);
    });
    expect(slack().posted(FINOPS_CHANNEL).at(-1)?.text).toContain("Shared by ana");
    expect(slack().posted(FINOPS_CHANNEL).at(-1)?.text).toContain(answer.text.split("\n")[1] ?? "?");
  });

  test("a channel shows its part of the bills and no more", async () => {
    const before = slack().whispered(ANA).length;
    await slack().ana.command(PAYMENTS_CHANNEL, "cost last month");
    await slack().ana.command(FINOPS_CHANNEL, "cost last month");
    await settle(() => expect(slack().whispered(ANA).length).toBe(before + 4));
    const answers = slack()
      .whispered(ANA)
      .slice(before)
      .filter(({ blocks }) => blocks.length > 0);
    expect(new Set(answers.map(({ text }) => text)).size).toBe(2);
  });

  test("one command delivered three times is answered once", async () => {
    const envelope = slack().ana.commandEnvelope(FINOPS_CHANNEL, "whoami");
    const before = slack().whispered(ANA).length;
    for (const retryNum of [0, 1, 2]) {
      await slack().send(envelope, { retryNum });
      slack().advance(1_000);
    }
    await settle(() => expect(slack().whispered(ANA).length).toBe(before + 1));
    await slack().ana.command(FINOPS_CHANNEL, "help");
    await settle(() => expect(slack().whispered(ANA).length).toBe(before + 3));
  });
});

describe("a decision", () => {
  let approvedFirst: { message: FakeMessage; id: string };

  test("by a manager in Slack shows on every copy, and keeps by whom", async () => {
    approvedFirst = await fresh();
    const { message, id } = approvedFirst;
    expect(message.blocks.some(({ type }) => type === "actions")).toBe(true);
    await slack().ana.click(message, approveLabel(message));
    await settle(async () => expect(await stateOf(db, id)).toMatch(/^(approved|partly-approved)/));
    await until(async () => {
      await service.deliver();
      expect(message.text).toMatch(/ana/i);
    });
    expect((await webCard(`recommendation:${id}`)).status).toMatch(/ana/i);
    // A later edit of the same card still says by whom.
    await enqueueUpdate(db.sql, { key: `recommendation:${id}`, card: await webCard(`recommendation:${id}`) });
    await service.deliver();
    expect(message.text).toMatch(/ana/i);
  });

  test("by somebody who may not is refused to them alone, and in the audit trail", async () => {
    const { message, id } = await fresh();
    const before = slack().whispered(CLEO).length;
    const edits = message.edits;
    await slack().cleo.click(message, approveLabel(message));
    await settle(() => expect(slack().whispered(CLEO).length).toBe(before + 1));
    expect(told(CLEO, before).join()).toMatch(/approver/);
    expect(await stateOf(db, id)).toBe("proposed 1");
    expect(message.edits).toBe(edits);
    expect((await trail(db, id)).join("\n") + (await refusals())).toMatch(/refused/);
  });

  test("by two managers at once: one wins, the other is told", async () => {
    const { message, id } = await fresh();
    const before = { [ANA]: slack().whispered(ANA).length, [BEN]: slack().whispered(BEN).length };
    const label = approveLabel(message);
    await Promise.all([slack().ana.click(message, label), slack().ben.click(message, label)]);
    await settle(() =>
      expect(told(ANA, before[ANA] ?? 0).length + told(BEN, before[BEN] ?? 0).length).toBeGreaterThan(0),
    );
    expect(await stateOf(db, id)).toMatch(/^approved/);
    const approvals = (await trail(db, id)).filter((line) => / approve done/.test(line));
    expect(approvals).toHaveLength(1);
  });

  test("by a form on one card leaves the others alone", async () => {
    const { message, id } = await fresh("any");
    const others = slack()
      .posted(FINOPS_CHANNEL)
      .filter((one) => one !== message);
    const texts = others.map(({ text }) => text);
    await slack().ana.click(message, "Reject");
    await until(() => slack().ana.form());
    await slack().ana.submit({
      "Why not": REJECT_REASONS[0] ?? "",
      "In your words (needed for another reason)": 'a <!channel> "quoted" reason',
    });
    await settle(async () => expect(await stateOf(db, id)).toMatch(/^rejected/));
    await until(async () => {
      await service.deliver();
      expect(message.text).toMatch(/rejected/i);
    });
    expect(others.map(({ text }) => text)).toEqual(texts);
    expect(liveMentions(message.text, message.blocks)).toEqual([]);
  });

  test("in the terminal shows in Slack: what is undone there can be decided here again", async () => {
    const { message, id } = approvedFirst;
    const { edits } = message;
    const { card, exitCode } = await dispatch({ ctx: all.as("ana"), text: `recs undo ${id}` });
    expect({ exitCode, said: card.summary }).toMatchObject({ exitCode: 0 });
    await service.deliver();
    expect(await stateOf(db, id)).toMatch(/^proposed/);
    expect(message.edits).toBeGreaterThan(edits);
    expect(buttonsOf(message.blocks).some((label) => label.startsWith("Approve"))).toBe(true);
  });

  test("that expired looks expired, and its old button says so", async () => {
    const { message, id } = approvedFirst;
    const label = approveLabel(message);
    const stale = { ...message, blocks: message.blocks };
    slack().state.messages.push(stale);
    await expireRecommendations({ ctx: all.on("2027-01-01").system, input: { render } });
    await service.deliver();
    expect(message.text).toMatch(/expired/i);
    expect(buttonsOf(message.blocks).some((one) => one.startsWith("Approve"))).toBe(false);
    const before = slack().whispered(BEN).length;
    await slack().ben.click(stale, label);
    await settle(() => expect(slack().whispered(BEN).length).toBe(before + 1));
    expect(await stateOf(db, id)).toMatch(/^expired/);
  });
});

describe("an answer that shows what is decided on", () => {
  const keepTrue = async (): Promise<void> => {
    await refreshLiveCards(all.system);
    await service.deliver();
  };
  /** One to decide on that no card shows: only answers do. */
  const unposted = async (): Promise<string> => {
    const [row] = await db.sql<{ id: string }[]>`
      update recommendation set state = 'proposed', expires_on = '2027-01-01', undo_until = null, reopens_on = null
      where id = (select id from recommendation where finding ->> 'risk' <> 'H'
        order by (finding -> 'saving' ->> 'amount')::numeric, id limit 1) returning id`;
    const id = row?.id ?? "";
    await db.sql`update decision set voided_at = now() where recommendation_id = ${id} and voided_at is null`;
    await db.sql`delete from outbox where key = ${`recommendation:${id}`}`;
    return id;
  };

  test("in a talk is edited by a decision elsewhere, and its Share button stays", async () => {
    const id = await unposted();
    await slack().ana.direct(`recs show ${id}`);
    const talk = [...slack().state.channels.values()].find(({ kind, user }) => kind === "im" && user === ANA)?.id ?? "";
    await settle(() => expect(wordsOf(slack().posted(talk).at(-1)?.blocks ?? [])).toContain(id));
    const answer = slack().posted(talk).at(-1);
    if (answer === undefined) throw new Error("no answer");
    await until(async () => expect(await db.sql`select 1 from live_card where recommendation = ${id}`).toHaveLength(1));
    await keepTrue();
    expect(answer.edits).toBe(0);
    await dispatch({ ctx: all.as("ben"), text: `recs approve ${id}` });
    await keepTrue();
    expect(answer.text).toMatch(/Approved by Ben/);
    const buttons = buttonsOf(answer.blocks);
    expect(buttons.some((label) => label.startsWith("Approve"))).toBe(false);
    expect(buttons.some((label) => label.startsWith("Share in"))).toBe(true);
    // The copy everybody gets is of that moment too, and goes on being true.
    const copy = (): FakeMessage | undefined =>
      slack()
        .posted(FINOPS_CHANNEL)
        .find((one) => words(one).includes("Shared by ana") && words(one).includes(id));
    await slack().ana.click(answer, buttons.find((label) => label.startsWith("Share in")) ?? "");
    await until(async () => {
      await keepTrue();
      expect(copy()?.text).toMatch(/Approved by Ben/);
    });
    const shared = copy();
    await dispatch({ ctx: all.as("ben"), text: `recs undo ${id}` });
    await keepTrue();
    expect(answer.text).toMatch(/Waiting for/);
    expect(shared?.text).toMatch(/Waiting for/);
    await dispatch({ ctx: all.as("ben"), text: `recs reject ${id} --reason done` });
  });

  test("for one person alone says that it stays as it is, and gives way to its own click", async () => {
    const id = await unposted();
    const before = slack().whispered(ANA).length;
    await slack().ana.command(FINOPS_CHANNEL, `recs show ${id}`);
    await settle(() => expect(slack().whispered(ANA).length).toBe(before + 2));
    const answer = slack().whispered(ANA).at(-1);
    if (answer === undefined) throw new Error("no answer");
    expect(words(answer)).toContain("is not kept up to date");
    await slack().ana.click(answer, approveLabel(answer));
    await settle(() => expect(answer.text).toMatch(/Approved by ana/));
    expect(buttonsOf(answer.blocks).some((label) => label.startsWith("Approve"))).toBe(false);
    // Said where all see it, once.
    const said = slack()
      .posted(FINOPS_CHANNEL)
      .filter(({ text }) => text.includes("Approved by ana") && text.includes(answer.text.split("\n")[0] ?? "?"));
    expect(said).toHaveLength(1);
    expect(await stateOf(db, id)).toMatch(/^approved/);
  });

  test("on the home tab follows a decision that no posted card tells of", async () => {
    const id = await unposted();
    const [row] = await db.sql<
      { name: string }[]
    >`select finding ->> 'name' as name from recommendation where id = ${id}`;
    const name = row?.name ?? "";
    await slack().ana.openHome();
    const home = (): string => wordsOf(slack().ana.home().body["blocks"] as never);
    await until(() => expect(home()).toContain(name));
    await dispatch({ ctx: all.as("ben"), text: `recs reject ${id} --reason done` });
    await until(() => expect(home()).not.toContain(name));
  });
});

async function refusals(): Promise<string> {
  const rows = await db.sql<{ line: string }[]>`
    select concat_ws(' ', actor_id, action, outcome) as line from audit_event where outcome = 'refused'`;
  return rows.map(({ line }) => line).join("\n");
}

test("each button, menu and form of the answers does something", async () => {
  const { state } = slack();
  const happened = (): string => [state.views.size, ...state.messages.map(({ edits }) => edits)].join();
  const pressed = new Set<string>();
  const dead: string[] = [];
  for (const text of [
    "cost last month vs previous",
    "waste",
    "recs list",
    "budget list",
    "digest now",
    "help",
    "start",
  ]) {
    const before = slack().whispered(ANA).length;
    await slack().ana.command(FINOPS_CHANNEL, text);
    await until(() => expect(slack().whispered(ANA).length).toBeGreaterThan(before + 1));
    const answer = slack().whispered(ANA).at(-1) as FakeMessage;
    for (const label of buttonsOf(answer.blocks)) {
      const found = findElement(answer.blocks, label);
      if (pressed.has(label) || found === null || found.element["url"] !== undefined) continue;
      pressed.add(label);
      const then = happened();
      await slack().ana.click(answer, label);
      await until(() => expect(happened()).not.toBe(then));
      const said = slack().whispered(ANA).at(-1)?.text ?? "";
      if (/on our side|not known/i.test(said)) dead.push(`${label}: ${said}`);
    }
  }
  expect(dead).toEqual([]);
  expect(pressed.size).toBeGreaterThan(12);
});

describe("talking", () => {
  test("a mention is answered in its thread, to the person; a private word in the talk", async () => {
    const before = slack().whispered(ANA).length;
    await slack().ana.mention(FINOPS_CHANNEL, "whoami");
    await settle(() => expect(slack().whispered(ANA).length).toBe(before + 1));
    expect(slack().whispered(ANA).at(-1)?.threadTs).not.toBeNull();
    await slack().ana.direct("whoami");
    const talk = [...slack().state.channels.values()].find(({ kind, user }) => kind === "im" && user === ANA)?.id ?? "";
    await settle(() => expect(slack().posted(talk)).toHaveLength(1));
  });

  test("the home tab shows what waits for whoever opens it, and changes with it", async () => {
    await slack().ana.openHome();
    await until(() => slack().ana.home());
    const home = wordsOf(slack().ana.home().body["blocks"] as never);
    expect(home).toMatch(/Waiting for you/);
    expect(home).toMatch(/budget/i);
    expect(home).toMatch(/digest/i);
    expect(home).toMatch(/Getting started|You are set up/);
  });

  test("an invitation is answered with what is next, once", async () => {
    const posted = slack().posted(PAYMENTS_CHANNEL).length;
    const joined = { type: "member_joined_channel", user: slack().state.bot.user, channel: PAYMENTS_CHANNEL };
    for (let times = 0; times < 2; times += 1) {
      await slack().ana.event({ ...joined, channel_type: "C", team: slack().state.team.id });
      await service.deliver();
    }
    expect(slack().posted(PAYMENTS_CHANNEL).length).toBe(posted + 1);
    expect(slack().posted(PAYMENTS_CHANNEL).at(-1)?.text).toMatch(/Getting started|set up/);
  });
});
