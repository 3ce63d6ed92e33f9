import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

import type { Card } from "../../src/bot/card.ts";
import { createWebChannel } from "../../src/bot/channels/web/web-channel.ts";
import { deliverDue } from "../../src/bot/deliver-outbox.ts";
import { dispatch } from "../../src/bot/dispatch.ts";
import { keepAnswerTrue, refreshLiveCards } from "../../src/bot/live-cards.ts";
import type { MessageView } from "../../src/http/message-view.ts";
import { reviewRecommendations } from "../../src/jobs/review-recommendations.ts";
import { ingestBills } from "../../src/service/ingest-bills.ts";
import { changeScope } from "../../src/service/manage-people.ts";
import { recommendationKey } from "../../src/service/recommendation-view.ts";
import { ensureDirectChannel } from "../../src/store/conversations.ts";
import { LIVE_CARDS_MAX, reapLiveCards } from "../../src/store/live-cards.ts";
import { insertPerson, linkIdentity } from "../../src/store/people.ts";
import { startChatServer, type ChatServer } from "../http/chat-server.ts";
import { createClient, jsonOf, type HttpClient } from "../http/http-client.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { dailyDigest } from "../support/schedules.ts";
import { estate, stateOf, type Estate } from "./estate.ts";

/** Answers in the web chat about real bills; decisions are taken elsewhere. */
const BILLS = fileURLToPath(new URL("../fixtures/waste/focus_daily.csv.gz", import.meta.url));
const GCP = [{ dimension: "provider" as const, negated: false, values: ["gcp"] }];

let db: TestDatabase;
let dataDir: string;
let all: Estate;
let server: ChatServer;
let client: HttpClient;
let ids: string[];
let untouched: string[];

beforeAll(async () => {
  db = await createTestDatabase({ connectionsMax: 12 });
  dataDir = await mkdtemp(join(tmpdir(), "finops-answers-"));
  all = estate(db, { today: "2025-10-25", dataDir });
  await ingestBills({ ctx: all.system, input: { paths: [BILLS], parts: false, replace: true, dryRun: false } });
  const { actor: _actor, scope: _scope, ...base } = all.system;
  server = await startChatServer(db, { real: { name: "real", base } });
  client = await createClient(server.url);
  await insertPerson(db.sql, { id: "ana", handle: "ana", name: "Ana", role: "approver", scope: [], origin: "chat" });
  await dispatch({ ctx: all.as("rita"), text: "recs propose" });
  const rows = await db.sql<{ id: string }[]>`
    select id from recommendation where finding ->> 'risk' <> 'H' order by id`;
  ids = rows.map(({ id }) => id);
}, 120_000);
beforeEach(async () => {
  untouched = [...ids];
  await db.sql`delete from live_card`;
  await db.sql`delete from live_change`;
  await db.sql`delete from decision`;
  await db.sql`
    update recommendation set state = 'proposed', undo_until = null, snoozed_until = null, reopens_on = null`;
});
afterAll(async () => {
  await server.close();
  await db.close();
  await rm(dataDir, { recursive: true, force: true });
});

/** A recommendation no test has touched. */
function fresh(): string {
  const id = untouched.pop();
  if (id === undefined) throw new Error("all recommendations are used up");
  return id;
}
const decide = (text: string, ctx = all.as("ana")) => dispatch({ ctx, text });
const deliver = () => deliverDue({ sql: db.sql, channels: [createWebChannel(db.sql)], log: all.system.log });
/** What a running service does by itself. */
async function settle(): Promise<number> {
  const edited = await refreshLiveCards(all.system);
  await deliver();
  return edited;
}
async function ask(text: string, channel = "finops"): Promise<MessageView> {
  const body = { askId: crypto.randomUUID(), text, channel };
  const { messages } = await jsonOf<{ messages: MessageView[] }>(client.post("/api/chat/ask", body));
  const [, answer] = messages;
  if (answer === undefined) throw new Error("no answer");
  return answer;
}
async function now(message: MessageView): Promise<{ card: Card; revision: number; replies: number; tokens: string[] }> {
  const [row] = await db.sql<{ card: Card; revision: number; replies: number; tokens: string[] }[]>`
    select card, revision, replies, tokens from message where id = ${message.id}::bigint`;
  if (row === undefined) throw new Error("the message is gone");
  return row;
}
const click = async (token: string | undefined) =>
  jsonOf<{ done: boolean; said: string | null; messages: MessageView[] }>(
    client.post("/api/chat/act", { actId: crypto.randomUUID(), token, confirmed: true }),
  );
const buttons = ({ actions }: Card): string[] => actions.map(({ label }) => label);

