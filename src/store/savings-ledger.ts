import { atomsToDecimal, money, parseAtoms } from "../domain/money.ts";
import { day, type Day, type Period } from "../domain/period.ts";
import type { CheckpointDays, MeasuredSaving, PricedFinding, SavingVerdict } from "../domain/recommendation.ts";
import type { BilledOver } from "../analysis/savings.ts";
import type { SqlLike } from "./db.ts";

type Row = {
  recommendationId: string;
  revision: number;
  checkpointDays: CheckpointDays;
  appliedOn: string;
  currency: string;
  promised: string;
  measured: string;
  beforeDaily: string;
  afterDaily: string;
  beforeFrom: string;
  beforeTo: string;
  afterFrom: string;
  afterTo: string;
  verdict: SavingVerdict;
  notes: string[];
  restatedFrom: string | null;
  restatedTo: string | null;
};

/** Writes one line of the ledger; false when it is there already. */
export async function insertMeasured(sql: SqlLike, figure: MeasuredSaving): Promise<boolean> {
  const amount = (a: { atoms: bigint }): string => atomsToDecimal(a.atoms);
  const rows = await sql`
    insert into savings_ledger (recommendation_id, revision, checkpoint_days, applied_on, currency, promised_monthly,
      measured_monthly, before_daily, after_daily, before_from, before_to, after_from, after_to, verdict, notes)
    values (${figure.recommendationId}, ${figure.revision}, ${figure.checkpointDays}, ${figure.appliedOn},
      ${figure.promisedMonthly.currency}, ${amount(figure.promisedMonthly)}::numeric,
      ${amount(figure.measuredMonthly)}::numeric, ${amount(figure.beforeDaily)}::numeric,
      ${amount(figure.afterDaily)}::numeric, ${figure.before.from}, ${figure.before.to}, ${figure.after.from},
      ${figure.after.to}, ${figure.verdict}, ${JSON.stringify(figure.notes)}::text::jsonb)
    on conflict do nothing returning recommendation_id`;
  return rows.length === 1;
}

/** Writes what a line became after its bills were restated. */
export async function updateMeasured(sql: SqlLike, figure: MeasuredSaving): Promise<void> {
  const amount = (a: { atoms: bigint }): string => atomsToDecimal(a.atoms);
  const { restatedFrom, restatedTo } = figure;
  await sql`
    update savings_ledger set measured_monthly = ${amount(figure.measuredMonthly)}::numeric,
      before_daily = ${amount(figure.beforeDaily)}::numeric, after_daily = ${amount(figure.afterDaily)}::numeric,
      verdict = ${figure.verdict}, notes = ${JSON.stringify(figure.notes)}::text::jsonb, measured_at = now(),
      restated_from = ${restatedFrom === null ? null : amount(restatedFrom)}::numeric,
      restated_to = ${restatedTo === null ? null : amount(restatedTo)}::numeric
    where recommendation_id = ${figure.recommendationId} and revision = ${figure.revision}
      and checkpoint_days = ${figure.checkpointDays}`;
}

/** Recommendations with a line measured on bills that end on `from` or later: those that may be restated. */
export async function listRecentlyMeasured(sql: SqlLike, from: Day): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    select distinct recommendation_id as id from savings_ledger where after_to >= ${from} order by 1`;
  return rows.map(({ id }) => id);
}

/** Names of the sources that bill the resource of a finding. */
export async function readSourcesOf(sql: SqlLike, finding: PricedFinding): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    select distinct s.name from billed_resource r
    join charge c on c.resource_ref = r.id
    join active_batch b on b.batch_id = c.batch_id and b.visible
    join source s on s.id = b.source_id
    where lower(r.resource_id) = ${finding.resource.toLowerCase()} and r.provider = ${finding.provider} order by 1`;
  return rows.map(({ name }) => name);
}

