import type { Role } from "./actor.ts";
import type { Report } from "./report.ts";
import type { ScopeFilter } from "./scope.ts";

/**
 * What a schedule can start, one queue each (src/jobs/acts.ts): `ingest` reads a watched source, `digest` posts a
 * report (src/domain/report.ts), `detection` looks for what went wrong (silent sources), `rollups` rebuilds outdated rollups,
 * `recommendations` brings what people decide on up to the bills and the day and puts the dearest new ones before them,
 * `audit` seals the audit trail and writes its anchor, `reap` removes replaced batches.
 */
export const SCHEDULED_JOBS = ["ingest", "digest", "detection", "recommendations", "audit", "rollups", "reap"] as const;
export type ScheduledJob = (typeof SCHEDULED_JOBS)[number];

/** `skipped`: there was nothing to do it with yet. `failed`: given up, after the last try or because no try can mend it. */
export const RUN_STATUSES = ["queued", "done", "skipped", "failed"] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

/** A job and when it is due, as a person said it: a cron expression in a time zone. */
export type Schedule = {
  readonly name: string;
  readonly job: ScheduledJob;
  /** Five fields: minute, hour, day of month, month, day of week. */
  readonly cron: string;
  /** IANA zone the cron expression is said in. */
  readonly timeZone: string;
  /** Where the answer is posted; null = nowhere. */
  readonly channel: string | null;
  /** What the answer may show: channel ∩ creator. */
  readonly scope: ScopeFilter;
  /** `built-in`: ours unless configured otherwise; `config`: finops.yaml; `chat`: somebody subscribed. */
  readonly origin: "built-in" | "config" | "chat";
  /** What a schedule of the job `digest` posts; absent = the daily digest. */
  readonly report?: Report;
};

/** Who made a schedule in chat, with which rights: those they hold later are compared with these. */
export type Creator = {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  /** Whether the role was given to them by name: a shared login or a group gives it otherwise, and is not looked up. */
  readonly ownRole: boolean;
};

/** A watched place bills arrive in. Paths are absolute; a path may hold glob characters. */
export type WatchedSource = {
  readonly name: string;
  readonly paths: readonly string[];
  /** Source its bills belong to (of one provider); null = one for each provider and billing account. */
  readonly source: string | null;
  /** Several objects of one month form one snapshot. */
  readonly parts: boolean;
  /** Hours of silence before its owner is told; null = its own rhythm. */
  readonly staleAfterHours: number | null;
};
