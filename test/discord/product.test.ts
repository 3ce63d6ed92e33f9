import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";

import { COMMANDS } from "../../src/bot/commands.ts";
import { createChartRenderer, type ChartRenderer } from "../../src/charts/render.ts";
import { DEMO_RENDER } from "../../src/jobs/demo-acts.ts";
import { renderBudget } from "../../src/bot/views/budget-card.ts";
import { renderRecommendation } from "../../src/bot/views/render-recommendation.ts";
import { refreshLiveCards } from "../../src/bot/live-cards.ts";
import { dispatch } from "../../src/bot/dispatch.ts";
import { expireRecommendations } from "../../src/service/expire-recommendations.ts";
import { evaluateBudgets } from "../../src/service/evaluate-budgets.ts";
import { enqueuePost } from "../../src/store/outbox.ts";
import { listRecommendations } from "../../src/store/recommendations.ts";
import { recommendationKey } from "../../src/service/recommendation-view.ts";
import { showRecommendation } from "../../src/service/list-recommendations.ts";
import type { Context } from "../../src/service/context.ts";
import { loadDemo } from "../../src/service/load-demo.ts";
import { addSamplePeople } from "../../src/service/sample-people.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { createRecordingChannel, type RecordingChannel } from "../bot/recording-channel.ts";
import { testContext } from "../support/context.ts";
import { startBot, type TestBot } from "./bot.ts";
import { componentsOf, type Option } from "./fake/actors.ts";
import { everyCommand } from "./every-command.ts";
import type { FakeMessage } from "./fake/world.ts";

const LOAD_TIMEOUT_MS = 240_000;
let db: TestDatabase;
let ctx: Context;
let charts: ChartRenderer;
let bot: TestBot;
let slack: RecordingChannel;

beforeAll(async () => {
  db = await createTestDatabase({ connectionsMax: 8 });
  ctx = testContext(db, { today: "2026-11-22", dataDir: await mkdtemp(join(tmpdir(), "discord-product-")) });
  await addSamplePeople(db.sql);
  await loadDemo({ ctx, input: { story: DEMO_RENDER } });
  charts = createChartRenderer({ workers: 1 });
  slack = createRecordingChannel("slack");
  bot = await startBot({
    base: ctx,
    others: [{ channel: slack, address: "slack:C1" }],
    draw: (view) => charts.png(view, { theme: "dark" }),
  });
}, LOAD_TIMEOUT_MS);
afterAll(async () => {
  await bot.close();
  await charts.close();
  await db.close();
  await rm(ctx.dataDir, { recursive: true, force: true });
});
afterEach(() => bot.fake.requireNoViolations());

const titleOf = (message: FakeMessage | null): string => message?.embeds[0]?.title ?? "";

