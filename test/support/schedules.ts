import type { Clock } from "../../src/domain/clock.ts";
import { dayOfInstant } from "../../src/domain/period.ts";
import type { Schedule } from "../../src/domain/schedule.ts";
import { DEFAULT_SETTINGS, type Settings } from "../../src/domain/settings.ts";
import type { Act, RunOutcome } from "../../src/service/run-schedule.ts";

/** A clock that stands where it is put. */
export function settableClock(text: string): Clock & { set: (text: string) => void } {
  let now = Date.parse(text);
  return {
    now: () => now,
    today: () => dayOfInstant(now),
    set: (next) => {
      now = Date.parse(next);
    },
  };
}

export function dailyDigest(changes: Partial<Schedule> = {}): Schedule {
  return {
    name: "daily-digest",
    job: "digest",
    cron: "0 9 * * *",
    timeZone: "Europe/Berlin",
    channel: "finops",
    scope: [],
    origin: "built-in",
    ...changes,
  };
}

export function settingsWith(schedules: readonly Schedule[]): Settings {
  return { ...DEFAULT_SETTINGS, installation: { ...DEFAULT_SETTINGS.installation, schedules } };
}

/** The work of every job is `act`. */
export function actsOf(act: Act): Record<Schedule["job"], Act> {
  return { ingest: act, digest: act, detection: act, recommendations: act, audit: act, rollups: act, reap: act };
}

export function outcome(key: string, changes: Partial<RunOutcome> = {}): RunOutcome {
  const card = { title: key, summary: key, tone: "neutral", blocks: [], actions: [], footer: [] };
  return { status: "done", note: "", posts: [{ channel: "finops", key, card }], ...changes };
}
