import { setTimeout as wait } from "node:timers/promises";

import type { Sql } from "../../src/store/db.ts";

/** A number among the words of the command: `--minutes 5`. */
export function option(name: string, otherwise: number): number {
  const at = process.argv.indexOf(name);
  return at < 0 ? otherwise : Number(process.argv[at + 1]);
}

/** mulberry32: the same seed misbehaves in the same way. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Lets what waits go out, until nothing is wrong or the time is over; says what is. Returns whether nothing is. */
export async function settled(input: {
  readonly sql: Sql;
  readonly withinMs: number;
  readonly problems: () => string[];
  /** Told at the end: what was asked and done, and that all is well. */
  readonly summary: () => string;
  readonly well: string;
}): Promise<boolean> {
  const { sql, problems } = input;
  const until = performance.now() + input.withinMs;
  let wrong = problems();
  while (wrong.length > 0 && performance.now() < until) {
    await sql`update outbox set next_attempt_at = now() where revision_done < revision`;
    await wait(500);
    wrong = problems();
  }
  console.log(input.summary());
  for (const one of wrong.slice(0, 20)) console.error(one);
  console.log(wrong.length === 0 ? input.well : `${wrong.length} problems`);
  return wrong.length === 0;
}