describe("everything that can be asked", () => {
  test("each command and subcommand is answered with a card", async () => {
    const commands = everyCommand(bot.fake.world.globalCommands);
    expect(new Set(commands.map(({ name }) => name))).toEqual(new Set(["finops", ...COMMANDS.map(({ name }) => name)]));
    const unanswered: string[] = [];
    for (const { said, name, options } of commands) {
      const { mine, shown } = await bot.outcomeOf(await bot.ada.command(name, options));
      const title = titleOf(shown ?? mine);
      if (title === "" || /on our side|not reachable/i.test(title)) unanswered.push(`${said}: ${title}`);
    }
    expect(unanswered).toEqual([]);
  });

  test("the first example of each is, typed into /finops", async () => {
    const examples = COMMANDS.flatMap((command) => command.examples.slice(0, 1));
    const bad: string[] = [];
    for (const text of examples) {
      const asked = await bot.ada.command("finops", [{ name: "command", type: 3, value: text }]);
      const { mine, shown } = await bot.outcomeOf(asked);
      if (/on our side|do not know that command/i.test(titleOf(shown ?? mine))) bad.push(text);
    }
    expect(bad).toEqual([]);
  });

  test("each button, menu and form of the answers does something", async () => {
    const pressed = new Set<string>();
    const dead: string[] = [];
    const asks = [
      "cost last month by service vs previous",
      "waste",
      "recs list",
      "budget list",
      "digest now",
      "help",
      "start",
      "tour",
      "settings",
      "status",
      "people list",
    ];
    for (const text of asks) {
      const { mine } = await bot.outcomeOf(
        await bot.ada.command("finops", [{ name: "command", type: 3, value: text }]),
      );
      if (mine === null) throw new Error(`${text} was not answered privately`);
      for (const component of componentsOf(mine)) {
        const name = String(component["label"] ?? component["placeholder"]);
        if (component["url"] !== undefined || pressed.has(name)) continue;
        pressed.add(name);
        const options = component["options"] as { label: string }[] | undefined;
        const does =
          options === undefined ? await bot.ada.press(mine, name) : await bot.ada.pick(mine, options[0]?.label ?? "");
        const form = await bot.fake.until(() => does.callback, `an answer to "${name}"`);
        if (form.type === 9) continue;
        const { mine: answer, shown } = await bot.outcomeOf(does);
        const title = titleOf(shown ?? answer);
        if (/on our side|not known/i.test(title)) dead.push(`${name}: ${title}`);
      }
    }
    expect(dead).toEqual([]);
    expect(pressed.size).toBeGreaterThan(15);
  });
});

test("a digest comes with its picture, to whoever asked, and is shared where all see it", async () => {
  const { mine } = await bot.outcomeOf(await bot.vic.command("digest", [{ name: "now", type: 1, options: [] }]));
  expect(mine).toMatchObject({ onlyFor: bot.vic.user.id, content: expect.stringMatching(/^\$/) });
  const [picture] = mine?.attachments ?? [];
  expect([...(picture?.bytes.slice(1, 4) ?? [])]).toEqual([80, 78, 71]);
  expect(picture?.description).toMatch(/Cost by service/);
  if (mine === null) throw new Error("no digest");
  await bot.outcomeOf(await bot.vic.press(mine, "Share in channel"));
  const shared = await bot.posted(new RegExp(`^${titleOf(mine)}$`));
  expect(shared.embeds.map(({ description }) => description).join()).toContain("Shared by vic");
  expect(shared.attachments).toHaveLength(1);
});

test("suggestions while typing: the language, and what there is", async () => {
  const suggested = async (name: string, options: readonly Option[]): Promise<string[]> => {
    const { callback } = await bot.ada
      .complete(name, options)
      .then((asked) => bot.fake.until(() => (asked.callback === null ? null : asked), "suggestions"));
    return callback?.type === 8 ? callback.choices.map(({ value }) => String(value)) : [];
  };
  const typing = (name: string, value: string): Option => ({ name, type: 3, value, focused: true });
  expect(await suggested("cost", [typing("period", "la")])).toContain("last month");
  expect(await suggested("cost", [typing("by", "serv")])).toEqual(
    expect.arrayContaining(["service", "service-category"]),
  );
  expect(await suggested("cost", [typing("for", "team track")])).toContain("team tracking");
  expect(await suggested("finops", [typing("command", "bud")])).toContain("budget");
  expect(await suggested("budget", [{ name: "show", type: 1, options: [typing("name", "A")] }])).toContain("Azure");
  expect(await suggested("recs", [{ name: "show", type: 1, options: [typing("id", "waste")] }])).not.toEqual([]);
  expect(await suggested("help", [typing("command", "co")])).toContain("cost");
});

