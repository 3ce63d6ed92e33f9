/**
 * Discord misbehaving for a long time: `node test/soak/discord.soak.ts [--minutes N] [--seed N]` (10 minutes).
 * Storms of 500s, answers that get lost, limits, asked and sudden disconnects, sessions that are forgotten, heartbeats
 * nobody answers, a gateway that takes nobody, while people ask and cards are posted and edited. At the end Discord is
 * well again: every card must be there once and in its last revision, every command answered where it was asked or in the
 * talk with the person. Exits 1 and says what is wrong. Starts a Postgres of its own.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

import { enqueuePost, enqueueUpdate } from "../../src/store/outbox.ts";
import { openStore } from "../../src/store/open-store.ts";
import { plainCard } from "../bot/arbitrary-card.ts";
import { startBot } from "../discord/bot.ts";
import { createFakeDiscord } from "../discord/fake/fake-discord.ts";
import { directChannelOf, type FakeInteraction, type FakeMessage } from "../discord/fake/world.ts";
import { testContext } from "../support/context.ts";
import { option, seeded, settled } from "./soak.ts";

const minutes = option("--minutes", 10);
const random = seeded(option("--seed", 1));
const SETTLE_MS = 240_000;
/** Short, so that a line nobody answers on is noticed often in these minutes. */
const HEARTBEAT_MS = 2_000;
const FLAG_LOADING = 1 << 7;

const folder = await mkdtemp(join(tmpdir(), "finops-soak-"));
const db = await openStore({ dataDir: folder, databaseUrl: undefined, database: "finops" });
const fake = await createFakeDiscord({ heartbeatMs: HEARTBEAT_MS });
const { world } = fake;
const bot = await startBot({ base: testContext(db, { dataDir: folder }), fake });
const wanted = new Map<string, string>();
const asked: FakeInteraction[] = [];
let failed = false;
try {
  const until = performance.now() + minutes * 60_000;
  for (let turn = 0; performance.now() < until; turn += 1) {
    await act(turn);
    await misbehave();
    await wait(40 + random() * 120);
  }
  world.faults.splice(0);
  fake.gateway.refuse(false);
  fake.gateway.answerHeartbeats(true);
  failed = !(await settled({
    sql: db.sql,
    withinMs: SETTLE_MS,
    problems,
    summary,
    well: "nothing lost, nothing twice",
  }));
} finally {
  await bot.close();
  await db.close();
  await rm(folder, { recursive: true, force: true });
}
process.exitCode = failed ? 1 : 0;

/** A new card, an edit of one that is there, or a question. */
async function act(turn: number): Promise<void> {
  const what = random();
  if (what < 0.35) {
    const place = random() < 0.5 ? bot.place : bot.copy;
    const key = `card ${turn}`;
    wanted.set(key, key);
    await enqueuePost(db.sql, { channel: `discord:${place.id}`, key, card: plainCard(key) });
  } else if (what < 0.6 && wanted.size > 0) {
    const key = [...wanted.keys()][Math.floor(random() * wanted.size)] ?? "";
    const title = `${key}, edited at ${turn}`;
    wanted.set(key, title);
    await enqueueUpdate(db.sql, { key, card: plainCard(title) });
  } else if (fake.gateway.connected() > 0) {
    asked.push(await bot.vic.command("whoami"));
  }
}

async function misbehave(): Promise<void> {
  const what = random();
  const times = 1 + Math.floor(random() * 4);
  if (what < 0.05) world.faults.push({ path: /messages|webhooks|callback/, how: { status: 502 }, times });
  else if (what < 0.08) world.faults.push({ path: /messages|webhooks/, how: "lost", times });
  else if (what < 0.085) world.faults.push({ path: /\/channels\//, how: "hang", times: 1 });
  else if (what < 0.1) world.faults.push({ path: /callback/, how: "lost", times: 1 });
  else if (what < 0.11) world.faults.push({ path: /\/channels\//, how: rateLimited(), times });
  else if (what < 0.125) fake.gateway.askReconnect();
  else if (what < 0.135) fake.gateway.drop();
  else if (what < 0.138) {
    // The next resume is answered with "invalid session".
    fake.gateway.forgetSessions();
    fake.gateway.drop();
  } else if (what < 0.141) {
    fake.gateway.answerHeartbeats(false);
    await wait(2.5 * HEARTBEAT_MS);
    fake.gateway.answerHeartbeats(true);
  } else if (what < 0.144) {
    fake.gateway.refuse(true);
    fake.gateway.drop();
    await wait(2_000);
    fake.gateway.refuse(false);
  }
}

function rateLimited() {
  return {
    status: 429,
    body: { message: "You are being rate limited.", retry_after: 1.5, global: false },
    headers: { "retry-after": "2", "x-ratelimit-scope": "shared" },
  };
}

function summary(): string {
  const { identifies, resumes, heartbeats } = fake.gateway.counts;
  return (
    `${wanted.size} cards, ${asked.length} questions, ${posted().length} messages, ${world.requests.length} calls, ` +
    `${identifies} logins, ${resumes} resumes, ${heartbeats} heartbeats`
  );
}

function posted(): FakeMessage[] {
  return [...bot.place.messages, ...bot.copy.messages].filter(({ onlyFor }) => onlyFor === null);
}

function problems(): string[] {
  const titles = posted().map(({ embeds }) => embeds[0]?.title ?? "");
  const there = new Set(titles);
  const lost = [...wanted.values()].filter((title) => !there.has(title)).map((title) => `not there: ${title}`);
  const cards = titles.filter((title) => title.startsWith("card ")).length;
  const twice = cards > wanted.size ? [`${cards - wanted.size} more messages than cards`] : [];
  return [...lost, ...twice, ...unanswered()];
}

/** What was asked and is neither answered where it was asked nor told in the talk with the person. */
function unanswered(): string[] {
  const direct = directChannelOf(world, bot.vic.user.id).messages.length;
  const open = asked.filter(
    ({ original, followUps }) =>
      followUps.length === 0 && (original === null || (original.flags & FLAG_LOADING) !== 0 || original.edits === 0),
  );
  return open.length > direct ? [`${open.length - direct} questions were not answered`] : [];
}
