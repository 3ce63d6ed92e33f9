import { Hono } from "hono";
import { streamSSE, type SSEStreamingApi } from "hono/streaming";

import { AppError } from "../domain/errors.ts";
import { latestSeq, messagesSince } from "../store/conversations.ts";
import { listReadMarks, type ReadMark } from "../store/read-marks.ts";
import type { HttpDeps } from "./deps.ts";
import type { Estates, OpenEstate } from "./estates.ts";
import type { ChatEnv } from "./security.ts";
import type { Session } from "./session.ts";
import { signedIn } from "./sign-in.ts";

/** A sign of life, and the longest an announcement lost with its connection delays a message. */
const HEARTBEAT_MS = 15_000;
/** What a browser waits before it comes back. */
const RETRY_MS = 1_000;
/** After more than this was said, a page is quicker to begin anew than to catch up message by message. */
const CATCH_UP_MAX = 500n;
/** Most open streams of this process. */
const STREAMS_MAX = 500;

/**
 * Server-sent events: every message and edit the person may see, from a position on. The position travels as the
 * event id, so a browser that lost its connection comes back with Last-Event-ID and misses nothing. What the person has
 * read is told when a page connects, and as it is read on another page of theirs.
 */
export function createEventRoutes(deps: Pick<HttpDeps, "log" | "access">, estates: Estates): Hono<ChatEnv> {
  const routes = new Hono<ChatEnv>();
  let open = 0;
  routes.get("/events", async (c) => {
    const since = c.req.header("last-event-id") || (c.req.query("since") ?? "");
    // `real-123`: a position is worth nothing in another estate.
    const [name = "", seq = ""] = since.split("-");
    if (!/^\d{1,18}$/.test(seq)) throw new AppError("bad-input", "`since` is no position.");
    if (open >= STREAMS_MAX) throw new AppError("unavailable", "Too many open pages.", { remedy: "Close some." });
    const estate = await estates.current();
    const session = c.get("session");
    c.header("X-Accel-Buffering", "no");
    return streamSSE(c, async (stream) => {
      open += 1;
      try {
        const known = name === estate.name && (await canCatchUp(estate, seq));
        if (known) await follow({ stream, estate, estates, session, access: deps.access, seq });
        else await stream.writeSSE({ event: "reset", data: "{}" });
      } catch (error) {
        // The browser comes back by itself and catches up; what went wrong is for the log alone.
        deps.log.warn({ err: error }, "live updates: a stream ended with an error");
      } finally {
        open -= 1;
      }
    });
  });
  return routes;
}

/** A position from before a restored backup lies in the future: it is as useless as one from long ago. */
async function canCatchUp({ base }: OpenEstate, seq: string): Promise<boolean> {
  const missed = BigInt(await latestSeq(base.db.sql)) - BigInt(seq);
  return missed >= 0n && missed <= CATCH_UP_MAX;
}

async function follow(input: {
  stream: SSEStreamingApi;
  estate: OpenEstate;
  estates: Estates;
  session: Session;
  access: HttpDeps["access"];
  seq: string;
}): Promise<void> {
  const { stream, estate, estates, session, access } = input;
  let seq = input.seq;
  let pending = true;
  let wake: () => void = () => undefined;
  const ring = (): void => {
    pending = true;
    wake();
  };
  stream.onAbort(ring);
  const unsubscribe = estate.hub.subscribe(ring);
  const reads: ReadMark[] = [];
  const unsubscribeReads = estate.hub.subscribeReads(session.personId, (mark) => {
    reads.push(mark);
    ring();
  });
  try {
    await stream.writeSSE({ event: "hello", data: "{}", id: `${estate.name}-${seq}`, retry: RETRY_MS });
    const first = await signedIn(session, access, estates);
    if (first !== null) reads.push(...(await listReadMarks(estate.base.db.sql, first)));
    while (!stream.aborted && !stream.closed && !estate.hub.isClosed()) {
      pending = false;
      if ((await estates.current()).name !== estate.name) {
        await stream.writeSSE({ event: "reset", data: "{}" });
        return;
      }
      // Read anew each time: a scope narrowed or a token taken away ends what an open page may see.
      const reader = await signedIn(session, access, estates);
      if (reader === null) return;
      const marks = reads.splice(0);
      if (marks.length > 0) await stream.writeSSE({ event: "read", data: JSON.stringify({ marks }) });
      const messages = await messagesSince(estate.base.db.sql, { reader, seq });
      for (const message of messages) {
        seq = message.seq;
        const data = estate.messageTexts(message);
        await stream.writeSSE({ event: "message", data, id: `${estate.name}-${seq}` });
      }
      if (messages.length > 0 || pending) continue;
      const woken = await new Promise<boolean>((resolve) => {
        const timer = setTimeout(() => resolve(false), HEARTBEAT_MS);
        wake = () => {
          clearTimeout(timer);
          resolve(true);
        };
      });
      if (!woken) await stream.writeSSE({ event: "alive", data: "{}" });
    }
  } finally {
    unsubscribe();
    unsubscribeReads();
  }
}
