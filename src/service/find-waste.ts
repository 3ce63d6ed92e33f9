import {
  accountKey,
  assembleAccounts,
  assembleCommitments,
  assembleResources,
  commitmentKey,
  resourceKey,
  rowsInScope,
} from "../analysis/waste/assemble.ts";
import { evaluateWaste, type HeldBack, type WasteFinding } from "../analysis/waste/evaluate-waste.ts";
import type { Guard } from "../analysis/waste/guards.ts";
import { coverageNotes, untaggedNotes } from "../analysis/waste/hygiene.ts";
import { describeFilter } from "../analysis/describe-filter.ts";
import { holdsOn } from "../analysis/waste/exclusions.ts";
import { isEnabled } from "../analysis/waste/rule-options.ts";
import { CONFIDENCES, WINDOW_DAYS, type Confidence } from "../analysis/waste/rule.ts";
import { WASTE_RULES } from "../analysis/waste/rules.ts";
import type { Finding, WasteAnswer } from "../domain/contract.ts";
import { dearestFirst, type CurrencyWorth } from "../domain/currency-order.ts";
import { add, toDecimal, zero, type Money } from "../domain/money.ts";
import { addDays, type Period } from "../domain/period.ts";
import type { ScopeFilter } from "../domain/scope.ts";
import type { ActiveBatch, CostSnapshot } from "../store/cost-snapshot.ts";
import { withCostSnapshot } from "../store/cost-snapshot.ts";
import { withinScope } from "../store/cost-sources.ts";
import { readDataThrough, type DataThrough } from "../store/data-through.ts";
import { loadCurrencyWorth } from "../store/fx.ts";
import { loadHygieneShares } from "../store/waste-hygiene.ts";
import { listExclusions } from "../store/waste-exclusions.ts";
import { loadWasteUsage, type SourceAsOf } from "../store/waste-usage.ts";
import type { Context, Verb } from "./context.ts";
import { loadKnowledge } from "./waste-knowledge.ts";

export type FindWasteInput = {
  readonly scope: ScopeFilter;
  /** How sure findings must be. Default: only what the bills prove. */
  readonly confidences?: readonly Confidence[];
};

/** What is counted, approved and posted unless somebody asks for more. */
const PROVEN: readonly Confidence[] = ["A"];

/**
 * What the bills alone prove to be waste, dearest first, with the saving of each a month in its billing currency; on
 * request also what they hint at (B) and trends (C), each with a total of its own. Everything is read from one snapshot;
 * "now" is each source's last complete day. Unknown savings are null and in no total.
 */
export async function findWaste({ ctx, input }: Verb<FindWasteInput>): Promise<WasteAnswer> {
  return withCostSnapshot(ctx.db, ctx.settings.tagAliases, async (snapshot) =>
    answerFrom(await withinScope(snapshot, ctx.scope), ctx, input),
  );
}

async function answerFrom(snapshot: CostSnapshot, ctx: Context, input: FindWasteInput): Promise<WasteAnswer> {
  const { scope: asked, confidences = PROVEN } = input;
  const rules = WASTE_RULES.filter(
    (rule) => confidences.some((one) => one >= rule.confidence) && isEnabled(rule, ctx.settings.waste),
  );
  const through = await readDataThrough(snapshot, snapshot.batches, ctx.clock.today(), ctx.settings.staleAfterHours);
  const sources = asOfSources(snapshot.batches, through);
  const period = periodOf(sources);
  const usage = await loadWasteUsage(snapshot, { rules, sources, access: ctx.scope, asked });
  const billed = [
    ...assembleResources(rowsInScope(usage.resources, resourceKey)),
    ...assembleCommitments(rowsInScope(usage.commitments, commitmentKey)),
    ...assembleAccounts(rowsInScope(usage.accounts, accountKey)),
  ];
  const knowledge = await loadKnowledge(snapshot, {
    rules,
    billed,
    everything: rules.some(({ needsEstate }) => needsEstate === true) ? assembleResources(usage.estate) : [],
    asOf: period?.to ?? null,
    conditions: [...ctx.scope, ...asked],
  });
  const { findings: all, held } = evaluateWaste(rules, [...billed, ...knowledge.services], {
    ...knowledge,
    environmentKeys: ctx.settings.tagAliases.environment,
    settings: ctx.settings.waste,
    exclusions: (await listExclusions(snapshot.sql)).filter((one) => holdsOn(one, ctx.clock.today())),
  });
  const worth = await loadCurrencyWorth(snapshot.sql, ctx.settings.currency);
  const findings = CONFIDENCES.filter((one) => confidences.includes(one)).flatMap((one) =>
    dearestFirst(withConfidence(all, one), ({ saving }) => saving, worth),
  );
  return {
    findings: findings.map(findingAnswer),
    total: totalsOf(withConfidence(findings, "A"), worth),
    totalToVerify: totalsOf(withConfidence(findings, "B"), worth),
    totalTrends: totalsOf(withConfidence(findings, "C"), worth),
    hygiene: period === null ? [] : await hygieneOf(snapshot, period, [...ctx.scope, ...asked]),
    heldBack: heldBackOf(held),
    excluded: held.filter(({ guard }) => guard === "exclusion").map(({ id }) => id),
    period,
    scope: describeFilter(asked),
    sources: [...through.sources],
  };
}

