/**
 * A chat platform under load, the same for each: how fast 200 commands at once are acknowledged, idle and while 1 M rows
 * are ingested; then 5,000 cards over 100 channels, one of them limited for ever, the deliverer killed in the middle: how
 * long the others take beside no trouble, and what is lost or there twice.
 * Words: [--commands N] [--rounds N] [--messages N] [--channels N] [--no-ingest] [--only acks|deliveries] [--small] [--dir FOLDER]
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

import { openStore } from "../src/store/open-store.ts";
import { writeBills } from "./bill-files.ts";
import { figure, formatFigure, verdictOf, type Figure } from "./figure.ts";
import { buildEstate, estateSize, PROMOTED, THROUGH } from "./questions-estate.ts";
import { ingestAgainAndAgain, startService, type Place } from "./running-service.ts";

/** The strict platform of the tests, as this bench needs it. */
export type PlatformUnderLoad = {
  /** How outbox addresses begin. */
  readonly surface: "slack" | "discord";
  /** People who ask. */
  readonly talk: () => Promise<Talk>;
  /** So many channels; `limited`: the first of them takes nothing, for ever. */
  readonly channels: (count: number, options: { readonly limited: boolean }) => Promise<Channels>;
  /** Posts that may be there twice, if they say so: where a platform knows no idempotent post. */
  readonly marksRepeats: boolean;
};

export type Talk = {
  /** Tokens for the service. */
  readonly variables: Readonly<Record<string, string>>;
  /** The platform's part of finops.yaml. */
  readonly config: string;
  /** The service is there: what people type goes to it. Resolves when it hears. */
  readonly attach: (serviceUrl: string) => Promise<void>;
  /** Types so many commands at once; ms to each acknowledgement, once all are answered. Rejects when one is not. */
  readonly burst: (commands: readonly string[]) => Promise<readonly number[]>;
  readonly close: () => Promise<void>;
};

export type Channels = {
  readonly ids: readonly string[];
  readonly apiUrl: string;
  readonly token: string;
  /** What was posted in a channel: the title of each, and whether it says that it may be a repetition. */
  readonly posted: (id: string) => readonly { readonly title: string; readonly marked: boolean }[];
  /** Further figures of the deliveries, told at the end. */
  readonly figures: () => readonly Figure[];
  readonly close: () => Promise<void>;
};

const ACK_IDLE_P99_MS_MAX = 300;
const ACK_BUSY_P99_MS_MAX = 1_000;
const ACK_WORST_MS_MAX = 2_500;
const DELIVERER = fileURLToPath(new URL("chat-deliverer.ts", import.meta.url));
const QUESTIONS = ["cost last month by service", "cost 30d per day", "help", "cost last month by team vs previous"];

const words: readonly string[] = process.argv.slice(2);
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

