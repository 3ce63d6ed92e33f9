import type { DoctorAnswer } from "../domain/contract-operations.ts";
import { explain } from "../domain/errors.ts";
import { countRuns, freeBytes, loadServerFacts, type ServerFacts } from "../store/operations.ts";
import { outboxState } from "../store/outbox-state.ts";
import { checkFreshness } from "./check-freshness.ts";
import type { Context, Verb } from "./context.ts";
import { requireWholeScope } from "./whole-scope.ts";

type Check = DoctorAnswer["checks"][number];

const BYTES_PER_GB = 1024 ** 3;
/** A month of a large company's bills needs about this much while it is loaded. */
const FREE_BYTES_MIN = 2 * BYTES_PER_GB;
/** Beyond it leases, sessions and "today" disagree between this process and the database. */
const CLOCK_SKEW_SECONDS_MAX = 30;

/**
 * Looks for what keeps the installation from working and names, for each, the one command or edit that mends it.
 * Throws for who sees only a part of the bills, and for nothing else: a check that cannot be made has failed.
 */
export async function runDoctor({ ctx }: Verb<Record<string, never>>): Promise<DoctorAnswer> {
  requireWholeScope(ctx, "doctor");
  const checks = (
    await Promise.all([
      attempt("database", () => checkDatabase(ctx)),
      attempt("disk space", () => checkDisk(ctx)),
      attempt("configuration", async () => checkConfiguration(ctx)),
      attempt("credentials", async () => checkCredentials(ctx)),
      attempt("freshness", () => checkSources(ctx)),
      attempt("schedules", () => checkRuns(ctx)),
      attempt("outbox", () => checkOutbox(ctx)),
    ])
  ).flat();
  return { ok: checks.every(({ state }) => state !== "failed"), checks };
}

async function attempt(check: string, look: () => Promise<Check[]>): Promise<Check[]> {
  try {
    return await look();
  } catch (error) {
    return [{ check, state: "failed", finding: explain(error), mend: "finops doctor --json, then see the log" }];
  }
}

const ok = (check: string, finding: string): Check => ({ check, state: "ok", finding });

async function checkDatabase(ctx: Context): Promise<Check[]> {
  let facts: ServerFacts;
  try {
    facts = await loadServerFacts(ctx.db.sql);
  } catch (error) {
    const mend = "check that the server of DATABASE_URL runs and answers: psql \"$DATABASE_URL\" -c 'select 1'";
    return [{ check: "database", state: "failed", finding: explain(error), mend }];
  }
  const size = `${(facts.sizeBytes / BYTES_PER_GB).toFixed(2)} GB, ${facts.migrations} migrations`;
  return [ok("database", `${kindOf(ctx)}, Postgres ${facts.version}, ${size}`), clockCheck(ctx, facts)];
}

function kindOf(ctx: Context): string {
  const given = ctx.settings.installation.variables.find(({ name }) => name === "DATABASE_URL")?.set === true;
  return given ? "your server" : "built-in";
}

function clockCheck(ctx: Context, facts: ServerFacts): Check {
  const fixed = ctx.settings.installation.variables.find(({ name }) => name === "FINOPS_TODAY")?.set === true;
  if (fixed) {
    const finding = `the business day is fixed to ${ctx.clock.today()}: schedules stand still`;
    return { check: "clock", state: "warning", finding, mend: "unset FINOPS_TODAY" };
  }
  const skewSeconds = Math.abs(ctx.clock.now() - facts.now) / 1000;
  if (skewSeconds <= CLOCK_SKEW_SECONDS_MAX) return ok("clock", `${skewSeconds.toFixed(1)} s from the database's`);
  const finding = `${Math.round(skewSeconds)} s from the database's`;
  return { check: "clock", state: "failed", finding, mend: "set the clock by NTP: timedatectl set-ntp true" };
}

async function checkDisk(ctx: Context): Promise<Check[]> {
  const bytes = await freeBytes(ctx.dataDir);
  const finding = `${(bytes / BYTES_PER_GB).toFixed(1)} GB free at ${ctx.dataDir}`;
  if (bytes >= FREE_BYTES_MIN) return [ok("disk space", finding)];
  return [
    { check: "disk space", state: "failed", finding, mend: "free some, or set FINOPS_DATA_DIR to a larger disk" },
  ];
}

function checkConfiguration(ctx: Context): Check[] {
  const { configFile, warnings } = ctx.settings.installation;
  const read = ok("configuration", configFile === null ? "no finops.yaml, defaults hold" : `${configFile} is valid`);
  return [
    read,
    ...warnings.map((finding): Check => ({
      check: "configuration",
      state: "warning",
      finding,
      mend: "correct the name, or unset it",
    })),
  ];
}

function checkCredentials(ctx: Context): Check[] {
  const set = ctx.settings.installation.variables.filter((variable) => variable.set).map(({ name }) => name);
  return [ok("credentials", set.length === 0 ? "none needed, none set" : `set: ${set.join(", ")}`)];
}

async function checkSources(ctx: Context): Promise<Check[]> {
  const { sources } = await checkFreshness({ ctx, input: {} });
  if (sources.length === 0) {
    return [{ check: "freshness", state: "warning", finding: "no bills yet", mend: "finops ingest PATH" }];
  }
  const stale = sources.filter((source) => source.stale);
  if (stale.length === 0) return [ok("freshness", `${sources.length} sources, all within their rhythm`)];
  return stale.map((source) => ({
    check: "freshness",
    state: "failed",
    finding: `${source.source}: nothing new for ${source.silentHours} h (allowed ${source.allowedHours} h), data through ${source.lastDay ?? "no day"}`,
    mend: `finops ingest PATH --source ${source.source}`,
  }));
}

async function checkRuns(ctx: Context): Promise<Check[]> {
  const { queued, failed } = await countRuns(ctx.db.sql);
  if (failed === 0) return [ok("schedules", `${queued} waiting, none given up`)];
  return [
    { check: "schedules", state: "warning", finding: `${failed} runs were given up`, mend: "finops status (says why)" },
  ];
}

async function checkOutbox(ctx: Context): Promise<Check[]> {
  const { waiting, dead, places } = await outboxState(ctx.db.sql);
  const refused = places.filter(({ refusedSince }) => refusedSince !== null);
  const findings = [
    ...refused.map(({ place, reason }) => `${place} cannot be written to: ${reason ?? ""}`),
    ...(dead[0] === undefined
      ? []
      : [`${dead.length} cards could not be delivered, the last to ${dead[0].channel}: ${dead[0].error}`]),
  ];
  if (findings.length === 0) return [ok("outbox", `${waiting} waiting, none given up`)];
  return findings.map((finding) => ({ check: "outbox", state: "failed", finding, mend: "finops outbox list" }));
}
