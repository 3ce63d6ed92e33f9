import { afterAll, beforeAll, expect, test } from "vitest";

import { ChannelError } from "../../src/bot/channels/channel-error.ts";
import { dispatch } from "../../src/bot/dispatch.ts";
import { outboxState } from "../../src/store/outbox-state.ts";
import { testContext } from "../support/context.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { outboxOf } from "./outbox-support.ts";
import { createRecordingChannel } from "./recording-channel.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase({ connectionsMax: 10 });
});
afterAll(() => db.close());

const PLACES = 100;
const EACH = 50;
const wanted = Array.from({ length: EACH }, (_, index) => String(index));

test("5,000 messages over 100 places, one refused, one rate limited, one down: no other waits, each in order, each once", async () => {
  const box = outboxOf(db.sql);
  await db.sql`
    insert into outbox (channel, key, card)
    select 'slack:C' || place, 'k' || number,
      jsonb_build_object('title', number::text, 'summary', '', 'tone', 'neutral', 'blocks', '[]'::jsonb,
        'actions', '[]'::jsonb, 'footer', '[]'::jsonb)
    from generate_series(0, ${EACH - 1}) as number, generate_series(0, ${PLACES - 1}) as place`;
  const tries = new Map<string, number>();
  let trouble = true;
  const slack = createRecordingChannel("slack", {
    pace: { placesAtOnce: 16 },
    fail: ({ place }) => {
      tries.set(place, (tries.get(place) ?? 0) + 1);
      if (!trouble) return;
      if (place === "C7") throw new ChannelError("refused", "is_archived");
      if (place === "C8") throw new ChannelError("rate-limited", "slow down", { retryAfterSeconds: 30 });
      if (place === "C9") throw new ChannelError("unavailable", "timeout");
    },
  });
  const seen = (place: number): string[] =>
    slack.sent.filter((sent) => sent.place === `C${place}`).map(({ title }) => title);

  // One pass: what refuses and what limits was asked once, what is down nobody waits for, everything else is there.
  await box.deliver([slack]);
  expect([tries.get("C7"), tries.get("C8")]).toEqual([1, 1]);
  const healthy = Array.from({ length: PLACES }, (_, place) => place).filter((place) => ![7, 8, 9].includes(place));
  expect(healthy.filter((place) => JSON.stringify(seen(place)) !== JSON.stringify(wanted))).toEqual([]);
  expect([seen(7), seen(8), seen(9)]).toEqual([[], [], []]);
  expect((await outboxState(db.sql, "slack")).waiting).toBe(3 * EACH);

  // An admin sees which, and why; when it is mended and asked again, all of it comes, in order.
  const ctx = { ...testContext(db, { dataDir: "/tmp" }) };
  const listed = await dispatch({ ctx, text: "outbox list" });
  for (const word of ["slack:C7", "is_archived", "slack:C8", "slow down", "slack:C9", "timeout"])
    expect(JSON.stringify(listed.card)).toContain(word);
  trouble = false;
  for (const place of [7, 8, 9]) {
    const { exitCode, card } = await dispatch({ ctx, text: `outbox retry slack:C${place}` });
    expect([exitCode, card.summary]).toEqual([0, expect.stringContaining(`${EACH} cards are tried again now.`)]);
  }
  await box.deliver([slack]);
  expect([seen(7), seen(8), seen(9)]).toEqual([wanted, wanted, wanted]);
  expect(slack.sent).toHaveLength(PLACES * EACH);
  expect((await outboxState(db.sql, "slack")).waiting).toBe(0);
});

test("outbox: for admins who see everything; what is dropped is gone, and the trail says by whom", async () => {
  const box = outboxOf(db.sql);
  const slack = createRecordingChannel("slack", {
    fail: () => {
      throw new ChannelError("invalid", "invalid_blocks");
    },
  });
  await box.post("bad", "never", "slack:CX");
  await box.deliver([slack]);
  const ctx = testContext(db, { dataDir: "/tmp" });
  const viewer = { kind: "user", id: "tom", name: "Tom", role: "viewer", scope: [] } as const;
  expect((await dispatch({ ctx: { ...ctx, actor: viewer }, text: "outbox list" })).exitCode).toBe(2);
  const [dead] = (await outboxState(db.sql)).dead;
  const { card } = await dispatch({ ctx, text: "outbox list" });
  expect(card.actions).toMatchObject([
    { kind: "select", options: [{ command: `outbox retry ${dead?.id}` }] },
    { kind: "select", options: [{ command: `outbox drop ${dead?.id}` }] },
  ]);
  const dropped = await dispatch({ ctx, text: `outbox drop ${dead?.id}` });
  expect([dropped.exitCode, dropped.card.summary]).toEqual([0, "1 card is given up. 2 waiting at 1 place."]);
  expect((await dispatch({ ctx, text: `outbox drop ${dead?.id}` })).exitCode).toBe(2);
  for (const text of ["outbox dorp x", "outbox retry", "outbox retry nowhere"])
    expect([text, (await dispatch({ ctx, text })).exitCode]).toEqual([text, 2]);
  const lines = await db.sql<
    { action: string }[]
  >`select action from audit_event where action like 'outbox.%' order by id`;
  expect(lines.at(-1)?.action).toBe("outbox.drop");
});
