import type { RuleDescription, RuleVariant } from "../../analysis/waste/describe-rule.ts";
import type { Block, Card } from "../card.ts";
import { CONFIDENCE_WORDS, EFFORT_WORDS, RISK_WORDS } from "./waste-words.ts";

/** Every rule, how sure it is and whether it is on. */
export function wasteRulesCard(rules: readonly RuleDescription[]): Card {
  const off = rules.filter(({ enabled }) => !enabled).length;
  return {
    title: `Waste rules: ${rules.length}`,
    summary: `${rules.length} rules look for waste${off === 0 ? "" : `, ${off} of them switched off`}. waste explain RULE says how one works.`,
    tone: "neutral",
    blocks: [
      {
        kind: "table",
        columns: [
          { header: "Rule", align: "left" },
          { header: "Finds", align: "left" },
          { header: "Confidence", align: "left" },
          { header: "On", align: "left" },
        ],
        rows: rules.map((rule) => [
          [{ kind: "code", text: rule.id }],
          rule.title,
          [...new Set(rule.variants.map(({ confidence }) => CONFIDENCE_WORDS[confidence]))].join("; "),
          rule.enabled ? "yes" : "no",
        ]),
      },
    ],
    actions: [],
    footer: ["Thresholds and switches: waste.rules in finops.yaml. All of it as a page: docs/rules.md"],
  };
}

/** One rule with its thresholds in force. */
export function wasteRuleCard(rule: RuleDescription): Card {
  const [first] = rule.variants;
  return {
    title: `Rule ${rule.id}`,
    summary: `${rule.title}: ${first?.looksAt ?? ""}${rule.enabled ? "" : " It is switched off in finops.yaml."}`,
    tone: rule.enabled ? "neutral" : "warning",
    blocks: [
      ...rule.variants.flatMap((variant) => variantBlocks(variant)),
      {
        kind: "table",
        caption: "Thresholds in force",
        columns: [
          { header: "Option", align: "left" },
          { header: "Value", align: "right" },
          { header: "Usually", align: "right" },
          { header: "Meaning", align: "left" },
        ],
        rows: rule.options.map(({ name, inForce, default: usual, unit, about }) => [
          [{ kind: "code", text: name }],
          String(inForce),
          String(usual),
          `${unit} ${about}`.trim(),
        ]),
      },
    ],
    actions: [{ kind: "button", label: "All rules", style: "plain", command: "waste rules" }],
    footer: [
      `Change them in finops.yaml: waste.rules.${rule.id}`,
      "Monthly cost = 30.4 × average daily effective cost of the last 14 days.",
    ],
  };
}

function variantBlocks(variant: RuleVariant): readonly Block[] {
  const { confidence, title, looksAt, formula, source, proof, action, risk, effort, guards } = variant;
  return [
    {
      kind: "facts",
      facts: [
        { label: CONFIDENCE_WORDS[confidence], value: [{ kind: "strong", text: title }] },
        { label: "Looks at", value: looksAt },
        { label: "Saving", value: formula },
        ...(proof === null ? [] : [{ label: "What would prove it", value: proof }]),
        { label: "What is done", value: `${action}; risk ${RISK_WORDS[risk]}; effort: ${EFFORT_WORDS[effort]}` },
        { label: "Source", value: source },
      ],
    },
    { kind: "list", caption: "Left alone when", items: guards },
  ];
}