function withConfidence(findings: readonly WasteFinding[], confidence: Confidence): readonly WasteFinding[] {
  return findings.filter((finding) => finding.confidence === confidence);
}

/**
 * Each source's first day without complete bills. A source that ended a window before the newest one is history:
 * what it once showed is not waste of today. Names of sources are unique.
 */
function asOfSources(batches: readonly ActiveBatch[], { sources }: DataThrough): readonly SourceAsOf[] {
  const newest = sources
    .flatMap(({ through }) => (through === null ? [] : [through]))
    .sort()
    .at(-1);
  return sources.flatMap(({ source, through }) => {
    const sourceId = batches.find((batch) => batch.source === source)?.sourceId;
    if (sourceId === undefined || through === null || newest === undefined) return [];
    return through <= addDays(newest, -WINDOW_DAYS) ? [] : [{ sourceId, asOf: addDays(through, 1) }];
  });
}

function periodOf(sources: readonly SourceAsOf[]): Period | null {
  const days = sources.map(({ asOf }) => asOf).sort();
  const [first] = days;
  const last = days.at(-1);
  return first === undefined || last === undefined ? null : { from: addDays(first, -WINDOW_DAYS), to: last };
}

async function hygieneOf(
  snapshot: CostSnapshot,
  period: Period,
  conditions: ScopeFilter,
): Promise<WasteAnswer["hygiene"]> {
  const shares = await loadHygieneShares(snapshot, { period, conditions });
  return [
    ...untaggedNotes("team", shares.team),
    ...untaggedNotes("environment", shares.environment),
    ...coverageNotes(shares.pricing),
  ];
}

function findingAnswer(found: WasteFinding): Finding {
  const { currency: _, saving, evidence, remedy, proof, ...rest } = found;
  return {
    ...rest,
    ...(proof === null ? {} : { proof }),
    saving: saving === null ? null : amountOf(saving),
    evidence: evidence.map(({ fact, value }) => ({ fact, value })),
    remedy: [...remedy],
  };
}

function amountOf(amount: Money): { amount: string; currency: string } {
  return { amount: toDecimal(amount), currency: amount.currency };
}

/** Known savings, one sum a currency, the dearest first. */
function totalsOf(findings: readonly WasteFinding[], worth: CurrencyWorth): WasteAnswer["total"] {
  const totals = new Map<string, Money>();
  for (const { saving } of findings) {
    if (saving === null) continue;
    totals.set(saving.currency, add(totals.get(saving.currency) ?? zero(saving.currency), saving));
  }
  return dearestFirst([...totals.values()], (sum) => sum, worth).map(amountOf);
}

const REASONS: Readonly<Record<Guard, string>> = {
  excluded: "excluded by a tag",
  "legal-hold": "under legal hold",
  "group-member": "in a group or cluster, judged with it",
  "backup-or-dr": "backup or disaster recovery by name or tag",
  "kept-on-purpose": "kept for a purpose its tags or name say",
  "too-young": "seen for too few days",
  exclusion: "excluded by a person (waste exclusions)",
};

function heldBackOf(held: readonly HeldBack[]): WasteAnswer["heldBack"] {
  return (Object.keys(REASONS) as Guard[])
    .map((guard) => ({ reason: REASONS[guard], count: held.filter((one) => one.guard === guard).length }))
    .filter(({ count }) => count > 0);
}