describe("an approval", () => {
  /** Shows a cheap, harmless recommendation that waits, everywhere cards of `finops` go. Each call another one. */
  const taken = new Set<string>();
  // What belongs to nobody else belongs to ben: what waits calls him.
  beforeAll(async () => {
    await bot.outcomeOf(await bot.ben.command("whoami", []));
    await db.sql`
      insert into owner (scope, principal_id, set_by)
      select '[]', principal_id, 'test' from identity where surface = 'discord' and external_id = ${bot.ben.user.id}`;
    await db.sql`delete from owner where scope <> '[]'`;
  });
  async function show(): Promise<{ id: string; card: FakeMessage; copy: FakeMessage; title: RegExp }> {
    const known = await listRecommendations(db.sql);
    const waiting = known.filter(
      ({ state, finding }) =>
        state === "proposed" && finding.risk !== "H" && Number(finding.saving?.amount ?? "1e9") < 500,
    );
    const one = waiting.find(({ id }) => !taken.has(id));
    if (one === undefined) throw new Error("nothing waits");
    taken.add(one.id);
    const view = await showRecommendation({ ctx, input: { id: one.id } });
    const card = renderRecommendation.card(view);
    await enqueuePost(db.sql, { channel: "finops", key: recommendationKey(one.id), card });
    const title = new RegExp(`^${card.title.replaceAll(/[^\w\s]/g, String.raw`\$&`)}$`);
    return { id: one.id, card: await bot.posted(title), copy: await bot.posted(title, bot.copy), title };
  }
  const buttonOf = (message: FakeMessage, word: string): string => {
    const labels = componentsOf(message).map(({ label }) => String(label));
    return (
      labels.find((label) => label.startsWith(word)) ?? expect.unreachable(`${word} is not among ${labels.join()}`)
    );
  };
  const says = (message: FakeMessage): string =>
    [message.content, ...message.embeds.map(({ description }) => description)].join(" ");
  /** Presses approve and, as the bot asks before money moves, says yes. */
  async function approve(by: TestBot["ben"], card: FakeMessage): Promise<FakeMessage> {
    const { mine: asks } = await bot.outcomeOf(await by.press(card, buttonOf(card, "Approve")));
    if (asks === null) throw new Error("nothing was asked");
    return asks;
  }

  test("by a manager shows on every copy, on every surface, with their name; the other card stays as it is", async () => {
    const a = await show();
    const b = await show();
    const before = JSON.stringify(b.card);
    expect([a.card.pings, a.copy.pings]).toEqual([[bot.ben.user.id], [bot.ben.user.id]]);
    const asks = await approve(bot.ben, a.card);
    expect(asks).toMatchObject({
      onlyFor: bot.ben.user.id,
      components: [{ components: [{ style: expect.any(Number) }] }],
    });
    await bot.ben.press(asks, buttonOf(asks, "Approve"));
    await bot.fake.until(
      () => /Approved by ben/.test(says(a.card)) && /Approved by ben/.test(says(a.copy)),
      "both copies",
    );
    await bot.fake.until(
      () => slack.sent.some(({ act, key }) => act === "update" && key === recommendationKey(a.id)),
      "slack",
    );
    expect(asks.components).toEqual([]);
    expect(componentsOf(a.card).some(({ label }) => String(label).startsWith("Approve"))).toBe(false);
    expect(JSON.stringify(b.card)).toBe(before);
    expect(await stateOf(a.id)).toBe("approved");
    // An edit calls nobody again, and no later one loses by whom.
    expect([a.card.pings.length, a.card.content.includes("<@")]).toEqual([1, false]);
    const { edits } = a.card;
    await dispatch({ ctx, text: `recs comment ${a.id} "<@${bot.ben.user.id}> seen @everyone"` });
    await bot.fake.until(() => a.card.edits > edits, "another edit");
    expect(says(a.card)).toContain("Approved by ben");
    expect(bot.place.messages.flatMap(({ pings }) => pings)).not.toContain("everyone");
  });

  test("that nobody decided looks expired, and its old button says so", async () => {
    const { id, card } = await show();
    const stale = structuredClone(card);
    await db.sql`update recommendation set expires_on = '2026-11-22' where id = ${id}`;
    await expireRecommendations({ ctx, input: { render: renderRecommendation } });
    await bot.fake.until(() => /Expired on/.test(says(card)), "the card");
    expect(componentsOf(card).some(({ label }) => String(label).startsWith("Approve"))).toBe(false);
    const { mine } = await bot.outcomeOf(await bot.ben.press(stale, buttonOf(stale, "Approve")));
    expect(says(mine ?? card)).toMatch(/changed since|expired/i);
    expect([await stateOf(id), card.pings]).toEqual(["expired", [bot.ben.user.id]]);
  });

  test("by somebody who is no manager is refused, told to them alone, and in the audit trail", async () => {
    const { id, card } = await show();
    const before = JSON.stringify(card);
    const asks = await approve(bot.vic, card);
    const { mine } = await bot.outcomeOf(await bot.vic.press(asks, buttonOf(asks, "Approve")));
    expect(says(mine ?? card)).toMatch(/role|may approve|approver/i);
    expect(mine?.onlyFor).toBe(bot.vic.user.id);
    expect([JSON.stringify(card), await stateOf(id)]).toEqual([before, "proposed"]);
    const trail = await db.sql<{ outcome: string }[]>`
      select outcome from audit_event where subject = ${id} and action = 'recommendation.approve'`;
    expect(trail.map(({ outcome }) => outcome)).toContain("refused");
  });

  test("by two managers at once: one wins, the other is told who", async () => {
    const { id, card } = await show();
    const [ben, cid] = [await approve(bot.ben, card), await approve(bot.cid, card)];
    const pressed = await Promise.all([
      bot.ben.press(ben, buttonOf(ben, "Approve")),
      bot.cid.press(cid, buttonOf(cid, "Approve")),
    ]);
    await bot.fake.until(() => /Approved by (ben|cid)/.test(says(card)), "the card");
    const winner = /Approved by (ben|cid)/.exec(says(card))?.[1] ?? "";
    const loser = pressed[winner === "ben" ? 1 : 0];
    if (loser === undefined) throw new Error("nobody lost");
    const { mine } = await bot.outcomeOf(loser);
    expect(says(mine ?? card)).toContain(`Approved by ${winner}`);
    expect(await stateOf(id)).toBe("approved");
    const done = await db.sql`
      select 1 from audit_event where subject = ${id} and action = 'recommendation.approve' and outcome = 'done'`;
    expect(done).toHaveLength(1);
  });

  test("a rejection asks for its reason in a form and keeps it", async () => {
    const { id, card } = await show();
    const opened = await bot.ben.press(card, buttonOf(card, "Reject"));
    const form = await bot.fake.until(() => (opened.callback?.type === 9 ? opened.callback.modal : null), "the form");
    expect(form.title).toMatch(/reject/i);
    const fields = form.components as unknown as { label: string; component: { options?: { label: string }[] } }[];
    const values = fields.map(({ label, component }) => [
      label,
      component.options?.[0]?.label ?? '"kept" for the <@auditors>',
    ]);
    await bot.ben.submit(opened, Object.fromEntries(values) as Record<string, string>);
    await bot.fake.until(() => /Rejected by ben/.test(says(card)), "the card");
    expect(await stateOf(id)).toBe("rejected");
    expect(says(card)).not.toMatch(/(^|[^\\])<@/);
  });

  test("decided in the terminal it shows here too; a click on what was there before is refused with what is there now", async () => {
    const { id, card } = await show();
    const stale = structuredClone(card);
    const marc: Context = {
      ...ctx,
      actor: { kind: "user", id: "demo_marc", name: "Marc", role: "approver", scope: [] },
    };
    const { exitCode } = await dispatch({ ctx: marc, text: `recs approve ${id}` });
    expect(exitCode).toBe(0);
    await bot.fake.until(() => /Approved by Marc/.test(says(card)), "the card");
    const { mine } = await bot.outcomeOf(await bot.ben.press(stale, buttonOf(stale, "Approve")));
    expect(says(mine ?? card)).toMatch(/changed since|Approved by Marc/);
  });
});

