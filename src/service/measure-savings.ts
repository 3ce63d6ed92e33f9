import { isDeepStrictEqual } from "node:util";

import { isProvisional } from "../analysis/provider-calendar.ts";
import { measureSaving, measuringPeriods } from "../analysis/savings.ts";
import { scopeCovers } from "../analysis/approval-scope.ts";
import { transition, type Guard } from "../analysis/lifecycle.ts";
import { compare, toDecimal } from "../domain/money.ts";
import { addDays, type Day } from "../domain/period.ts";
import { CHECKPOINT_DAYS } from "../domain/recommendation.ts";
import type {
  CheckpointDays,
  MeasuredSaving,
  Recommendation,
  RecommendationView,
  SavingVerdict,
} from "../domain/recommendation.ts";
import { appendAudit } from "../store/audit.ts";
import { sealPending } from "../store/audit-chain.ts";
import { dataThrough, type DataThrough } from "../store/data-through.ts";
import type { SqlLike } from "../store/db.ts";
import { listRecommendations, readRecommendation } from "../store/recommendations.ts";
import {
  insertMeasured,
  listRecentlyMeasured,
  readBilledOver,
  readMeasured,
  readSourcesOf,
  updateMeasured,
} from "../store/savings-ledger.ts";
import { applyMove, auditOf } from "./apply-move.ts";
import type { Context, Verb } from "./context.ts";
import { happening, rerender, viewRecommendations, type RenderRecommendation } from "./recommendation-view.ts";

const GUARD_OF: Readonly<Record<SavingVerdict, Guard>> = {
  realised: "saved-as-promised",
  "partly-realised": "saved-in-part",
  "not-realised": "saved-nothing",
};

/** States in which a figure may still be written or follow a restated bill. */
const WATCHED = ["applied", "realised", "partly-realised", "not-realised"] as const;
/** How long after its days a figure is compared with the bill again: past every provider's window. */
const COMPARED_DAYS = 120;

/**
 * Reads the bill for every applied recommendation whose 7 or 30 days are billed, and writes the figure into the ledger.
 * The last checkpoint decides between realised, partly and not. A figure whose bill is restated follows it while its
 * month is open, and keeps what it closed with after, beside what the bill says now. Returns the lines written or changed.
 */
export async function measureSavings({
  ctx,
  input,
}: Verb<{ readonly render: RenderRecommendation }>): Promise<MeasuredSaving[]> {
  const { sql } = ctx.db;
  const applied = await listRecommendations(sql, { states: ["applied"] });
  const recent = await listRecentlyMeasured(sql, addDays(ctx.clock.today(), -COMPARED_DAYS));
  const ids = [...new Set([...applied.map(({ id }) => id), ...recent])];
  if (ids.length === 0) return [];
  const { sources } = await dataThrough(ctx.db, ctx.clock, ctx.settings);
  const written: MeasuredSaving[] = [];
  for (const { id, finding } of await listRecommendations(sql, { ids, states: WATCHED })) {
    const through = billedThrough(sources, finding.provider, await readSourcesOf(sql, finding));
    if (through === null) continue;
    for (const checkpoint of CHECKPOINT_DAYS) {
      const figure = await measureOne(ctx, id, checkpoint, through, input.render);
      if (figure !== null) written.push(figure);
    }
  }
  await sealPending(ctx.db.sql);
  return written;
}

/** The ledger: every line whose resource the scope covers, with what it belongs to. */
export async function listSavings({ ctx }: Verb<Record<string, never>>): Promise<RecommendationView[]> {
  const rows = await listRecommendations(ctx.db.sql, {
    states: ["applied", "realised", "partly-realised", "not-realised"],
  });
  const visible = rows.filter((row) => scopeCovers(ctx.scope, row.facets));
  return viewRecommendations(ctx.db.sql, ctx.settings, visible);
}

/**
 * The slowest source that bills the resource counts: days it has not billed yet would look like savings. Of a resource
 * that no bill knows any more every source of its provider may be the one.
 */
function billedThrough(sources: DataThrough["sources"], provider: string, billing: readonly string[]): Day | null {
  const own = sources.filter(
    (one) => one.provider === provider && (billing.length === 0 || billing.includes(one.source)),
  );
  return own.reduce<Day | null>(
    (slowest, { through }) => (slowest === null || through === null || through < slowest ? through : slowest),
    own[0]?.through ?? null,
  );
}