/** Runs the bench on a platform and prints its figures, as a bench does. */
export async function benchPlatform(platform: PlatformUnderLoad): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "finops-bench-"));
  try {
    const only = words.includes("--only") ? words[words.indexOf("--only") + 1] : null;
    const figures = [
      ...(only === "deliveries" ? [] : await acknowledgements(platform, folder)),
      ...(only === "acks" ? [] : await deliveries(platform, folder)),
    ];
    for (const one of figures)
      say(`${one.name.padEnd(64)} ${formatFigure(one.value, one.unit).padStart(12)}  ${verdictOf(one)}`);
    console.log(JSON.stringify({ figures }));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function acknowledgements(platform: PlatformUnderLoad, folder: string): Promise<Figure[]> {
  const talk = await platform.talk();
  const place: Place = { folder, today: THROUGH, variables: talk.variables };
  await writeFile(join(folder, "finops.yaml"), `tags:\n  promoted: [${PROMOTED.join(", ")}]\n${talk.config}`);
  const db = await openStore({ dataDir: folder, databaseUrl: undefined, database: "finops" });
  await buildEstate(db, estateSize(small ? 50_000 : 1_000_000, THROUGH), say);
  await db.close();
  const service = await startService(place);
  await talk.attach(service.url);
  const asked = Array.from({ length: commands }, (_, index) => QUESTIONS[index % QUESTIONS.length] ?? "help");
  const burst = () => talk.burst(asked);
  try {
    await burst();
    const idle: number[] = [];
    for (let round = 0; round < rounds; round += 1) idle.push(...(await burst()));
    const busy: number[] = [];
    let load = 0;
    if (!words.includes("--no-ingest")) {
      const ingest = ingestAgainAndAgain(place, await prepareBills(folder));
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
    await talk.close();
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

async function prepareBills(folder: string): Promise<string[]> {
  const directory = billsFolder ?? folder;
  await mkdir(directory, { recursive: true });
  const files = [1, 2].map((seed) => join(directory, `talk-known-${seed}.csv.gz`));
  for (const [index, file] of files.entries()) {
    if (!existsSync(file)) await writeBills(file, { rows: "hourly", seed: index + 1 });
  }
  return files;
}

async function deliveries(platform: PlatformUnderLoad, folder: string): Promise<Figure[]> {
  const calm = await deliver(platform, folder, { limited: false, kill: false });
  const troubled = await deliver(platform, folder, { limited: true, kill: true });
  const each = Math.floor(messages / channels);
  return [
    figure(`${messages} cards over ${channels} channels, no trouble`, calm.seconds, "s", { better: "lower" }),
    figure("the same, one channel limited, killed in the middle: all others have theirs", troubled.seconds, "s", {
      better: "lower",
    }),
    figure("cards lost", (channels - 1) * each - troubled.different, "", { better: "lower", bar: 0 }),
    figure("cards there twice without saying so", troubled.unmarked, "", { better: "lower", bar: 0 }),
    ...(platform.marksRepeats
      ? [
          figure("cards there twice, marked (at most one a channel in flight)", troubled.marked, "", {
            better: "lower",
            bar: channels,
          }),
        ]
      : []),
    ...troubled.more,
  ];
}

type Delivered = {
  readonly seconds: number;
  readonly different: number;
  readonly unmarked: number;
  readonly marked: number;
  readonly more: readonly Figure[];
};

async function deliver(
  platform: PlatformUnderLoad,
  folder: string,
  trouble: { readonly limited: boolean; readonly kill: boolean },
): Promise<Delivered> {
  const there = await platform.channels(channels, trouble);
  const { ids } = there;
  const each = Math.floor(messages / channels);
  const db = await openStore({ dataDir: join(folder, "outbox"), databaseUrl: undefined, database: "finops" });
  await db.sql`truncate outbox, outbox_lane, slack_message`;
  await db.sql`
    insert into outbox (channel, key, card)
    select ${platform.surface} || ':' || place, 'k' || number,
      jsonb_build_object('title', place || ' ' || number, 'summary', 'A card.', 'tone', 'neutral', 'blocks', '[]'::jsonb,
        'actions', '[]'::jsonb, 'footer', '[]'::jsonb)
    from generate_series(0, ${each - 1}) as number, unnest(${[...ids]}::text[]) as place`;
  const watched = trouble.limited ? ids.slice(1) : ids;
  const posted = () => watched.flatMap((id) => there.posted(id));
  const different = (): number => new Set(posted().map(({ title }) => title)).size;
  const start = () => startChild([platform.surface, db.url, there.apiUrl, there.token]);
  let child = await start();
  const started = performance.now();
  let killed = !trouble.kill;
  while (different() < watched.length * each) {
    await pause(100);
    if (killed || posted().length < (watched.length * each) / 2) continue;
    killed = true;
    child.kill("SIGKILL");
    await once(child, "exit");
    child = await start();
  }
  const seconds = (performance.now() - started) / 1_000;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  await ended;
  const all = posted();
  const repeated = all.length - different();
  const marked = all.filter((one) => one.marked).length;
  const outcome = {
    seconds,
    different: different(),
    unmarked: Math.max(0, repeated - marked),
    marked: Math.min(repeated, marked),
    more: there.figures(),
  };
  await db.close();
  await there.close();
  return outcome;
}

async function startChild(words: readonly string[]): Promise<ChildProcess> {
  const child = spawn(process.execPath, [DELIVERER, ...words], { stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout, "data");
  return child;
}
