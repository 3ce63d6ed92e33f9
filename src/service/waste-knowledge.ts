import { estateOf, isMachine, type Estate } from "../analysis/waste/estate.ts";
import type { BilledResource, MonthCost, RuleContext, WasteRule } from "../analysis/waste/rule.ts";
import { EXCLUDABLE_KINDS } from "../domain/kind.ts";
import { scale, type Money } from "../domain/money.ts";
import { addDays, addMonths, firstDay, monthOf, type Day, type Month, type Period } from "../domain/period.ts";
import type { ScopeFilter } from "../domain/scope.ts";
import { chooseCover, type CostRead } from "../store/cost-plan.ts";
import { readCosts, type CostFact } from "../store/cost-read.ts";
import type { CostSnapshot } from "../store/cost-snapshot.ts";
import { loadFormerMachines, loadResourceMonths, loadSnapshotMonths, type MonthFact } from "../store/waste-history.ts";

/** Days a monthly cost is projected from, and the months a machine may be gone and still be told of. */
const RECENT_DAYS = 14;
const FORMER_MONTHS = 3;

export type WasteKnowledge = {
  readonly estate: Estate;
  readonly history: RuleContext["history"];
  readonly accountCost: RuleContext["accountCost"];
  /** Services with cost in the month under way, as subjects of their own. */
  readonly services: readonly BilledResource[];
};

type Asking = {
  readonly rules: readonly WasteRule[];
  readonly billed: readonly BilledResource[];
  /** Everything billed that a rule about the estate may look at, whatever the scope. */
  readonly everything: readonly BilledResource[];
  /** null = there are no bills. */
  readonly asOf: Day | null;
  readonly conditions: ScopeFilter;
};

type Dated = Asking & { readonly asOf: Day };

/**
 * What the rules of confidence B and C may know beyond the window's lines, from the monthly rollups: nothing is loaded
 * that no rule asks for, and nothing scans the charges.
 */
export async function loadKnowledge(snapshot: CostSnapshot, given: Asking): Promise<WasteKnowledge> {
  const { rules, billed, everything, asOf } = given;
  if (asOf === null) return { estate: estateOf([]), history: () => [], accountCost: () => null, services: [] };
  const asking = { ...given, asOf };
  const months = historyPeriod(rules, asOf);
  const asks = (subject: WasteRule["subject"]): boolean =>
    rules.some((rule) => rule.subject === subject && rule.historyMonths !== undefined);
  const ofResources = asks("resource") ? await loadResourceMonths(snapshot, historyIds(rules, billed), months) : [];
  const accounts = billed.some(({ subject }) => subject === "account");
  const ofAccounts = asks("account") && accounts ? await loadSnapshotMonths(snapshot, months) : [];
  const services = asks("service") ? await loadServices(snapshot, asking) : { subjects: [], months: [] };
  const byKey = monthsByKey([...ofResources, ...ofAccounts, ...services.months].filter(wholeMonth(snapshot)));
  const costs = accounts ? await loadAccountCosts(snapshot, asking) : new Map<string, Money>();
  return {
    estate: estateOf(everything, await formerMachines(snapshot, asking)),
    history: (resource) => byKey.get(historyKey(resource)) ?? [],
    accountCost: ({ provider, account, currency }) => costs.get(JSON.stringify([provider, account, currency])) ?? null,
    services: services.subjects,
  };
}

/** Complete calendar months before the as-of day. */
function historyPeriod(rules: readonly WasteRule[], asOf: Day): Period {
  const count = Math.max(0, ...rules.map(({ historyMonths = 0 }) => historyMonths));
  const to = firstDay(monthOf(asOf));
  return { from: firstDay(addMonths(monthOf(asOf), -count)), to };
}

/** Resources whose months a rule will ask for: those it is triggered by. */
function historyIds(rules: readonly WasteRule[], billed: readonly BilledResource[]): readonly string[] {
  const asking = rules.filter((rule) => rule.subject === "resource" && rule.historyMonths !== undefined);
  return billed
    .filter(
      ({ subject, provider, lines }) =>
        subject === "resource" &&
        lines.some(({ attributes }) => asking.some((rule) => rule.triggers(provider, attributes))),
    )
    .map(({ id }) => id);
}

function formerMachines(snapshot: CostSnapshot, { rules, everything, asOf }: Dated) {
  const wanted = rules.some(({ needsFormerMachines }) => needsFormerMachines === true);
  const machines = everything.filter(({ provider, lines }) =>
    lines.some((line) => isMachine(provider, line.attributes)),
  );
  if (!wanted) return [];
  const months = { from: firstDay(addMonths(monthOf(asOf), -FORMER_MONTHS)), to: firstDay(monthOf(asOf)) };
  return loadFormerMachines(
    snapshot,
    months,
    machines.map(({ id }) => id),
  );
}

