import { DEMO_DATABASE } from "../store/open-store.ts";
import type { Verb } from "./context.ts";

export const FIRST_STEPS = ["source", "channel", "budget", "roles"] as const;
export type FirstStep = (typeof FIRST_STEPS)[number];

export type FirstRun = {
  /** Whether what is shown is the sample estate: its bills count as none. */
  readonly sample: boolean;
  readonly steps: readonly { readonly step: FirstStep; readonly done: boolean }[];
  /** The first step not done; null = all are. */
  readonly next: FirstStep | null;
};

/**
 * What a new installation still lacks: bills; a channel somebody chose (one that shows a part, or one that gets a digest
 * by subscription or configuration); a budget; somebody with a role. Says yes or no only, so everybody may ask.
 */
export async function checkFirstRun({ ctx }: Verb<Record<string, never>>): Promise<FirstRun> {
  const configured = ctx.settings.installation.schedules.some(
    ({ job, origin }) => job === "digest" && origin === "config",
  );
  const [row] = await ctx.db.sql<
    { database: string; source: boolean; channel: boolean; budget: boolean; roles: boolean }[]
  >`
    select current_database() as database,
      exists (select 1 from active_batch where visible) as source,
      exists (select 1 from channel where kind = 'shared' and scope || scope_configured <> '[]')
        or exists (select 1 from schedule where job = 'digest' and origin = 'chat' and removed_at is null) as channel,
      exists (select 1 from budget where removed_at is null) as budget,
      exists (select 1 from principal where coalesce(role_configured, role) in ('approver', 'admin')
        and origin <> 'demo') as roles`;
  const sample = row?.database === DEMO_DATABASE;
  const done = {
    source: row?.source === true && !sample,
    channel: row?.channel === true || configured,
    budget: row?.budget === true,
    roles: row?.roles === true,
  };
  const steps = FIRST_STEPS.map((step) => ({ step, done: done[step] }));
  return { sample, steps, next: steps.find((one) => !one.done)?.step ?? null };
}
