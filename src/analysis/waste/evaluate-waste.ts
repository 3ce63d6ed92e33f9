import { stableId } from "../../domain/ids.ts";
import type { Money } from "../../domain/money.ts";
import type { WasteExclusion, WasteSettings } from "../../domain/waste.ts";
import { estateOf, type Estate } from "./estate.ts";
import { exclusionOf } from "./exclusions.ts";
import { heldBack, type Guard } from "./guards.ts";
import { confidenceOf, withoutDoubleCounting, type Counted, type Ranked } from "./precedence.ts";
import { isEnabled, optionsInForce } from "./rule-options.ts";
import type { BilledResource, Confidence, Effort, Fact, Risk, RuleContext, WasteRule } from "./rule.ts";
import { environmentOf, tagOf } from "./tags.ts";

/** Something a bill proves (A), strongly hints (B) or shows a trend of (C) to be waste. */
export type WasteFinding = {
  /** The same thing keeps its id from run to run. */
  readonly id: string;
  readonly rule: string;
  readonly title: string;
  readonly resource: string;
  readonly name: string | null;
  readonly provider: string;
  readonly account: string | null;
  readonly region: string | null;
  readonly currency: string;
  /** A month; null = no price is known, and it is not counted in any total. */
  readonly saving: Money | null;
  readonly evidence: readonly Fact[];
  readonly arithmetic: string;
  readonly confidence: Confidence;
  /** What would prove it; null = the bill does. */
  readonly proof: string | null;
  readonly risk: Risk;
  readonly effort: Effort;
  readonly remedy: readonly string[];
  readonly rollback: string;
};

/** What looked like waste and was left alone, and why. */
export type HeldBack = {
  /** The id the finding would have. */
  readonly id: string;
  readonly rule: string;
  readonly resource: string;
  readonly guard: Guard;
  readonly why: string;
};

export type WasteEvaluation = { readonly findings: readonly WasteFinding[]; readonly held: readonly HeldBack[] };

/** What rules may know beyond the resources; what is left out is unknown, or worked out of the resources. */
export type EvaluationContext = Pick<RuleContext, "environmentKeys"> & {
  readonly estate?: Estate;
  readonly history?: RuleContext["history"];
  readonly accountCost?: RuleContext["accountCost"];
  readonly settings?: WasteSettings | undefined;
  /** Those that hold today. */
  readonly exclusions?: readonly WasteExclusion[];
};

/**
 * Applies every rule to every resource: predicate, then guards, then precedence within the resource. Pure, and the order
 * of resources and lines does not matter: findings come dearest first, unknown savings last.
 */
export function evaluateWaste(
  rules: readonly WasteRule[],
  resources: readonly BilledResource[],
  context: EvaluationContext,
): WasteEvaluation {
  const { environmentKeys, exclusions = [], settings } = context;
  const known = {
    environmentKeys,
    estate: context.estate ?? estateOf(resources),
    history: context.history ?? (() => []),
    accountCost: context.accountCost ?? (() => null),
  };
  const enabled = rules
    .filter((rule) => isEnabled(rule, settings))
    .map((rule) => ({ rule, own: { ...known, options: optionsInForce(rule, settings) } }));
  const findings: WasteFinding[] = [];
  const held: HeldBack[] = [];
  for (const resource of resources) {
    const ranked: Ranked[] = [];
    for (const { rule, own } of enabled) {
      const proposal = rule.subject === resource.subject ? rule.evaluate(resource, own) : null;
      if (proposal === null) continue;
      const excluded = exclusionOf(exclusions, rule.id, resource);
      const guard =
        heldBack(rule, resource, own.options) ??
        (excluded === null ? null : { guard: "exclusion" as const, why: `${excluded.id}: ${excluded.reason}` });
      if (guard === null) ranked.push({ rule, proposal });
      else held.push({ id: findingId(rule, resource), rule: rule.id, resource: resource.id, ...guard });
    }
    for (const counted of withoutDoubleCounting(resource, ranked)) findings.push(findingOf(resource, counted, context));
  }
  return { findings: findings.sort(dearestFirst), held: held.sort(byRuleAndResource) };
}

function findingId(rule: WasteRule, resource: BilledResource): string {
  const { provider, account, id, currency } = resource;
  return stableId("waste", rule.id, provider, account ?? "", id.toLowerCase(), currency);
}

function findingOf(resource: BilledResource, counted: Counted, context: EvaluationContext): WasteFinding {
  const { rule, proposal, saving, after } = counted;
  const production = environmentOf(resource.tags, context.environmentKeys) === "production";
  return {
    id: findingId(rule, resource),
    rule: rule.id,
    title: rule.title,
    resource: resource.id,
    name: resource.name,
    provider: resource.provider,
    account: resource.account,
    region: resource.region,
    currency: resource.currency,
    saving,
    evidence: [...proposal.evidence, ...productionFacts(resource, production)],
    arithmetic:
      after.length === 0 ? proposal.arithmetic : `${proposal.arithmetic}, of what ${after.join(" and ")} leaves`,
    confidence: confidenceOf(counted),
    proof: confidenceOf(counted) === "A" ? null : (rule.proof ?? null),
    risk: production ? riskier(rule.risk) : rule.risk,
    effort: rule.effort,
    remedy: proposal.remedy,
    rollback: proposal.rollback,
  };
}

/** G5: production raises the risk by one and needs a named owner. */
function productionFacts(resource: BilledResource, production: boolean): readonly Fact[] {
  if (!production) return [];
  const owner = tagOf(resource.tags, "owner") ?? tagOf(resource.tags, "team");
  return [
    { fact: "production", value: owner === undefined ? "no owner is tagged: name one first" : `ask ${owner} first` },
  ];
}

function riskier(risk: Risk): Risk {
  return risk === "L" ? "M" : "H";
}

function dearestFirst(a: WasteFinding, b: WasteFinding): number {
  const saved = (b.saving?.atoms ?? -1n) - (a.saving?.atoms ?? -1n);
  if (saved !== 0n) return saved > 0n ? 1 : -1;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

function byRuleAndResource(a: HeldBack, b: HeldBack): number {
  const left = `${a.rule} ${a.resource}`;
  const right = `${b.rule} ${b.resource}`;
  return left < right ? -1 : left > right ? 1 : 0;
}