describe("an answer that shows one recommendation", () => {
  test("is edited by a decision elsewhere, says by whom, and has the buttons of what there is", async () => {
    const id = fresh();
    const other = fresh();
    const answer = await ask(`recs show ${id}`);
    const beside = await ask(`recs show ${other}`);
    await settle();
    expect((await now(answer)).revision).toBe(1);
    await decide(`recs approve ${id}`);
    expect(await settle()).toBe(1);
    const shown = await now(answer);
    expect(shown.card.status).toMatch(/^Approved by Ana/);
    expect(buttons(shown.card)).not.toContain("Approve");
    expect(shown.tokens).toHaveLength(shown.card.actions.length);
    // Deciding on one leaves the other alone.
    expect((await now(beside)).revision).toBe(1);
    await decide(`recs undo ${id}`);
    await settle();
    expect((await now(answer)).card.status).toMatch(/^Waiting for/);
  });

  test("is edited in place by its own button, with nothing more said", async () => {
    const id = fresh();
    const answer = await ask(`recs show ${id}`);
    const approve = (await now(answer)).card.actions.findIndex(({ label }) => label.startsWith("Approve"));
    const { done, said, messages } = await click((await now(answer)).tokens[approve]);
    expect([done, messages]).toEqual([true, []]);
    expect(said).toMatch(/^Approved: /);
    await deliver();
    const shown = await now(answer);
    expect(shown.card.status).toMatch(/^Approved by You/);
    expect(shown.replies).toBe(0);
  });

  test("a refused decision keeps saying why, above what there is now", async () => {
    const id = fresh();
    await decide(`recs snooze ${id} --until 7d`);
    const answer = await ask(`recs reject ${id}`);
    const note = (await now(answer)).card.blocks[0];
    expect(note).toMatchObject({ kind: "note", text: expect.stringContaining("needs a reason") });
    await decide(`recs reject ${id} --reason "still needed"`);
    await settle();
    const shown = await now(answer);
    expect(shown.card.blocks[0]).toEqual(note);
    expect(shown.card.status).toMatch(/^Rejected by Ana/);
  });

  test("what was decided between the making of the answer and its keeping is on it", async () => {
    const id = fresh();
    const made = await dispatch({ ctx: all.as("ana"), text: `recs show ${id}` });
    await decide(`recs reject ${id} --reason "still needed"`);
    await settle();
    // Only now it is posted, as a slow request does.
    const [message] = await db.sql<{ id: string }[]>`
      with tick as (update chat_clock set last_seq = last_seq + 1 returning last_seq)
      insert into message (seq, channel, key, author_kind, author_id, author_name, card)
      select last_seq, 'finops', 'answer:slow', 'bot', 'finops', 'Bot', ${JSON.stringify(made.card)}::text::jsonb
      from tick returning id::text as id`;
    if (made.shows === undefined || message === undefined) throw new Error("nothing is shown");
    await keepAnswerTrue(db.sql, {
      key: "answer:slow",
      card: made.card,
      shows: made.shows,
      actor: all.as("ana").actor,
      place: "finops",
      isPrivate: false,
      placed: { address: "finops", reference: { channel: "finops", id: message.id } },
    });
    await settle();
    const [row] = await db.sql<{ card: Card }[]>`select card from message where key = 'answer:slow'`;
    expect(row?.card.status).toMatch(/^Rejected by Ana/);
  });

  test("it shows no more than its asker may see by now", async () => {
    const [aws] = await db.sql<{ id: string }[]>`
      select id from recommendation where finding ->> 'provider' = 'aws' and state = 'proposed' limit 1`;
    const id = aws?.id ?? "";
    await insertPerson(db.sql, { id: "gus", handle: "gus", name: "Gus", role: "viewer", scope: [], origin: "chat" });
    await linkIdentity(db.sql, { surface: "web", externalId: "local", personId: "gus", origin: "config" });
    try {
      await ensureDirectChannel(db.sql, "gus");
      const answer = await ask(`recs show ${id}`, "@gus");
      const root = { ...all.system, actor: { kind: "system", id: "root" } as const };
      await changeScope({ ctx: root, input: { who: "gus", scope: GCP } });
      await decide(`recs comment ${id} --text "our secret"`);
      await settle();
      const { card } = await now(answer);
      expect(card.title).toBe("Not found");
      expect(JSON.stringify(card)).not.toContain("secret");
    } finally {
      await db.sql`delete from identity where surface = 'web' and external_id = 'local'`;
    }
  });
});