async function measureOne(
  ctx: Context,
  id: string,
  checkpointDays: CheckpointDays,
  through: Day,
  render: RenderRecommendation,
): Promise<MeasuredSaving | null> {
  return ctx.db.sql.begin<MeasuredSaving | null>(async (tx) => {
    const locked = await readRecommendation(tx, id, { lock: true });
    if (locked === null || locked.appliedOn === null) return null;
    const periods = measuringPeriods(locked.appliedOn, checkpointDays);
    if (periods.after.to > addDays(through, 1)) return null;
    const known = ((await readMeasured(tx, [id])).get(id) ?? []).find(
      (line) => line.revision === locked.revision && line.checkpointDays === checkpointDays,
    );
    if (known === undefined && locked.state !== "applied") return null;
    const figure = await readFigure(tx, locked, locked.appliedOn, checkpointDays);
    if (known === undefined) {
      await insertMeasured(tx, figure);
      await settle(tx, ctx, locked, figure, render);
      return figure;
    }
    const restated = follow(known, figure, isClosed(ctx, locked, figure));
    if (restated === null) return null;
    await updateMeasured(tx, restated);
    await settle(tx, ctx, locked, restated, render);
    return restated;
  });
}

/** What a line becomes when the bill says something else by now; null = it says the same. */
function follow(known: MeasuredSaving, now: MeasuredSaving, closed: boolean): MeasuredSaving | null {
  const { measuredMonthly: was } = known;
  const { measuredMonthly: is } = now;
  if (closed) {
    const restatedTo = compare(is, was) === 0 ? null : is;
    const same = restatedTo === null ? known.restatedTo === null : known.restatedTo?.atoms === restatedTo.atoms;
    return same ? null : { ...known, restatedTo };
  }
  const same = compare(is, was) === 0 && compare(now.beforeDaily, known.beforeDaily) === 0;
  if (same && isDeepStrictEqual(now.notes, known.notes)) return null;
  // Restated and restated back, it is what it was.
  const from = compare(is, was) === 0 ? known.restatedFrom : (known.restatedFrom ?? was);
  return { ...now, restatedFrom: from === null || compare(from, is) === 0 ? null : from };
}

function isClosed(ctx: Context, { finding }: Recommendation, { after }: MeasuredSaving): boolean {
  return !isProvisional(finding.provider, addDays(after.to, -1), ctx.clock.today());
}

async function readFigure(
  tx: SqlLike,
  applied: Recommendation,
  appliedOn: Day,
  checkpointDays: CheckpointDays,
): Promise<MeasuredSaving> {
  const periods = measuringPeriods(appliedOn, checkpointDays);
  const { verdict, notes, measuredMonthly, beforeDaily, afterDaily } = measureSaving({
    promisedMonthly: applied.savingAsked,
    before: { period: periods.before, billed: await readBilledOver(tx, applied.finding, periods.before) },
    after: { period: periods.after, billed: await readBilledOver(tx, applied.finding, periods.after) },
  });
  return {
    recommendationId: applied.id,
    revision: applied.revision,
    checkpointDays,
    appliedOn,
    promisedMonthly: applied.savingAsked,
    measuredMonthly,
    beforeDaily,
    afterDaily,
    verdict,
    notes,
    restatedFrom: null,
    restatedTo: null,
    ...periods,
  };
}

async function settle(
  tx: SqlLike,
  ctx: Context,
  applied: Recommendation,
  figure: MeasuredSaving,
  render: RenderRecommendation,
): Promise<void> {
  const system: Context = { ...ctx, actor: { kind: "system", id: "ledger" } };
  const details = {
    checkpointDays: figure.checkpointDays,
    promised: toDecimal(figure.promisedMonthly),
    measured: toDecimal(figure.measuredMonthly),
    currency: figure.promisedMonthly.currency,
    verdict: figure.verdict,
    ...(figure.restatedFrom === null ? {} : { restatedFrom: toDecimal(figure.restatedFrom) }),
    ...(figure.restatedTo === null ? {} : { restatedTo: toDecimal(figure.restatedTo) }),
  };
  const said = [happening("measure", { figure })];
  const last = figure.checkpointDays === CHECKPOINT_DAYS.at(-1);
  const next = transition(applied.state, "measure", new Set([GUARD_OF[figure.verdict]]));
  if (last && next.ok) {
    const after = await applyMove(tx, system, applied, { ...next, details });
    await rerender(tx, ctx.settings, after, render, said);
    return;
  }
  await appendAudit(tx, [auditOf(system.actor, "measure", applied.id, details)]);
  await rerender(tx, ctx.settings, applied, render, said);
}
