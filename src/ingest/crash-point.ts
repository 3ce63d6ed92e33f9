/**
 * The one hook tests have into an ingest: with FINOPS_TEST_CRASH_AT naming a step, the process kills itself there as
 * `kill -9` would; with FINOPS_TEST_PAUSE_AT it stops (SIGSTOP) until it is continued. Unset, this does nothing.
 */
export const CRASH_POINTS = [
  "leased",
  "staged",
  "batch-written",
  "dictionaries-loaded",
  "charges-loaded",
  "rollups-loaded",
  "before-flip",
  "in-flip",
  "after-flip",
  "before-release",
] as const;
export type CrashPoint = (typeof CRASH_POINTS)[number];

export function crashPoint(name: CrashPoint): void {
  if (process.env["FINOPS_TEST_CRASH_AT"] === name) process.kill(process.pid, "SIGKILL");
  if (process.env["FINOPS_TEST_PAUSE_AT"] === name) process.kill(process.pid, "SIGSTOP");
}
