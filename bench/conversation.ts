/**
 * Eight people ask in one chat channel while another process ingests 1 M hourly rows again and again: how long a
 * question takes to become a card, and its picture to follow. The real service over HTTP: sessions, CSRF, live streams.
 *   node bench/conversation.ts [--rows N] [--users N] [--questions N] [--idle] [--new-tags] [--small] [--dir FOLDER] [--keep FOLDER]
 * The estate is a year of --rows stored day rows (1,000,000). --idle: without an ingest. --new-tags: the bills bring tag
 * keys the rollups do not carry yet. --dir keeps the bills, --keep the database. Last line: `{ "figures": [...] }`.
 * Bars (issue 2): text p95 ≤ 400 ms, cached picture ≤ 200 ms more, cold picture ≤ 1.5 s.
 */
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

import { addDays } from "../src/domain/period.ts";
import { openStore } from "../src/store/open-store.ts";
import { writeBills } from "./bill-files.ts";
import { openChatUser, type ChatUser } from "./chat-user.ts";
import { figure, formatFigure, verdictOf, type Figure } from "./figure.ts";
import { buildEstate, estateSize, PROMOTED, THROUGH } from "./questions-estate.ts";
import { ingestAgainAndAgain, startService, type Effort, type Place } from "./running-service.ts";

/** What each person asks, in turn, beginning at another place of the list. {n} changes from person and round to round. */
const MIX: readonly string[] = [
  "cost last month by service",
  "cost 30d per day by provider",
  "cost last month by team vs previous",
  "cost last month by service for team team-{n}",
  "cost 90d per week by environment",
  "cost last month",
  "cost 365d per day by tag:cost-center",
  "cost last month by provider,service,environment for sub-account acct-{n}",
  "cost last month by resource for team team-{n} top 20",
  "cost 30d per day by service for team team-{n}",
  "cost last month by sub-account,service,region for team team-{n} top 20",
  "help",
];
const TEAMS = 20;
const TEXT_P95_MS_MAX = 400;
const CACHED_P95_MS_MAX = 200;
const COLD_P95_MS_MAX = 1_500;
/** Between a person's answer and next question. */
const PAUSE_MS = 1_000;
/** Not counted: connections are opened and code is warmed by these. */
const WARM_UP = 3;
/** One tag key, which the rollups of the estate carry: an ordinary day's bill brings no new one. */
const KNOWN_TAGS = `'{"cost-center":"cc-' || (r % 10) || '"}'`;

type Times = { text: number[]; cold: number[]; cached: number[]; coldWithText: number[] };
type Asked = { text: string; ms: number };

const options = readOptions(process.argv.slice(2));
const folder = options.keep ?? (await mkdtemp(join(tmpdir(), "finops-bench-")));
const place: Place = { folder, today: addDays(THROUGH, 2) };
const say = (text: string): void => void process.stderr.write(`${text}\n`);
try {
  console.log(JSON.stringify({ figures: await run() }));
} finally {
  if (options.keep === null) await rm(folder, { recursive: true, force: true });
}

async function run(): Promise<Figure[]> {
  await prepareStore();
  const bills = options.idle ? [] : await prepareBills();
  const service = await startService(place);
  const users: ChatUser[] = [];
  try {
    for (let user = 0; user < options.users; user += 1)
      users.push(await openChatUser(service.url, { name: `bench ${user}`, token: service.token }));
    const unmeasured = { times: newTimes(), asked: [] as Asked[], seen: new Set<string>() };
    await Promise.all(users.map((user, index) => converse(user, index, WARM_UP, unmeasured)));
    const ingest = options.idle ? null : ingestAgainAndAgain(place, bills);
    const measured = { times: newTimes(), asked: [] as Asked[], seen: unmeasured.seen };
    say(`load of the machine before: ${loadavg()[0]?.toFixed(1) ?? "?"}`);
    await service.effort();
    const talk = Promise.all(users.map((user, index) => converse(user, index, options.questions, measured)));
    await talk.catch(async (error: unknown) => {
      await ingest?.stop().catch(() => undefined);
      throw error;
    });
    const effort = await service.effort();
    const load = loadavg()[0] ?? 0;
    const ingests = (await ingest?.stop()) ?? [];
    return report(measured, { ingests, load, effort });
  } finally {
    for (const user of users) user.close();
    await service.stop();
  }
}

type Measured = { times: Times; asked: Asked[]; seen: Set<string> };

