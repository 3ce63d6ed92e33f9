import { dispatch } from "../../src/bot/dispatch.ts";
import type { Role } from "../../src/domain/actor.ts";
import type { Clock } from "../../src/domain/clock.ts";
import type { ScopeFilter } from "../../src/domain/scope.ts";
import { postDigest } from "../../src/jobs/post-digest.ts";
import type { Context } from "../../src/service/context.ts";
import { enqueueDueRuns, runSchedule } from "../../src/service/run-schedule.ts";
import type { Database } from "../../src/store/db.ts";
import type { RunKey } from "../../src/store/schedules.ts";
import { testContext } from "../support/context.ts";

export const PAYMENTS: ScopeFilter = [{ dimension: "team", negated: false, values: ["payments"] }];

/** Ada sees everything and is admin; Tom is an analyst of payments; Vera only looks. #payments shows payments. */
const PEOPLE = {
  ada: { role: "admin", scope: [] },
  tom: { role: "analyst", scope: PAYMENTS },
  vera: { role: "viewer", scope: [] },
} as const satisfies Record<string, { role: Role; scope: ScopeFilter }>;
export type Who = keyof typeof PEOPLE;

export async function addPeople(db: Database): Promise<void> {
  await db.sql`insert into channel (name, scope) values ('payments', ${JSON.stringify(PAYMENTS)}::text::jsonb)`;
  for (const [name, { role, scope }] of Object.entries(PEOPLE))
    await db.sql`
      insert into principal (id, handle, name, role, scope, origin)
      values (${`person_${name}`}, ${name}, ${name}, ${role}, ${JSON.stringify(scope)}::text::jsonb, 'chat')`;
}

/** Somebody, where they stand: what they see there is theirs and the channel's. */
export function asPerson(base: { db: Database; clock: Clock }, name: Who, channel = "finops"): Context {
  const { role, scope: own } = PEOPLE[name];
  const scope = channel === "payments" ? [...own, ...PAYMENTS] : own;
  const actor = { kind: "user", id: `person_${name}`, name, role, scope: own } as const;
  return { ...testContext(base.db, { clock: base.clock, dataDir: "/tmp" }), actor, scope, channel };
}

export async function say(ctx: Context, text: string) {
  const answer = await dispatch({ ctx, text });
  return { ...answer, shown: JSON.stringify(answer.card) };
}

/** Lets everything due run, as the service does; returns what it came to. */
export async function runDue(ctx: Context): Promise<string[]> {
  const due: RunKey[] = [];
  await enqueueDueRuns({ ctx, input: { send: async (_tx, _job, run) => void due.push(run) } });
  const results: string[] = [];
  for (const run of due) {
    const result = await runSchedule({ ctx, input: { ...run, act: postDigest, lastAttempt: true } });
    results.push(`${run.schedule} ${result}`);
  }
  return results;
}

export type Posted = { channel: string; key: string; card: { title: string; summary: string; status?: string } };

/** What was posted into channels, without what is in threads. */
export async function postedIn(db: Database): Promise<Posted[]> {
  const rows = await db.sql<Posted[]>`
    select channel, key, card from outbox where under is null and kind = 'post' order by id`;
  return [...rows];
}
