import type { WasteSettings } from "../../domain/waste.ts";
import { isEnabled, optionsInForce, optionsOf } from "./rule-options.ts";
import type { Action, Confidence, Effort, Risk, RuleOption, Subject, WasteRule } from "./rule.ts";
import { WASTE_RULES } from "./rules.ts";

/** One record of a rule, for people: how sure it is and on what grounds. */
export type RuleVariant = {
  readonly confidence: Confidence;
  readonly title: string;
  readonly subject: Subject;
  readonly looksAt: string;
  readonly formula: string;
  readonly source: string;
  readonly proof: string | null;
  readonly action: Action;
  readonly risk: Risk;
  readonly effort: Effort;
  /** Why a resource that matches is left alone. */
  readonly guards: readonly string[];
};

export type OptionDescription = RuleOption & { readonly name: string; readonly inForce: number };

/** All there is to say about one rule id. */
export type RuleDescription = {
  readonly id: string;
  readonly title: string;
  readonly enabled: boolean;
  readonly variants: readonly RuleVariant[];
  readonly options: readonly OptionDescription[];
};

/** Every rule id once, in the order of the list, with the thresholds in force. */
export function describeRules(settings?: WasteSettings): readonly RuleDescription[] {
  const ids = [...new Set(WASTE_RULES.map(({ id }) => id))];
  return ids.map((id) => {
    const records = WASTE_RULES.filter((rule) => rule.id === id);
    const [first] = records;
    return {
      id,
      title: first?.title ?? id,
      enabled: first === undefined || isEnabled(first, settings),
      variants: records.map(variantOf),
      options: optionsDescribed(records, settings),
    };
  });
}

function optionsDescribed(records: readonly WasteRule[], settings: WasteSettings | undefined): OptionDescription[] {
  const described = new Map<string, OptionDescription>();
  for (const rule of records) {
    for (const [name, option] of Object.entries(optionsOf(rule))) {
      if (!described.has(name)) {
        described.set(name, { ...option, name, inForce: optionsInForce(rule, settings).number(name) });
      }
    }
  }
  return [...described.values()];
}

function variantOf(rule: WasteRule): RuleVariant {
  const { confidence, title, subject, looksAt, formula, source, proof = null, action, risk, effort } = rule;
  return { confidence, title, subject, looksAt, formula, source, proof, action, risk, effort, guards: guardsOf(rule) };
}

/** In the order they are asked (guards.ts). */
function guardsOf(rule: WasteRule): readonly string[] {
  const byPeople = "excluded by a person (waste exclude)";
  if (rule.subject === "account" || rule.subject === "service") return [byPeople];
  return [
    "an exclusion tag: finops:exclude, finops:exclude-until, do-not-delete, keep, retain, c7n_exempt …",
    "legal hold",
    "member of a scaling group or cluster",
    "backup or disaster recovery by name or tag",
    ...(rule.keptFor === undefined
      ? []
      : [`a tag${rule.confidence === "A" ? "" : " or name"} that says ${wordsOf(rule.keptFor)}`]),
    "seen for too few days",
    byPeople,
  ];
}

/** The words of a rule's own guard, as far as a pattern can be read: "allow-list, byoip". */
function wordsOf(pattern: RegExp): string {
  return pattern.source
    .replaceAll(/\\b|\(\?:|\)|\^|\$/g, "")
    .replaceAll(/\[[^\]]*\]\??|-\?/g, "-")
    .split("|")
    .join(", ");
}
