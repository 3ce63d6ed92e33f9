import { measureSaving, measuringPeriods } from "../analysis/savings.ts";
import { scopeCovers } from "../analysis/approval-scope.ts";
import { transition, type Guard } from "../analysis/lifecycle.ts";
import { toDecimal } from "../domain/money.ts";
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
import { insertMeasured, readBilledOver, readMeasured } from "../store/savings-ledger.ts";
import { applyMove, auditOf } from "./apply-move.ts";
import type { Context, Verb } from "./context.ts";
import { happening, rerender, viewRecommendations, type RenderRecommendation } from "./recommendation-view.ts";

const GUARD_OF: Readonly<Record<SavingVerdict, Guard>> = {
  realised: "saved-as-promised",
  "partly-realised": "saved-in-part",
  "not-realised": "saved-nothing",
};

/**
 * Reads the bill for every applied recommendation whose 7 or 30 days are billed, once each, and writes the figure into
 * the ledger. The last checkpoint decides between realised, partly and not. Returns the lines written.
 */
export async function measureSavings({
  ctx,
  input,
}: Verb<{ readonly render: RenderRecommendation }>): Promise<MeasuredSaving[]> {
  const applied = await listRecommendations(ctx.db.sql, { states: ["applied"] });
  if (applied.length === 0) return [];
  const { sources } = await dataThrough(ctx.db, ctx.clock, ctx.settings);
  const written: MeasuredSaving[] = [];
  for (const { id, finding } of applied) {
    const through = billedThrough(sources, finding.provider);
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

/** The slowest source of a provider counts: days it has not billed yet would look like savings. */
function billedThrough(sources: DataThrough["sources"], provider: string): Day | null {
  const own = sources.filter((source) => source.provider === provider);
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
    if (locked === null || locked.state !== "applied" || locked.appliedOn === null) return null;
    const periods = measuringPeriods(locked.appliedOn, checkpointDays);
    if (periods.after.to > addDays(through, 1)) return null;
    const known = (await readMeasured(tx, [id])).get(id) ?? [];
    if (known.some((line) => line.revision === locked.revision && line.checkpointDays === checkpointDays)) return null;
    const figure = await readFigure(tx, locked, locked.appliedOn, checkpointDays);
    await insertMeasured(tx, figure);
    await settle(tx, ctx, locked, figure, render);
    return figure;
  });
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
