/**
 * What delivery costs. `node bench/outbox.ts [--messages N] [--places N]`
 * 5,000 cards over 100 places of a surface that answers at once, one of them rate limited, one refused, one that never
 * answers: how long until all others have theirs, beside the same without trouble; then posts of the web chat, edits, and
 * how long it takes to find what is due among all that waits.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { pino } from "pino";

import { ChannelError } from "../src/bot/channels/channel-error.ts";
import type { Channel } from "../src/bot/channels/channel.ts";
import { createWebChannel } from "../src/bot/channels/web/web-channel.ts";
import { startDeliverer } from "../src/bot/deliver-outbox.ts";
import { TERMINAL_CAPABILITIES } from "../src/bot/channels/terminal/capabilities.ts";
import { claimLanes } from "../src/store/outbox-lanes.ts";
import { openStore } from "../src/store/open-store.ts";
import { figure, type Figure } from "./figure.ts";

const after = (word: string, otherwise: number): number => {
  const at = process.argv.indexOf(word);
  return at < 0 ? otherwise : Number(process.argv[at + 1]);
};
const messages = after("--messages", 5_000);
const places = after("--places", 100);
const each = Math.floor(messages / places);
const log = pino({ level: "silent" });
const CLAIM_ROUNDS = 50;

/** What never answers, until the bench is over. */
const hanging: (() => void)[] = [];

type Trouble = "none" | "three";

const folder = await mkdtemp(join(tmpdir(), "finops-bench-"));
const db = await openStore({ dataDir: folder, databaseUrl: undefined, database: "finops", connectionsMax: 10 });
try {
  const calm = await deliver("slack", surface("none"), places);
  const troubled = await deliver("slack", surface("three"), places - 3);
  await db.sql`truncate outbox, outbox_lane`;
  await enqueue("slack");
  const claimMs = await timeClaims();
  await db.sql`truncate outbox, outbox_lane`;
  const web = await deliver("web", createWebChannel(db.sql), places);
  await db.sql`update outbox set revision = revision + 1`;
  const edits = await drain(createWebChannel(db.sql), places);
  const figures: Figure[] = [
    figure("cards a second, no trouble", (places * each) / calm, "cards/s", { better: "higher" }),
    figure("cards a second to the others, three places in trouble", ((places - 3) * each) / troubled, "cards/s", {
      better: "higher",
    }),
    figure("time to the others with three in trouble, beside no trouble", troubled / calm, "×", {
      better: "lower",
      bar: 1.2,
    }),
    figure("finding what is due, all cards waiting", claimMs, "ms", { better: "lower" }),
    figure("posts of the web chat", (places * each) / web, "cards/s", { better: "higher" }),
    figure("edits of the web chat", (places * each) / edits, "cards/s", { better: "higher" }),
  ];
  console.log(JSON.stringify({ figures }));
} finally {
  await db.close();
  await rm(folder, { recursive: true, force: true });
}

/** A surface that takes everything at once; with trouble the first place limits, the second refuses, the third hangs. */
function surface(trouble: Trouble): Channel {
  const post: Channel["post"] = async ({ channel, key }) => {
    if (trouble === "three" && channel === "C0")
      throw new ChannelError("rate-limited", "slow", { retryAfterSeconds: 60 });
    if (trouble === "three" && channel === "C1") throw new ChannelError("refused", "is_archived");
    if (trouble === "three" && channel === "C2") await new Promise((resolve) => hanging.push(() => resolve(null)));
    return { channel, id: key };
  };
  return {
    name: "slack",
    capabilities: TERMINAL_CAPABILITIES,
    pace: { secondsBetween: 0, placesAtOnce: 16 },
    post,
    update: async () => undefined,
    postPrivate: (person, posting) => post({ ...posting, channel: person }),
    upload: async ({ channel, key }) => ({ channel, id: key }),
    openForm: async () => undefined,
  };
}

async function enqueue(name: string): Promise<void> {
  await db.sql`
    insert into outbox (channel, key, card)
    select ${name === "web" ? "c" : `${name}:C`} || place, 'k' || number,
      jsonb_build_object('title', number::text, 'summary', 'A card.', 'tone', 'neutral', 'blocks', '[]'::jsonb,
        'actions', '[]'::jsonb, 'footer', '[]'::jsonb)
    from generate_series(0, ${each - 1}) as number, generate_series(0, ${places - 1}) as place`;
}

/** Seconds until `done` places have all of theirs. */
async function deliver(name: string, channel: Channel, done: number): Promise<number> {
  await db.sql`truncate outbox, outbox_lane`;
  await enqueue(name);
  return drain(channel, done);
}

async function drain(channel: Channel, done: number): Promise<number> {
  let left = done * each;
  let arrived: () => void = () => undefined;
  const all = new Promise<void>((resolve) => (arrived = resolve));
  const count = (): void => {
    left -= 1;
    if (left === 0) arrived();
  };
  const counted: Channel = {
    ...channel,
    post: (posting) => channel.post(posting).then(tally(count)),
    update: (reference, posting) => channel.update(reference, posting).then(tally(count)),
  };
  const started = performance.now();
  const deliverer = await startDeliverer({ sql: db.sql, channels: [counted], log });
  await all;
  const seconds = (performance.now() - started) / 1000;
  for (const release of hanging.splice(0)) release();
  await deliverer.stop();
  return seconds;
}

function tally<T>(count: () => void): (value: T) => T {
  return (value) => {
    count();
    return value;
  };
}

async function timeClaims(): Promise<number> {
  const started = performance.now();
  for (let round = 0; round < CLAIM_ROUNDS; round += 1) {
    await claimLanes(db.sql, "slack", { id: `bench/${round}`, leaseSeconds: 60 }, 1);
  }
  return (performance.now() - started) / CLAIM_ROUNDS;
}