describe("an answer that lists recommendations", () => {
  test("loses what was decided, and its own button says what became of the rest", async () => {
    const id = fresh();
    const list = await ask("recs list");
    const mine = await ask("recs list mine");
    expect(JSON.stringify((await now(mine)).card)).toContain(id);
    await decide(`recs reject ${id} --reason "still needed"`);
    await settle();
    expect(JSON.stringify((await now(mine)).card)).not.toContain(id);
    expect(JSON.stringify((await now(list)).card)).not.toContain(id);
    const { card, tokens } = await now(mine);
    const approve = card.actions.findIndex(({ label }) => label.startsWith("Approve"));
    const { done, messages } = await click(tokens[approve]);
    await deliver();
    expect(done).toBe(true);
    // The list does not say it: what was approved does.
    expect(messages.at(-1)?.card).toMatchObject({ title: "Approved" });
    expect(buttons((await now(mine)).card).filter((label) => label.startsWith("Approve"))).toEqual([]);
  });

  test("a confirmation of several is brought up to what is left, and has no button when nothing is", async () => {
    const [one, two] = [fresh(), fresh()];
    const asked = await ask(`recs approve ${one} ${two}`);
    expect(buttons((await now(asked)).card)[0]).toMatch(/^Approve 2 · /);
    await decide(`recs reject ${one} --reason "still needed"`);
    await decide(`recs reject ${two} --reason "still needed"`);
    await settle();
    const { card } = await now(asked);
    expect([card.title, buttons(card)]).toEqual(["Approve: nothing is left", []]);
  });

  test("what waits for an approver, told once a week, is true all week", async () => {
    const id = fresh();
    const outcome = await reviewRecommendations({
      ctx: all.system,
      schedule: dailyDigest({ name: "recommendations", job: "recommendations" }),
      run: { schedule: "recommendations", dueAt: 0 },
    } as unknown as Parameters<typeof reviewRecommendations>[0]);
    await db.sql.begin(async (tx) => outcome.save?.(tx));
    await settle();
    const read = async (): Promise<string> => {
      const [row] = await db.sql<{ card: Card }[]>`
        select card from message where channel = '@ana' and starts_with(key, 'waiting:ana:')`;
      return JSON.stringify(row?.card);
    };
    expect(await read()).toContain(id);
    await decide(`recs reject ${id} --reason "still needed"`);
    await settle();
    expect(await read()).not.toContain(id);
  });
});

describe("keeping answers true is bounded", () => {
  test("the newest of a place are kept, and for as long as their buttons live", async () => {
    const id = untouched[0] ?? "";
    const first = await ask(`recs show ${id}`, "costs");
    for (let count = 0; count < LIVE_CARDS_MAX; count += 1) {
      const { card, shows } = await dispatch({ ctx: all.as("ana"), text: `recs show ${id}` });
      if (shows === undefined) throw new Error("nothing is shown");
      await keepAnswerTrue(db.sql, {
        key: `answer:many-${count}`,
        card,
        shows,
        actor: all.as("ana").actor,
        place: "costs",
        isPrivate: false,
        placed: { address: "costs", reference: { channel: "costs", id: "0" } },
      });
    }
    const [row] = await db.sql<{ kept: number; rows: number; first: boolean }[]>`
      select (select count(*)::int from live_card) as kept,
        (select count(*)::int from outbox where starts_with(key, 'answer:many-')) as rows,
        exists (select 1 from outbox where key = ${first.key}) as first`;
    expect(row).toEqual({ kept: LIVE_CARDS_MAX, rows: LIVE_CARDS_MAX, first: false });
    await decide(`recs comment ${id} --text "seen"`);
    await settle();
    expect((await now(first)).revision).toBe(1);
    await db.sql`update live_card set live_until = now()`;
    expect(await reapLiveCards(db.sql)).toBe(LIVE_CARDS_MAX);
    const [left] = await db.sql<{ rows: number }[]>`
      select count(*)::int as rows from outbox where starts_with(key, 'answer:many-')`;
    expect(left?.rows).toBe(0);
  });

  test("a card posted through the outbox stays when it is let go of", async () => {
    const id = untouched[0] ?? "";
    const shows = { kind: "one", id, note: null } as const;
    const { card } = await dispatch({ ctx: all.as("ana"), text: `recs show ${id}` });
    await db.sql`
      insert into outbox (channel, key, card) values ('finops', 'shared:1', ${JSON.stringify(card)}::text::jsonb)`;
    const common = { key: "shared:1", card, shows, actor: all.as("ana").actor };
    await keepAnswerTrue(db.sql, { ...common, place: "finops", isPrivate: false, placed: null });
    await db.sql`update live_card set live_until = now()`;
    await reapLiveCards(db.sql);
    const rows = await db.sql`select 1 from outbox where key = 'shared:1'`;
    expect(rows).toHaveLength(1);
  });
});

test("several that keep answers true at once, while decisions are taken, end with what there is", async () => {
  const id = fresh();
  const answer = await ask(`recs show ${id}`);
  const list = await ask("recs list all");
  const deciding = new AbortController();
  const keepers = [1, 2, 3].map(async () => {
    while (!deciding.signal.aborted) await refreshLiveCards(all.system);
  });
  for (let turn = 0; turn < 6; turn += 1) {
    await decide(`recs approve ${id}`);
    await decide(`recs undo ${id}`);
  }
  await decide(`recs reject ${id} --reason "still needed"`);
  deciding.abort();
  await Promise.all(keepers);
  await settle();
  expect((await now(answer)).card.status).toMatch(/^Rejected by Ana/);
  expect(await stateOf(db, id)).toMatch(/^rejected/);
  const fresher = await dispatch({ ctx: all.as("local", "admin"), text: "recs list all" });
  expect((await now(list)).card.blocks).toEqual(JSON.parse(JSON.stringify(fresher.card.blocks)));
  expect(await db.sql`select 1 from live_change`).toHaveLength(0);
  expect(await db.sql`select 1 from outbox where key = ${recommendationKey(id)}`).toHaveLength(0);
});
