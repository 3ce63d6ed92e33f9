import type { BilledResource, Fact, LineAttributes, RuleContext, RuleOption, SavingPart, WasteRule } from "./rule.ts";

/** What differs between rules over all lines of some kinds of a sub-account. */
type AccountRule = {
  readonly id: string;
  readonly title: string;
  readonly confidence: "B" | "C";
  readonly looksAt: string;
  readonly formula: string;
  readonly source: string;
  readonly proof: string;
  readonly options: Readonly<Record<string, RuleOption>>;
  readonly historyMonths?: number;
  readonly triggers: (provider: string, line: LineAttributes) => boolean;
  readonly advice: readonly string[];
  readonly judge: (
    account: BilledResource,
    context: RuleContext,
  ) => {
    readonly parts?: readonly SavingPart[];
    readonly evidence: readonly Fact[];
    readonly arithmetic?: string;
  } | null;
};

/** A rule about a sub-account as a whole. Its lines are judged by no rule about single resources, so nothing counts twice. */
export function accountRule({ judge, advice, ...rule }: AccountRule): WasteRule {
  return {
    ...rule,
    subject: "account",
    action: "rightsize",
    risk: "M",
    effort: "3",
    ageDaysMin: 14,
    evaluate: (account, context) => {
      const judged = judge(account, context);
      if (judged === null) return null;
      const { parts = [], evidence, arithmetic = "a trend: no saving is claimed" } = judged;
      return {
        parts,
        evidence,
        arithmetic,
        remedy: advice.map((line) => `# ${line}`),
        rollback: "Take the change back.",
      };
    },
  };
}