/** One person: a question, its picture as soon as the card is there, the same picture again, a pause. */
async function converse(user: ChatUser, index: number, questions: number, to: Measured): Promise<void> {
  for (let round = 0; round < questions; round += 1) {
    const asks = (index * 5 + round) % MIX.length;
    const text = (MIX[asks] ?? "").replace("{n}", String((index * 7 + round) % TEAMS));
    const answer = await user.ask(text);
    if (text !== "help" && /did not understand|went wrong/i.test(answer.title))
      throw new Error(`${text}: ${answer.title}`);
    to.times.text.push(answer.textMs);
    to.asked.push({ text: MIX[asks] ?? "", ms: answer.textMs });
    if (answer.picture !== null) {
      const name = answer.picture.split("/").at(-1) ?? "";
      const cold = !to.seen.has(name);
      const first = await user.fetchPicture(answer.picture);
      to.seen.add(name);
      (cold ? to.times.cold : to.times.cached).push(first);
      if (cold) to.times.coldWithText.push(answer.textMs + first);
      to.times.cached.push(await user.fetchPicture(answer.picture));
    }
    await pause(PAUSE_MS * (0.5 + ((index * 13 + round * 7) % 10) / 10));
  }
}

type Meanwhile = { readonly ingests: readonly number[]; readonly load: number; readonly effort: Effort };

function report({ times, asked }: Measured, { ingests, load, effort }: Meanwhile): Figure[] {
  for (const text of MIX) {
    const ms = asked.filter((one) => one.text === text).map((one) => one.ms);
    say(
      `${percentile(ms, 50).toFixed(0).padStart(7)} ms  worst ${percentile(ms, 100).toFixed(0).padStart(6)}  ${text}`,
    );
  }
  const under = options.idle ? "no ingest" : "during an ingest";
  const ms = (name: string, value: number, bar: number | null = null): Figure =>
    figure(`${name}, ${under}`, Math.round(value * 10) / 10, "ms", { better: "lower", bar });
  const figures = [
    ms("question → card, p50", percentile(times.text, 50)),
    ms("question → card, p95", percentile(times.text, 95), TEXT_P95_MS_MAX),
    ms("question → card, worst", percentile(times.text, 100)),
    ms("cached picture, p95", percentile(times.cached, 95), CACHED_P95_MS_MAX),
    ms("cold picture, p95", percentile(times.cold, 95)),
    ms("question → card and cold picture, p95", percentile(times.coldWithText, 95), COLD_P95_MS_MAX),
    ms("event loop of the service, late by, p50", effort.loopDelayMs.p50),
    ms("event loop of the service, late by, p99", effort.loopDelayMs.p99),
    ms("event loop of the service, late by, worst", effort.loopDelayMs.worst),
    // With its pictures, and with what every open page is told.
    ...(effort.cpuSeconds === null
      ? []
      : [ms("CPU of the service a question", (effort.cpuSeconds * 1_000) / times.text.length)]),
    figure("questions asked", times.text.length, "", { better: "higher" }),
    figure("load average of the machine meanwhile", Math.round(load * 10) / 10, "", { better: "lower" }),
    ...(ingests.length === 0
      ? []
      : [
          figure("1 M rows ingested meanwhile, median", Math.round(percentile(ingests, 50) * 10) / 10, "s", {
            better: "lower",
          }),
        ]),
  ];
  for (const one of figures)
    say(`${one.name.padEnd(56)} ${formatFigure(one.value, one.unit).padStart(12)}  ${verdictOf(one)}`);
  return figures;
}

async function prepareStore(): Promise<void> {
  await mkdir(folder, { recursive: true });
  // The rollups of the estate are built for these keys: so are those of the ingest.
  await writeFile(join(folder, "finops.yaml"), `tags:\n  promoted: [${PROMOTED.join(", ")}]\n`);
  const db = await openStore({ dataDir: folder, databaseUrl: undefined, database: "finops" });
  const [built] = await db.sql<{ rows: string }[]>`select count(*) as rows from promoted_tag`;
  if (Number(built?.rows) === 0) await buildEstate(db, estateSize(options.rows, THROUGH), say);
  await db.close();
}

/** Two deliveries of one month: each replaces the other, so that no ingest finds its bills unchanged. */
async function prepareBills(): Promise<string[]> {
  const directory = options.dir ?? folder;
  await mkdir(directory, { recursive: true });
  const files = [1, 2].map((seed) => join(directory, `talk-${options.newTags ? "new-tags" : "known"}-${seed}.csv.gz`));
  for (const [index, file] of files.entries()) {
    if (existsSync(file)) continue;
    await writeBills(file, { rows: "hourly", seed: index + 1, ...(options.newTags ? {} : { tags: KNOWN_TAGS }) });
    say(`${file} written`);
  }
  return files;
}

function newTimes(): Times {
  return { text: [], cold: [], cached: [], coldWithText: [] };
}

function percentile(times: readonly number[], percent: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil((percent / 100) * sorted.length) - 1)] ?? 0;
}

function readOptions(words: readonly string[]) {
  const after = (word: string): string | null =>
    words.includes(word) ? (words[words.indexOf(word) + 1] ?? null) : null;
  const small = words.includes("--small");
  return {
    rows: Number(after("--rows") ?? (small ? 100_000 : 1_000_000)),
    users: Number(after("--users") ?? 8),
    questions: Number(after("--questions") ?? (small ? 4 : 24)),
    idle: words.includes("--idle"),
    newTags: words.includes("--new-tags"),
    dir: after("--dir"),
    keep: after("--keep"),
  };
}
