/**
 * The bot in Slack, against the strict Slack of the tests: how fast 200 commands at once are acknowledged, idle and while
 * 1 M rows are ingested; then 5,000 cards over 100 channels, one of them limited for ever, the deliverer killed in the
 * middle: how long the others take beside no trouble, and what is lost or there twice.
 *   node bench/chat-platforms.ts [--commands N] [--rounds N] [--messages N] [--channels N] [--no-ingest] [--only acks|deliveries] [--small] [--dir FOLDER]
 * Bars (issue 5): acknowledgement p99 ≤ 300 ms idle, ≤ 1 s during an ingest, none above 2.5 s.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { MAYBE_TWICE } from "../src/bot/channels/slack/slack-channel.ts";
import { openStore } from "../src/store/open-store.ts";
import { ANA, BOT_TOKEN, FINOPS_CHANNEL, SIGNING_SECRET, startFakeSlack } from "../test/slack/fake/fake-slack.ts";
import { wordsOf } from "../test/slack/fake/reading.ts";
import { writeBills } from "./bill-files.ts";
import { figure, formatFigure, verdictOf, type Figure } from "./figure.ts";
import { buildEstate, estateSize, PROMOTED, THROUGH } from "./questions-estate.ts";
import { ingestAgainAndAgain, startService, type Place } from "./running-service.ts";

const ACK_IDLE_P99_MS_MAX = 300;
const ACK_BUSY_P99_MS_MAX = 1_000;
const ACK_WORST_MS_MAX = 2_500;
const DELIVERER = fileURLToPath(new URL("slack-deliverer.ts", import.meta.url));
const QUESTIONS = ["cost last month by service", "cost 30d per day", "help", "cost last month by team vs previous"];

const words = process.argv.slice(2);
const small = words.includes("--small");
const after = (word: string, otherwise: number): number => {
  const at = words.indexOf(word);
  return at < 0 ? otherwise : Number(words[at + 1]);
};
const commands = after("--commands", 200);
const rounds = after("--rounds", small ? 1 : 5);
const messages = after("--messages", small ? 60 : 5_000);
const channels = after("--channels", small ? 6 : 100);
const billsFolder = words.includes("--dir") ? (words[words.indexOf("--dir") + 1] ?? "") : null;
const say = (text: string): void => void process.stderr.write(`${text}\n`);

const folder = await mkdtemp(join(tmpdir(), "finops-bench-"));
try {
  const only = words.includes("--only") ? words[words.indexOf("--only") + 1] : null;
  const figures = [
    ...(only === "deliveries" ? [] : await acknowledgements()),
    ...(only === "acks" ? [] : await deliveries()),
  ];
  for (const one of figures)
    say(`${one.name.padEnd(64)} ${formatFigure(one.value, one.unit).padStart(12)}  ${verdictOf(one)}`);
  console.log(JSON.stringify({ figures }));
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function acknowledgements(): Promise<Figure[]> {
  const slack = await startFakeSlack();
  slack.state.features.postBurst = 1_000_000;
  const place: Place = {
    folder,
    today: THROUGH,
    variables: { SLACK_BOT_TOKEN: BOT_TOKEN, SLACK_SIGNING_SECRET: SIGNING_SECRET },
  };
  await writeFile(
    join(folder, "finops.yaml"),
    `tags:\n  promoted: [${PROMOTED.join(", ")}]\nslack:\n  mode: http\n  apiUrl: ${slack.apiUrl}\n`,
  );
  const db = await openStore({ dataDir: folder, databaseUrl: undefined, database: "finops" });
  await buildEstate(db, estateSize(small ? 50_000 : 1_000_000, THROUGH), say);
  await db.close();
  const service = await startService(place);
  slack.useHttp(`${service.url}/slack/events`);
  const burst = async (): Promise<number[]> => {
    const answered = slack.whispered(ANA).length;
    const acks = await Promise.all(
      Array.from({ length: commands }, (_, index) =>
        slack.ana.command(FINOPS_CHANNEL, QUESTIONS[index % QUESTIONS.length] ?? "help"),
      ),
    );
    if (acks.some(({ ok }) => !ok)) throw new Error("a command was not acknowledged");
    // Every command is answered before the next burst.
    while (slack.whispered(ANA).length < answered + 2 * commands) await pause(50);
    return acks.map(({ ms }) => ms);
  };
  try {
    await burst();
    const idle: number[] = [];
    for (let round = 0; round < rounds; round += 1) idle.push(...(await burst()));
    const busy: number[] = [];
    let load = 0;
    if (!words.includes("--no-ingest")) {
      const ingest = ingestAgainAndAgain(place, await prepareBills());
      await pause(3_000);
      for (let round = 0; round < rounds; round += 1) busy.push(...(await burst()));
      load = loadavg()[0] ?? 0;
      await ingest.stop();
    }
    return [
      ...ackFigures(idle, "idle", ACK_IDLE_P99_MS_MAX),
      ...ackFigures(busy, "1 M rows ingested meanwhile", ACK_BUSY_P99_MS_MAX),
      ...(busy.length === 0 ? [] : [figure("load average of the machine meanwhile", load, "", { better: "lower" })]),
    ];
  } finally {
    await service.stop();
    await slack.close();
  }
}

function ackFigures(times: readonly number[], when: string, bar: number): Figure[] {
  if (times.length === 0) return [];
  const sorted = [...times].sort((a, b) => a - b);
  const at = (percent: number): number => Math.round(sorted[Math.ceil((percent / 100) * sorted.length) - 1] ?? 0);
  const name = `${commands} commands at once, acknowledged, ${when}`;
  return [
    figure(`${name}, p50`, at(50), "ms", { better: "lower" }),
    figure(`${name}, p99`, at(99), "ms", { better: "lower", bar }),
    figure(`${name}, worst`, at(100), "ms", { better: "lower", bar: ACK_WORST_MS_MAX }),
  ];
}

async function prepareBills(): Promise<string[]> {
  const directory = billsFolder ?? folder;
  await mkdir(directory, { recursive: true });
  const files = [1, 2].map((seed) => join(directory, `talk-known-${seed}.csv.gz`));
  for (const [index, file] of files.entries()) {
    if (!existsSync(file)) await writeBills(file, { rows: "hourly", seed: index + 1 });
  }
  return files;
}

async function deliveries(): Promise<Figure[]> {
  const calm = await deliver({ limited: false, kill: false });
  const troubled = await deliver({ limited: true, kill: true });
  const each = Math.floor(messages / channels);
  return [
    figure(`${messages} cards over ${channels} channels, no trouble`, calm.seconds, "s", { better: "lower" }),
    figure("the same, one channel limited, killed in the middle: all others have theirs", troubled.seconds, "s", {
      better: "lower",
    }),
    figure("cards lost", (channels - 1) * each - troubled.different, "", { better: "lower", bar: 0 }),
    figure("cards there twice without saying so", troubled.unmarked, "", { better: "lower", bar: 0 }),
    figure("cards there twice, marked (at most one a channel in flight)", troubled.marked, "", {
      better: "lower",
      bar: channels,
    }),
  ];
}

type Delivered = {
  readonly seconds: number;
  readonly different: number;
  readonly unmarked: number;
  readonly marked: number;
};

async function deliver(trouble: { readonly limited: boolean; readonly kill: boolean }): Promise<Delivered> {
  const slack = await startFakeSlack();
  slack.state.features.postBurst = 5;
  const ids = Array.from({ length: channels }, (_, index) => `C0BENCH${String(index).padStart(4, "0")}`);
  for (const id of ids) {
    const members = new Set([slack.state.bot.user]);
    slack.state.channels.set(id, { id, name: id, kind: "public", archived: false, members, user: null });
  }
  if (trouble.limited) slack.pace.limitChannel(ids[0] ?? "", 3_600);
  const each = Math.floor(messages / channels);
  const db = await openStore({ dataDir: join(folder, "outbox"), databaseUrl: undefined, database: "finops" });
  await db.sql`truncate outbox, outbox_lane, slack_message`;
  await db.sql`
    insert into outbox (channel, key, card)
    select 'slack:' || place, 'k' || number,
      jsonb_build_object('title', place || ' ' || number, 'summary', 'A card.', 'tone', 'neutral', 'blocks', '[]'::jsonb,
        'actions', '[]'::jsonb, 'footer', '[]'::jsonb)
    from generate_series(0, ${each - 1}) as number, unnest(${ids}::text[]) as place`;
  const watched = trouble.limited ? ids.slice(1) : ids;
  const posted = () => watched.flatMap((id) => slack.posted(id));
  const titles = () => posted().map(({ text }) => text.split("\n")[0] ?? "");
  let child = await startChild(db.url, slack.apiUrl);
  const started = performance.now();
  let killed = !trouble.kill;
  while (new Set(titles()).size < watched.length * each) {
    await pause(100);
    if (killed || posted().length < (watched.length * each) / 2) continue;
    killed = true;
    child.kill("SIGKILL");
    await once(child, "exit");
    child = await startChild(db.url, slack.apiUrl);
  }
  const seconds = (performance.now() - started) / 1_000;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  await ended;
  const all = posted();
  const repeated = all.length - new Set(titles()).size;
  const marked = all.filter(({ blocks }) => wordsOf(blocks).includes(MAYBE_TWICE)).length;
  const outcome = {
    seconds,
    different: new Set(titles()).size,
    unmarked: Math.max(0, repeated - marked),
    marked: Math.min(repeated, marked),
  };
  await db.close();
  await slack.close();
  return outcome;
}

async function startChild(url: string, apiUrl: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [DELIVERER, url, apiUrl, BOT_TOKEN], { stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout, "data");
  return child;
}
