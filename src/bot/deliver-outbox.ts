import { randomUUID } from "node:crypto";

import type { Logger } from "pino";

import type { Sql } from "../store/db.ts";
import { OUTBOX_NOTIFY } from "../store/outbox.ts";
import {
  buryStale,
  claimLanes,
  releaseLane,
  renewLanes,
  secondsUntilDue,
  settleFailed,
  settleSent,
  takeNext,
  type Holder,
  type OutboxRow,
  type SendFailure,
} from "../store/outbox-lanes.ts";
import { lockIncidents, noteIncident } from "../store/outbox-state.ts";
import { ChannelError } from "./channels/channel-error.ts";
import type { Channel } from "./channels/channel.ts";
import { sendRow } from "./send-row.ts";
import { undeliveredCard } from "./views/undelivered-card.ts";

/** Longest pause between two looks at the outbox: covers an announcement lost with its connection. */
const LOOK_AGAIN_MS_MAX = 5_000;
const LOOK_AGAIN_MS_MIN = 20;
/** How long others wait for a deliverer that says nothing, before they take its places over. */
const LEASE_SECONDS = 30;
const RENEWALS_PER_LEASE = 3;
/** Longest time one send may take: beyond it the place is given up for now, the message may be there or not. */
const SEND_SECONDS_MAX = 60;
/** Sends in one place before others get their turn. */
const TURN_MAX = 100;
const BURY_EVERY_MS = 60_000;

export type Delivering = {
  readonly sql: Sql;
  readonly channels: readonly Channel[];
  readonly log: Logger;
  /** Tests make it short. */
  readonly leaseSeconds?: number;
};
export type Deliverer = { readonly stop: () => Promise<void> };

/** Delivers everything that is due now, on every surface. Returns how many cards were sent. */
export async function deliverDue(input: Delivering): Promise<number> {
  const counts = await Promise.all(
    input.channels.map(async (channel) => {
      const lanes = createLanes(input, channel);
      let sent = 0;
      for (;;) {
        const taken = await lanes.claim();
        if (taken.length === 0) return sent;
        const turns = await Promise.all(taken);
        sent += turns.reduce((sum, count) => sum + count, 0);
      }
    }),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

/**
 * Keeps the outbox empty until stopped: woken by Postgres, by the next due time and every few seconds. Each surface has
 * its own places at work, so that one that hangs holds up no other. Any number may run, in any number of processes.
 * `stop` waits for the sends in progress.
 */
export async function startDeliverer(input: Delivering): Promise<Deliverer> {
  const stopping = new AbortController();
  const pumps = input.channels.map((channel) => createPump(input, channel, stopping.signal));
  const ring = (): void => pumps.forEach((pump) => pump.ring());
  const listening = await input.sql.listen(OUTBOX_NOTIFY, ring, ring);
  const running = pumps.map((pump) => pump.run());
  return {
    stop: async () => {
      stopping.abort();
      ring();
      await Promise.all(running);
      await listening.unlisten().catch(() => undefined);
    },
  };
}

type Lanes = {
  /** Takes what is due and starts it: one promise a place, of how many cards were sent. */
  readonly claim: () => Promise<Promise<number>[]>;
  readonly busy: () => number;
  readonly renew: () => Promise<void>;
};

function createLanes(input: Delivering, channel: Channel, stopping?: AbortSignal): Lanes {
  const { sql } = input;
  const holder: Holder = { id: `${channel.name}/${randomUUID()}`, leaseSeconds: input.leaseSeconds ?? LEASE_SECONDS };
  const held = new Set<string>();
  const turn = async (place: string): Promise<number> => {
    let sent = 0;
    let pause = 0;
    try {
      for (let taken = 0; taken < TURN_MAX; taken += 1) {
        if (stopping?.aborted === true) break;
        const row = await takeNext(sql, place, holder);
        if (row === null) break;
        const goOn = await sendOne(input, channel, row);
        if (goOn === "sent") sent += 1;
        pause = channel.pace.secondsBetween;
        if (goOn === "stop" || pause > 0) break;
      }
    } finally {
      held.delete(place);
      await releaseLane(sql, place, holder, pause);
    }
    return sent;
  };
  return {
    claim: async () => {
      const free = channel.pace.placesAtOnce - held.size;
      if (free <= 0) return [];
      const places = await claimLanes(sql, channel.name, holder, free);
      for (const place of places) held.add(place);
      return places.map(turn);
    },
    busy: () => held.size,
    renew: () => renewLanes(sql, [...held], holder),
  };
}

/** Sends one thing and records what became of it. "stop": nothing more for this place now. */
async function sendOne(input: Delivering, channel: Channel, row: OutboxRow): Promise<"sent" | "again" | "stop"> {
  const { sql, log } = input;
  const outcome = await withinTime(sendRow(sql, row, channel)).then(
    (reference) => ({ ok: true, reference }) as const,
    (error: unknown) => ({ ok: false, error }) as const,
  );
  if (outcome.ok) {
    const { recovered } = await settleSent(sql, row, outcome.reference);
    if (recovered) await sql.begin((tx) => noteIncident(tx, channel.name, undeliveredCard));
    return "sent";
  }
  const failure = failureOf(outcome.error);
  const settled = await sql.begin(async (tx) => {
    await lockIncidents(tx);
    const become = await settleFailed(tx, row, failure);
    if (become === "dead" || become === "refused") await noteIncident(tx, channel.name, undeliveredCard);
    return become;
  });
  log.warn({ key: row.key, channel: row.channel, reason: failure.reason }, `outbox: ${failure.kind}, ${settled}`);
  return settled === "again" || settled === "dead" ? "again" : "stop";
}

function failureOf(error: unknown): SendFailure {
  if (error instanceof ChannelError) {
    const { kind, message: reason, retryAfterSeconds, sent } = error;
    return { kind, reason, retryAfterSeconds, maybeSent: sent === "unknown" };
  }
  const reason = error instanceof Error ? error.message : String(error);
  return { kind: "failed", reason, retryAfterSeconds: null, maybeSent: true };
}

async function withinTime<T>(sending: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new ChannelError("unavailable", `no answer within ${SEND_SECONDS_MAX} seconds`)),
      SEND_SECONDS_MAX * 1_000,
    );
  });
  // Rejected after the time is up: nobody waits for it any more.
  sending.catch(() => undefined);
  return Promise.race([sending, late]).finally(() => clearTimeout(timer));
}