test("an answer for one person alone is edited by a decision elsewhere for as long as Discord lets it, and says so", async () => {
  const [one] = (await listRecommendations(db.sql, { states: ["rejected"] })).slice(-1);
  if (one === undefined) throw new Error("nothing was rejected");
  await db.sql`
    update recommendation set state = 'proposed', undo_until = null, reopens_on = null, expires_on = '2027-01-01'
    where id = ${one.id}`;
  const says = (message: FakeMessage | null): string => JSON.stringify([message?.content, message?.embeds]);
  const { mine } = await bot.outcomeOf(
    await bot.ben.command("finops", [{ name: "command", type: 3, value: `recs show ${one.id}` }]),
  );
  expect(says(mine)).toMatch(/kept up to date for 14 minutes/);
  const marc: Context = { ...ctx, actor: { kind: "user", id: "demo_marc", name: "Marc", role: "approver", scope: [] } };
  const decide = async (text: string): Promise<void> => {
    while ((await db.sql`select 1 from live_card where recommendation = ${one.id}`).length === 0)
      await db.sql`select pg_sleep(0.02)`;
    await dispatch({ ctx: marc, text });
    await refreshLiveCards(ctx);
    await delivered();
  };
  await decide(`recs reject ${one.id} --reason "still needed"`);
  await bot.fake.until(() => /Rejected by Marc/.test(says(mine)), "the answer");
  expect(mine?.onlyFor).toBe(bot.ben.user.id);
  expect(componentsOf(mine as FakeMessage).some(({ label }) => String(label).startsWith("Approve"))).toBe(false);
  // After the interaction's life nothing is said anew, and nobody is told that something is wrong.
  const edits = mine?.edits;
  bot.fake.world.advance(20 * 60_000);
  await decide(`recs undo ${one.id}`);
  expect(mine?.edits).toBe(edits);
  const [stuck] = await db.sql<{ count: number }[]>`
    select count(*)::int as count from outbox where dead_at is not null or last_error is not null`;
  expect(stuck?.count).toBe(0);
});

