/**
 * Slack misbehaving for a long time: `node test/soak/slack.soak.ts [--minutes N] [--seed N]` (10 minutes).
 * Errors, cut connections, limits, routine and sudden disconnects, while people ask and cards are posted and edited. At
 * the end Slack is well again: every card must be there in its last revision, every command answered, nothing there twice
 * without saying so. Exits 1 and says what is wrong. Starts a Postgres of its own.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

import { MAYBE_TWICE } from "../../src/bot/channels/slack/slack-channel.ts";
import type { InboundBase } from "../../src/bot/handle-inbound.ts";
import { startDeliverer } from "../../src/bot/deliver-outbox.ts";
import { enqueuePost, enqueueUpdate } from "../../src/store/outbox.ts";
import { openStore } from "../../src/store/open-store.ts";
import { plainCard } from "../bot/arbitrary-card.ts";
import { silent } from "../slack/channel-support.ts";
import { FINOPS_CHANNEL, PAYMENTS_CHANNEL } from "../slack/fake/fake-slack.ts";
import { wordsOf } from "../slack/fake/reading.ts";
import { startSlackService } from "../slack/slack-service.ts";
import { testContext } from "../support/context.ts";
import { option, seeded, settled } from "./soak.ts";

const minutes = option("--minutes", 10);
const random = seeded(option("--seed", 1));
const SETTLE_MS = 180_000;
/** Cards, edits and answers that wait, at most, before nothing more is asked for. */
const BEHIND_MAX = 30;

const folder = await mkdtemp(join(tmpdir(), "finops-soak-"));
const db = await openStore({ dataDir: folder, databaseUrl: undefined, database: "finops" });
const base: InboundBase = testContext(db, { dataDir: folder });
const service = await startSlackService(base, { mode: "socket" });
const { slack, surface } = service;
const deliverer = await startDeliverer({ sql: db.sql, channels: [surface.channel], log: silent });
const wanted = new Map<string, string>();
let asked = 0;
let refused = 0;
let quietUntilCall = 0;
let failed = false;
try {
  await slack.sockets.connected();
  const until = performance.now() + minutes * 60_000;
  for (let turn = 0; performance.now() < until; turn += 1) {
    await act(turn);
    await misbehave();
    await wait(40 + random() * 120);
  }
  slack.api.faults.splice(0);
  await slack.up().catch(() => undefined);
  failed = !(await settled({
    sql: db.sql,
    withinMs: SETTLE_MS,
    problems,
    summary,
    well: "nothing lost, nothing twice without saying so",
  }));
} finally {
  await deliverer.stop();
  await service.stop();
  await db.close();
  await rm(folder, { recursive: true, force: true });
}
process.exitCode = failed ? 1 : 0;

/** A new card, an edit of one that is there, or a question. */
async function act(turn: number): Promise<void> {
  // Slack takes a message a second in a place, answers that had to take the other way included: more would only measure
  // how long the rest waits at the end.
  if ((await behind()) >= BEHIND_MAX) return;
  const what = random();
  if (what < 0.35) {
    const place = random() < 0.5 ? FINOPS_CHANNEL : PAYMENTS_CHANNEL;
    const key = `card ${turn}`;
    wanted.set(key, key);
    await enqueuePost(db.sql, { channel: `slack:${place}`, key, card: plainCard(key) });
  } else if (what < 0.6 && wanted.size > 0) {
    const key = [...wanted.keys()][Math.floor(random() * wanted.size)] ?? "";
    const title = `${key}, edited at ${turn}`;
    wanted.set(key, title);
    await enqueueUpdate(db.sql, { key, card: plainCard(title) });
  } else if (slack.sockets.connections() > 0) {
    const ack = await slack.ana.command(FINOPS_CHANNEL, "whoami").catch(() => ({ ok: false }));
    if (ack.ok) asked += 1;
    else refused += 1;
  }
}

async function behind(): Promise<number> {
  const rows = await db.sql`select 1 from outbox where revision_done < revision`;
  return rows.length;
}

async function misbehave(): Promise<void> {
  const what = random();
  const kinds = ["500", "reset", "html"] as const;
  const pending = slack.api.faults.filter(({ left }) => left > 0).length;
  if (what < 0.1) {
    // A share of the calls, whatever their pace: after a failure they are few, and must not all meet the next.
    if (pending > 0 || slack.api.calls.length < quietUntilCall) return;
    quietUntilCall = slack.api.calls.length + 3 + Math.floor(random() * 10);
    const kind = kinds[Math.floor(random() * kinds.length)] ?? "500";
    slack.api.faults.push({ methods: /chat\.|response|users/, kind, left: 1 + Math.floor(random() * 4) });
  } else if (what < 0.12) slack.sockets.refresh();
  else if (what < 0.13) slack.sockets.cut();
  else if (what < 0.14) slack.pace.limitChannel(random() < 0.5 ? FINOPS_CHANNEL : PAYMENTS_CHANNEL, 2);
}

function summary(): string {
  const posted = slack.posted(FINOPS_CHANNEL).length + slack.posted(PAYMENTS_CHANNEL).length;
  const calls = slack.api.calls.length;
  return `${wanted.size} cards, ${asked} questions taken (${refused} at a cut socket), ${posted} messages, ${calls} calls`;
}

function problems(): string[] {
  const posted = [...slack.posted(FINOPS_CHANNEL), ...slack.posted(PAYMENTS_CHANNEL)];
  const titles = new Map<string, number>();
  for (const { text } of posted) {
    const title = text.split("\n")[0] ?? "";
    titles.set(title, (titles.get(title) ?? 0) + 1);
  }
  const lost = [...wanted.values()].filter((title) => !titles.has(title)).map((title) => `not there: ${title}`);
  const marks = posted.filter(({ blocks }) => wordsOf(blocks).includes(MAYBE_TWICE)).length;
  // An edit of the repeat takes its mark away: what is there twice is counted beside all repeats that were sent.
  const repeats = slack.api.calls.filter(({ method, args, error }) => {
    return method === "chat.postMessage" && error === null && JSON.stringify(args).includes(MAYBE_TWICE);
  }).length;
  // By the address of the command, or in the talk with the person when that was cut off.
  const answers = slack.state.messages.filter(({ text }) => text.startsWith("You are ")).length;
  if (answers < asked) lost.push(`${asked - answers} questions were not answered`);
  const extra = posted.filter(({ text }) => /^card \d+/.test(text)).length - wanted.size;
  return extra > Math.max(marks, repeats) ? [...lost, `${extra} more messages than cards, ${repeats} marked`] : lost;
}
