import { setTimeout as wait } from "node:timers/promises";

/** Questions worked on at once: connections to the database stay free for what arrives meanwhile. */
const WORKED_ON_AT_ONCE = 4;
/** A burst of commands is acknowledged before it is answered: at most so long, looked at so often. */
const ACKNOWLEDGED_FIRST_MS = 400;
const CALM_LOOK_MS = 5;

export type Turns = {
  /** Counts what is being acknowledged. */
  readonly acknowledging: <T>(work: Promise<T>) => Promise<T>;
  /** Does it when it is its turn: a few at once, in order, and what still waits for its acknowledgement goes first. */
  readonly inTurn: <T>(work: () => Promise<T>) => Promise<T>;
};

/** Keeps answers from holding up acknowledgements, which platforms wait three seconds for. */
export function createTurns(): Turns {
  const waiting: (() => void)[] = [];
  let acknowledging = 0;
  let running = 0;
  /** Within reason: under a steady stream answers must come too. */
  const calm = async (): Promise<void> => {
    const until = performance.now() + ACKNOWLEDGED_FIRST_MS;
    for (;;) {
      await wait(CALM_LOOK_MS);
      if (acknowledging === 0 || performance.now() >= until) return;
    }
  };
  return {
    acknowledging: async (work) => {
      acknowledging += 1;
      try {
        return await work;
      } finally {
        acknowledging -= 1;
      }
    },
    inTurn: async (work) => {
      if (running >= WORKED_ON_AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
      else running += 1;
      try {
        await calm();
        return await work();
      } finally {
        const next = waiting.shift();
        if (next === undefined) running -= 1;
        else next();
      }
    },
  };
}