/** Until nothing waits in the outbox: a click on what is about to change is refused, rightly. */
async function delivered(): Promise<void> {
  const pending = async (): Promise<number> => {
    const rows = await db.sql`select 1 from outbox where revision_done < revision and dead_at is null`;
    return rows.length;
  };
  while ((await pending()) > 0) await db.sql`select pg_sleep(0.02)`;
}

async function stateOf(id: string): Promise<string> {
  const [row] = await db.sql<{ state: string }[]>`select state from recommendation where id = ${id}`;
  return row?.state ?? "none";
}

test("a budget alert is acknowledged by a button, and every copy says by whom", async () => {
  await bot.outcomeOf(
    await bot.ada.command("finops", [
      { name: "command", type: 3, value: "budget set alarm 10 USD at 50 forecast none" },
    ]),
  );
  await evaluateBudgets({ ctx, input: { render: renderBudget } });
  await delivered();
  // Beside it stands the answer to whoever set the budget, of the same title and a moment earlier or later.
  const alert = await bot.delivered(/^Budget alarm:/);
  const copy = await bot.delivered(/^Budget alarm:/, bot.copy);
  expect([alert.pings, copy.pings]).toEqual([[bot.ben.user.id], [bot.ben.user.id]]);
  const { mine } = await bot.outcomeOf(await bot.ben.press(alert, "Acknowledge"));
  expect(mine).toBeNull();
  const says = (message: FakeMessage) => JSON.stringify(message.embeds);
  await bot.fake.until(
    () => [alert, copy].every((message) => /Acknowledged by ben/.test(says(message))),
    "both copies",
  );
  await bot.fake.until(
    () => slack.sent.some(({ act, title }) => act === "update" && title.startsWith("Budget alarm")),
    "slack",
  );
  expect([alert.pings.length, alert.content.includes("<@")]).toEqual([1, false]);
});
