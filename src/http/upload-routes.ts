import { randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";

import { Hono } from "hono";
import { stream } from "hono/streaming";
import { z } from "zod";

import type { Card } from "../bot/card.ts";
import { BOT } from "../bot/channels/web/web-channel.ts";
import { errorCard, unexpectedCard } from "../bot/phrases.ts";
import { firstRunCard } from "../bot/views/first-run-card.ts";
import { ingestCard } from "../bot/views/ingest-card.ts";
import type { IngestAnswer } from "../domain/contract.ts";
import { AppError } from "../domain/errors.ts";
import { checkFirstRun } from "../service/check-first-run.ts";
import { requireBillLoader } from "../service/ingest-bills.ts";
import { listChannels, postMessage, type ChannelRow } from "../store/conversations.ts";
import type { SqlLike } from "../store/db.ts";
import type { HttpDeps, IngestRequest } from "./deps.ts";
import type { Estates, OpenEstate } from "./estates.ts";
import { messageView } from "./message-view.ts";
import { createRateLimit } from "./rate-limit.ts";
import { contextFor, readJson } from "./request.ts";
import { jsonBodyLimit, tooLarge, type ChatEnv } from "./security.ts";
import { actorOf, type SignedIn } from "./session.ts";

const FILES_MAX = 200;
const NAME_MAX = 120;
const UPLOAD_LIMIT = { burst: FILES_MAX, perMinute: 60 };
const DEFAULT_CHANNEL = "finops";

const ingestSchema = z.object({
  channel: z.string().min(1).max(100),
  uploads: z.array(z.uuid()).min(1).max(FILES_MAX),
  parts: z.boolean().default(false),
});

/**
 * Bills by drop or button, in two steps, so that all files of one drop are one ingest call: each file is streamed to
 * `dataDir/uploads/SESSION/UPLOAD/`, then the ingest of all runs and tells its progress as lines of JSON.
 */
export function createUploadRoutes(deps: HttpDeps, estates: Estates): Hono<ChatEnv> {
  const routes = new Hono<ChatEnv>();
  const limit = createRateLimit(UPLOAD_LIMIT);
  const folderOf = (session: SignedIn, upload: string): string =>
    join(deps.real.base.dataDir, "uploads", session.id, upload);
  routes.post("/upload", async (c) => {
    const session = c.get("session");
    requireUploader(session);
    limit(session.id);
    if (Number(c.req.header("content-length") ?? 0) > deps.uploadBytesMax) return tooLarge(c, deps.uploadBytesMax);
    const body = c.req.raw.body;
    if (body === null) throw new AppError("bad-input", "The upload is empty.");
    const upload = randomUUID();
    const folder = folderOf(session, upload);
    await mkdir(folder, { recursive: true });
    const target = join(folder, safeFileName(c.req.query("name") ?? ""));
    try {
      await pipeline(Readable.fromWeb(body as never), boundedTo(deps.uploadBytesMax), createWriteStream(target));
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      if (error instanceof AppError) return tooLarge(c, deps.uploadBytesMax);
      throw error;
    }
    return c.json({ upload });
  });
  routes.post("/ingest", jsonBodyLimit, async (c) => {
    const session = c.get("session");
    requireUploader(session);
    const input = await readJson(c, ingestSchema);
    const channel = await uploadChannel(estates.real.base.db.sql, session, input.channel);
    const folders = input.uploads.map((upload) => folderOf(session, upload));
    const paths = await uploadedFiles(folders);
    c.header("Content-Type", "application/x-ndjson");
    c.header("X-Accel-Buffering", "no");
    return stream(c, async (lines) => {
      const write = (line: object): Promise<unknown> => lines.write(`${JSON.stringify(line)}\n`);
      const onProgress: IngestRequest["onProgress"] = ({ phase, what, percent }) => {
        void write({ progress: { phase, what, percent } });
      };
      const { card, keep } = await runIngest(deps, estates, session, { ...input, channel, paths, onProgress });
      // A held delivery is decided later from the same files.
      if (!keep) await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
      const message = await postSummary(estates, session, channel, card);
      await write({ done: messageView(message) });
    });
  });
  return routes;
}

async function runIngest(
  deps: HttpDeps,
  estates: Estates,
  session: SignedIn,
  input: { channel: ChannelRow; paths: string[]; parts: boolean; onProgress: IngestRequest["onProgress"] },
): Promise<{ card: Card; keep: boolean }> {
  const ctx = contextFor({ estate: estates.real, session, channel: input.channel });
  try {
    const { paths, parts, onProgress } = input;
    const answer: IngestAnswer = await deps.ingest({
      ctx,
      input: { paths, parts, replace: false, dryRun: false, onProgress },
    });
    return { card: ingestCard(answer), keep: answer.batches.some((batch) => batch.status === "held") };
  } catch (error) {
    if (error instanceof AppError) return { card: errorCard(error, ""), keep: false };
    const reference = `err-${randomUUID().slice(0, 8)}`;
    deps.log.error({ err: error, errorId: reference }, "ingest of an upload failed unexpectedly");
    return { card: unexpectedCard(reference), keep: false };
  }
}

/** The page's channel when it shows everything, as a delivery's totals are; else where only the uploader reads. */
async function uploadChannel(sql: SqlLike, session: SignedIn, name: string): Promise<ChannelRow> {
  const channels = await listChannels(sql, session);
  const own = channels.find(({ kind }) => kind === "direct");
  const whole = channels.filter(({ scope }) => scope.length === 0);
  const place = [name, DEFAULT_CHANNEL].flatMap((wanted) => whole.find((channel) => channel.name === wanted) ?? [])[0];
  const found = place ?? own;
  if (found === undefined) throw new AppError("not-found", "There is no channel to answer in.");
  return found;
}

/** The summary goes where real bills are talked about, and every page that shows the sample estate turns over. */
async function postSummary(estates: Estates, session: SignedIn, channel: ChannelRow, card: Card) {
  const { sql } = estates.real.base.db;
  const place = channel.name;
  const message = await postMessage(sql, { channel: place, key: `ingest:${randomUUID()}`, author: BOT, card });
  const shown = await estates.current();
  if (shown.name === "real") {
    await postChecklist(estates.real, session, channel);
    estates.wakeAll();
    return message;
  }
  const elsewhere = await uploadChannel(shown.base.db.sql, session, place);
  await postMessage(shown.base.db.sql, { channel: elsewhere.name, key: `ingest:${randomUUID()}`, author: BOT, card });
  return message;
}

/** After the very first load: what is next. Once, whoever loads again. */
async function postChecklist(estate: OpenEstate, session: SignedIn, channel: ChannelRow): Promise<void> {
  const ctx = contextFor({ estate, session, channel });
  const state = await checkFirstRun({ ctx, input: {} });
  if (state.next === null) return;
  const { sql } = estate.base.db;
  await postMessage(sql, { channel: channel.name, key: "first-run", author: BOT, card: firstRunCard(state) });
}

/** Before anything is received: the rule is the verb's. */
function requireUploader(session: SignedIn): void {
  requireBillLoader({ actor: actorOf(session), scope: session.scope });
}

/** The name as a file name and nothing else: no folder, no dots in front, plain characters. */
export function safeFileName(name: string): string {
  const base = (name.split(/[/\\]/).at(-1) ?? "").normalize("NFC").replace(/[^\p{L}\p{N}._ ()=-]+/gu, "_");
  return base.replace(/^[. ]+/, "").slice(-NAME_MAX) || "upload";
}

function boundedTo(bytesMax: number): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      bytes += chunk.length;
      done(bytes > bytesMax ? new AppError("limit", "The file is larger than allowed.") : null, chunk);
    },
  });
}

async function uploadedFiles(folders: readonly string[]): Promise<string[]> {
  const found = await Promise.all(
    folders.map(async (folder) => {
      const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") return [];
        throw error;
      });
      return names.map((name) => join(folder, name));
    }),
  );
  if (found.some((files) => files.length === 0)) {
    throw new AppError("not-found", "One of these uploads is not here (any more).", {
      remedy: "Drop the files again.",
    });
  }
  return found.flat();
}