/** Bills that begin inside a month make the next one look like growth. */
function wholeMonth({ batches }: CostSnapshot): (fact: MonthFact) => boolean {
  const begins = new Map<string, Day>();
  for (const { provider, firstDay: day } of batches) {
    const known = begins.get(provider);
    if (day !== null && (known === undefined || day < known)) begins.set(provider, day);
  }
  return ({ provider, month }) => firstDay(month) >= (begins.get(provider) ?? firstDay(month));
}

type Keyed = { provider: string; account: string | null; resource: string | null; currency: string };

function keyOf({ provider, account, resource, currency }: Keyed): string {
  return JSON.stringify([provider, account, resource, currency]);
}

function historyKey({ subject, provider, account, id, currency }: BilledResource): string {
  const resource = subject === "account" ? null : subject === "service" ? `service ${id}` : id.toLowerCase();
  return keyOf({ provider, account, resource, currency });
}

function monthsByKey(facts: readonly MonthFact[]): ReadonlyMap<string, readonly MonthCost[]> {
  const byKey = new Map<string, MonthCost[]>();
  for (const fact of [...facts].sort((a, b) => (a.month < b.month ? -1 : 1))) {
    const months = byKey.get(keyOf(fact)) ?? [];
    months.push({ month: fact.month, cost: { atoms: fact.atoms, currency: fact.currency } });
    byKey.set(keyOf(fact), months);
  }
  return byKey;
}

/** Usage of every sub-account a month, from the last 14 days. */
async function loadAccountCosts(snapshot: CostSnapshot, { asOf, conditions }: Dated): Promise<Map<string, Money>> {
  const span = { by: "days" as const, period: { from: addDays(asOf, -RECENT_DAYS), to: asOf } };
  const facts = await readFromRollups(snapshot, { span, by: ["provider", "sub-account"], conditions, per: null });
  return new Map(
    facts.map(({ key, amount, currency }) => {
      const cost = { atoms: amount, currency: currency ?? "" };
      return [JSON.stringify([key[0], key[1], currency]), scale(cost, 304n, 10n * BigInt(RECENT_DAYS))];
    }),
  );
}

const SERVICE_MONTHS = 4;

/** Services by month; only of clouds whose bills reach back two complete months, or everything would be new. */
async function loadServices(
  snapshot: CostSnapshot,
  { asOf, conditions }: Dated,
): Promise<{ subjects: BilledResource[]; months: MonthFact[] }> {
  const now = monthOf(addDays(asOf, -1));
  const period = { from: firstDay(addMonths(now, -SERVICE_MONTHS)), to: firstDay(addMonths(now, 1)) };
  const facts = await readFromRollups(snapshot, {
    span: { by: "days", period },
    by: ["provider", "service"],
    conditions,
    per: "month",
  });
  const months = facts.flatMap(({ key: [provider, service], start, amount, currency }): MonthFact[] =>
    provider === null || provider === undefined || service === null || service === undefined || start === null
      ? []
      : [
          {
            provider,
            account: null,
            resource: `service ${service}`,
            currency: currency ?? "",
            month: start.slice(0, 7) as Month,
            atoms: amount,
          },
        ],
  );
  const known = months.filter(({ provider }) =>
    [-1, -2].every((back) => months.some((one) => one.provider === provider && one.month === addMonths(now, back))),
  );
  const subjects = known
    .filter(({ month }) => month === now)
    .map((fact): BilledResource => ({
      subject: "service",
      provider: fact.provider,
      account: null,
      region: null,
      id: (fact.resource ?? "").replace(/^service /, ""),
      name: null,
      type: null,
      currency: fact.currency,
      tags: new Map(),
      asOf,
      lines: [],
    }));
  return { subjects, months: known };
}

/** Only from the rollups: a note is not worth a scan of the charges. */
async function readFromRollups(
  snapshot: CostSnapshot,
  read: Pick<CostRead, "span" | "by" | "per"> & { readonly conditions: ScopeFilter },
): Promise<CostFact[]> {
  const { span, by, per, conditions } = read;
  const full: CostRead = {
    span,
    by,
    per,
    filter: { conditions, without: EXCLUDABLE_KINDS },
    metric: "effective",
    rates: null,
    rowsMax: null,
  };
  return chooseCover(full, snapshot.rollups).from === "charge" ? [] : readCosts(snapshot, full);
}
