import { leftoverInbound } from "../store/inbound.ts";
import { handleInbound, showByOutbox, type InboundBase } from "./handle-inbound.ts";
import type { Inbound } from "./inbound.ts";

const LOOK_AGAIN_MS = 15_000;
/** Things taken up in one look. */
const BATCH_MAX = 20;

/** Takes up what arrived and whose worker is dead: done where it was not, shown where nobody was told. Returns how much. */
export async function resumeInbound(base: InboundBase): Promise<number> {
  const left = await leftoverInbound(base.db.sql, BATCH_MAX);
  for (const payload of left) {
    const inbound = payload as Inbound;
    try {
      await handleInbound({
        base,
        inbound,
        show: async (answer) => {
          await showByOutbox({ base, inbound, answer });
          return null;
        },
      });
    } catch (error) {
      base.log.error({ err: error, surface: inbound.surface, id: inbound.id }, "inbound: could not be taken up");
    }
  }
  return left.length;
}

/** Looks for leftovers until stopped. Any number may run, in any number of processes. */
export function watchInbound(base: InboundBase): { readonly stop: () => Promise<void> } {
  let stopped = false;
  let looking: Promise<unknown> = Promise.resolve();
  const look = (): void => {
    looking = looking
      .then(() => (stopped ? 0 : resumeInbound(base)))
      .catch((error: unknown) => {
        if (!stopped) base.log.warn({ err: error }, "inbound: database not reachable, trying again");
      });
  };
  const timer = setInterval(look, LOOK_AGAIN_MS);
  look();
  return {
    stop: async () => {
      stopped = true;
      clearInterval(timer);
      await looking;
    },
  };
}
