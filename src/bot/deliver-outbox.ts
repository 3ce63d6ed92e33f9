import type { Logger } from "pino";

import type { Sql } from "../store/db.ts";
import { deliverNext, OUTBOX_NOTIFY, secondsUntilDue, type OutboxRow } from "../store/outbox.ts";
import type { Card } from "./card.ts";
import type { Channel, Reference } from "./channels/channel.ts";

/** Longest pause between two looks at the outbox: covers an announcement lost with its connection. */
const LOOK_AGAIN_MS_MAX = 5_000;
const LOOK_AGAIN_MS_MIN = 20;

export type Deliverer = { readonly stop: () => Promise<void> };

/** Where an outbox address leads: `surface:name`, or a bare name on the first surface. Null: no such surface. */
export function routeAddress(
  address: string,
  channels: readonly Channel[],
): { channel: Channel; place: string } | null {
  const colon = address.indexOf(":");
  const named = colon > 0 ? channels.find((channel) => channel.name === address.slice(0, colon)) : undefined;
  if (named !== undefined) return { channel: named, place: address.slice(colon + 1) };
  const [first] = channels;
  return first === undefined || colon > 0 ? null : { channel: first, place: address };
}

/** Sends one outbox row to its surface: a post the first time, an edit after. Rejects when the surface does. */
export async function sendRow(row: OutboxRow, channels: readonly Channel[]): Promise<Reference> {
  const route = routeAddress(row.channel, channels);
  if (route === null) throw new Error(`no surface is configured for "${row.channel}"`);
  const posting = {
    channel: route.place,
    key: row.key,
    card: row.card as Card,
    revision: row.revision,
    thread: null,
    tokens: [],
    maybePosted: false,
    generation: 1,
  };
  if (row.reference === null) return route.channel.post(posting);
  const reference = row.reference as Reference;
  await route.channel.update(reference, posting);
  return reference;
}

/** Delivers everything that is due now. Returns how many cards were sent. */
export async function deliverDue(input: { sql: Sql; channels: readonly Channel[]; log: Logger }): Promise<number> {
  let sent = 0;
  for (;;) {
    const delivery = await deliverNext(input.sql, (row) => sendRow(row, input.channels));
    if (delivery.kind === "idle") return sent;
    if (delivery.kind === "done") sent += 1;
    else input.log.warn({ key: delivery.row.key, channel: delivery.row.channel }, `outbox: post ${delivery.kind}`);
  }
}

/**
 * Keeps the outbox empty until stopped: woken by Postgres, by the next retry's due time and every few seconds.
 * Any number may run, in any number of processes. `stop` waits for the send in progress.
 */
export async function startDeliverer(input: {
  sql: Sql;
  channels: readonly Channel[];
  log: Logger;
}): Promise<Deliverer> {
  const stopping = new AbortController();
  let wake: () => void = () => undefined;
  let woken = false;
  const ring = (): void => {
    woken = true;
    wake();
  };
  const listening = await input.sql.listen(OUTBOX_NOTIFY, ring, ring);
  const running = (async () => {
    while (!stopping.signal.aborted) {
      woken = false;
      const pauseMs = await deliverDue(input)
        .then(() => secondsUntilDue(input.sql))
        .then((seconds) => Math.min(LOOK_AGAIN_MS_MAX, Math.max(LOOK_AGAIN_MS_MIN, (seconds ?? Infinity) * 1_000)))
        .catch((error: unknown) => {
          if (!stopping.signal.aborted) input.log.warn({ err: error }, "outbox: database not reachable, trying again");
          return LOOK_AGAIN_MS_MAX;
        });
      if (woken || stopping.signal.aborted) continue;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, pauseMs);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  })();
  return {
    stop: async () => {
      stopping.abort();
      wake();
      await running;
      await listening.unlisten().catch(() => undefined);
    },
  };
}