/** The ledger's lines by recommendation, in the order they were measured. */
export async function readMeasured(sql: SqlLike, ids: readonly string[]): Promise<Map<string, MeasuredSaving[]>> {
  const rows = await sql<Row[]>`
    select recommendation_id as "recommendationId", revision, checkpoint_days as "checkpointDays",
      applied_on as "appliedOn", currency, promised_monthly::text as promised, measured_monthly::text as measured,
      before_daily::text as "beforeDaily", after_daily::text as "afterDaily", before_from as "beforeFrom",
      before_to as "beforeTo", after_from as "afterFrom", after_to as "afterTo", verdict, notes,
      restated_from::text as "restatedFrom", restated_to::text as "restatedTo"
    from savings_ledger where recommendation_id = any(${[...ids]}::text[])
    order by recommendation_id, revision, checkpoint_days`;
  const byId = new Map<string, MeasuredSaving[]>();
  for (const row of rows) byId.set(row.recommendationId, [...(byId.get(row.recommendationId) ?? []), toMeasured(row)]);
  return byId;
}

/**
 * What the resource of a finding was billed and used on the days of a period: EffectiveCost of usage, and the same at
 * contracted prices (list prices where a bill has none).
 */
export async function readBilledOver(sql: SqlLike, finding: PricedFinding, period: Period): Promise<BilledOver> {
  const priced = sql`coalesce(nullif(c.contracted_cost, 0), c.list_cost)`;
  const mine = sql`a.billing_currency = ${finding.saving.currency}`;
  const [row] = await sql<
    {
      cost: string;
      contracted: string;
      covered: string;
      days: number;
      units: number;
      unit: string | null;
      quantity: string;
      other: string[] | null;
    }[]
  >`
    select coalesce(sum(c.effective_cost) filter (where ${mine}), 0)::text as cost,
      coalesce(sum(${priced}) filter (where ${mine}), 0)::text as contracted,
      coalesce(sum(${priced}) filter (where ${mine} and a.commitment_discount_id is not null), 0)::text as covered,
      array_agg(distinct a.billing_currency) filter (where not ${mine} and c.effective_cost <> 0) as other,
      count(distinct c.charge_day)::int as days,
      count(distinct a.consumed_unit)::int as units, min(a.consumed_unit) as unit,
      coalesce(round(sum(c.consumed_quantity), 18), 0)::text as quantity
    from billed_resource r
    join charge c on c.resource_ref = r.id
    join active_batch b on b.batch_id = c.batch_id and b.visible
    join attribute_set a on a.id = c.attribute_set_id
    where lower(r.resource_id) = ${finding.resource.toLowerCase()} and a.provider = ${finding.provider}
      and (${finding.account}::text is null or a.sub_account_id = ${finding.account})
      and a.kind = 'usage'
      and c.charge_day >= ${period.from} and c.charge_day < ${period.to}`;
  const {
    cost = "0",
    contracted = "0",
    covered = "0",
    days = 0,
    units = 0,
    unit = null,
    quantity = "0",
    other = null,
  } = row ?? {};
  return {
    cost: money(cost, finding.saving.currency),
    contracted: money(contracted, finding.saving.currency),
    covered: money(covered, finding.saving.currency),
    otherCurrencies: other ?? [],
    billedDays: days,
    quantity: units === 1 && unit !== null ? { atoms: parseAtoms(quantity), unit } : null,
  };
}

function toMeasured(row: Row): MeasuredSaving {
  const amount = (text: string) => money(text, row.currency);
  return {
    recommendationId: row.recommendationId,
    revision: row.revision,
    checkpointDays: row.checkpointDays,
    appliedOn: day(row.appliedOn),
    promisedMonthly: amount(row.promised),
    measuredMonthly: amount(row.measured),
    beforeDaily: amount(row.beforeDaily),
    afterDaily: amount(row.afterDaily),
    verdict: row.verdict,
    notes: row.notes,
    restatedFrom: row.restatedFrom === null ? null : amount(row.restatedFrom),
    restatedTo: row.restatedTo === null ? null : amount(row.restatedTo),
    before: { from: day(row.beforeFrom), to: day(row.beforeTo) },
    after: { from: day(row.afterFrom), to: day(row.afterTo) },
  };
}