type Pump = { readonly ring: () => void; readonly run: () => Promise<void> };

/** One surface's share of the outbox. */
function createPump(input: Delivering, channel: Channel, stopping: AbortSignal): Pump {
  const lanes = createLanes(input, channel, stopping);
  const turns = new Set<Promise<unknown>>();
  let wake: () => void = () => undefined;
  let woken = false;
  const ring = (): void => {
    woken = true;
    wake();
  };
  const trouble = (error: unknown): void => {
    if (!stopping.aborted) input.log.warn({ err: error }, "outbox: database not reachable, trying again");
  };
  /** Starts what is due; returns how long nothing will be, in ms. */
  const look = async (): Promise<number> => {
    const taken = await lanes.claim();
    for (const turn of taken) {
      const ended = turn.catch(trouble).finally(() => {
        turns.delete(ended);
        ring();
      });
      turns.add(ended);
    }
    if (taken.length > 0) return 0;
    // With every place taken the next look comes when one is free.
    if (lanes.busy() >= channel.pace.placesAtOnce) return LOOK_AGAIN_MS_MAX;
    const seconds = await secondsUntilDue(input.sql, channel.name);
    return Math.min(LOOK_AGAIN_MS_MAX, Math.max(LOOK_AGAIN_MS_MIN, (seconds ?? Infinity) * 1_000));
  };
  return {
    ring,
    run: async () => {
      const leaseMs = (input.leaseSeconds ?? LEASE_SECONDS) * 1_000;
      const renewing = setInterval(() => void lanes.renew().catch(trouble), leaseMs / RENEWALS_PER_LEASE);
      const burying = setInterval(() => void buryStale(input.sql, channel.name).catch(trouble), BURY_EVERY_MS);
      while (!stopping.aborted) {
        woken = false;
        const pauseMs = await look().catch((error: unknown) => {
          trouble(error);
          return LOOK_AGAIN_MS_MAX;
        });
        if (woken || stopping.aborted || pauseMs === 0) continue;
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, pauseMs);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      await Promise.all(turns);
      clearInterval(renewing);
      clearInterval(burying);
    },
  };
}
