import { describeRules, type RuleDescription, type RuleVariant } from "./describe-rule.ts";
import type { Confidence, Effort, Risk } from "./rule.ts";

const CONFIDENCE: Readonly<Record<Confidence, string>> = { A: "A, proven", B: "B, verify", C: "C, trend" };
const RISK: Readonly<Record<Risk, string>> = { L: "low", M: "medium", H: "high" };
const EFFORT: Readonly<Record<Effort, string>> = { "1": "minutes", "2": "hours", "3": "days" };

/** docs/rules.md: every waste rule with its thresholds, guards and formula. Made of the rules, so that it cannot differ. */
export function rulesDocument(): string {
  const rules = describeRules();
  const confident = (one: Confidence): number =>
    rules.filter(({ variants }) => variants.some(({ confidence }) => confidence === one)).length;
  return `${[
    "# Waste rules",
    "",
    "Written by `node scripts/write-rules-doc.ts` from `src/analysis/waste`; do not edit. `finops waste explain RULE` says the same with the thresholds in force.",
    "",
    `${rules.length} rules look at bills alone, at the last 35 days up to each source's last complete day.`,
    "",
    `- **A, proven** (${confident("A")} rules): the bill itself shows it. Counted, in digests and recommendations.`,
    `- **B, verify** (${confident("B")} rules): a strong hint. Each finding names what would prove it; its total stands apart.`,
    `- **C, trend** (${confident("C")} rules): something to look at, mostly without an amount.`,
    "",
    "Monthly cost = 30.4 × average daily EffectiveCost of the last 14 days. Within a resource what is proven comes first, then delete, stop, schedule, generation, rightsize, storage class, commitment: each saves only from what the ones before leave, so that nothing counts twice and no saving exceeds the cost. What a commitment pays for has an unknown saving.",
    "",
    "Amounts among the thresholds are in the currency of the bill. Change thresholds, or switch a rule off, in finops.yaml:",
    "",
    "```yaml",
    "waste:",
    "  rules:",
    "    net.nat.idle: { idleDays: 21 }",
    "    compute.spot_share: { enabled: false }",
    "```",
    "",
    "What people exclude (`finops waste exclude`) is left alone until a day, with a reason, in the audit trail.",
    "",
    "| Rule | Finds | Confidence |",
    "|---|---|---|",
    ...rules.map(
      ({ id, title, variants }) =>
        `| [${id}](#${anchor(id)}) | ${title} | ${variants.map(({ confidence }) => confidence).join(", ")} |`,
    ),
    "",
    ...rules.flatMap(ruleSection),
  ]
    .join("\n")
    .trimEnd()}\n`;
}

/** As GitHub makes it of a heading: dots go. */
function anchor(id: string): string {
  return id.replaceAll(".", "");
}

function ruleSection(rule: RuleDescription): readonly string[] {
  return [
    `## ${rule.id}`,
    "",
    ...rule.variants.flatMap(variantLines),
    "| Threshold | Usually | Meaning |",
    "|---|---|---|",
    ...rule.options.map(
      ({ name, default: usual, unit, about, min, max }) =>
        `| \`${name}\` | ${usual} | ${`${unit} ${about}`.trim()} (${min} to ${max}) |`,
    ),
    "",
  ];
}

function variantLines(variant: RuleVariant): readonly string[] {
  const { confidence, title, looksAt, formula, source, proof, action, risk, effort, guards } = variant;
  return [
    `**${title}** (${CONFIDENCE[confidence]}). ${looksAt}`,
    "",
    `- Saving: ${formula}`,
    ...(proof === null ? [] : [`- What would prove it: ${proof}`]),
    `- What is done: ${action}; risk ${RISK[risk]}, effort: ${EFFORT[effort]}`,
    `- Left alone: ${guards.join("; ")}`,
    `- Source: ${source}`,
    "",
  ];
}
