import type { Finding } from "../../domain/contract.ts";
import { formatMoney, money, scale } from "../../domain/money.ts";
import { isPriced } from "../../domain/recommendation.ts";
import type { Action, Block, Card } from "../card.ts";
import { nameOf, savingText, whereOf } from "./waste-card.ts";
import { CONFIDENCE_WORDS, EFFORT_WORDS, RISK_WORDS } from "./waste-words.ts";

const MONTHS_A_YEAR = 12n;
const SURENESS: Readonly<Record<Finding["confidence"], string>> = {
  A: "",
  B: " The bill only hints at it: verify first.",
  C: " It is a trend to look at, not a proof.",
};

/** One finding with everything a person needs to judge it and act: nothing is run by us. */
export function wasteFindingCard(finding: Finding): Card {
  const { saving } = finding;
  const year =
    saving === null ? "unknown" : formatMoney(scale(money(saving.amount, saving.currency), MONTHS_A_YEAR, 1n));
  const month = saving === null ? "an amount no price is known for" : `${savingText(finding)} a month`;
  return {
    title: `${finding.title}: ${nameOf(finding)}`,
    summary: `${finding.title}: ${nameOf(finding)} could save ${month}.${SURENESS[finding.confidence]}`,
    tone: finding.confidence === "A" ? "warning" : "neutral",
    blocks: [
      {
        kind: "facts",
        facts: [
          { label: "Saving a month", value: [{ kind: "strong", text: savingText(finding) }] },
          { label: "Saving a year", value: year },
          { label: "How it is worked out", value: finding.arithmetic },
          ...(finding.proof === undefined ? [] : [{ label: "What would prove it", value: finding.proof }]),
          { label: "Where", value: whereOf(finding) },
          { label: "Resource", value: [{ kind: "code", text: finding.resource }] },
          { label: "Risk", value: RISK_WORDS[finding.risk] },
          { label: "Effort", value: EFFORT_WORDS[finding.effort] },
          ...finding.evidence.map(({ fact, value }) => ({ label: capital(fact), value })),
        ],
      },
      commandsBlock(finding),
      { kind: "note", tone: "neutral", text: `Way back: ${finding.rollback}` },
    ],
    actions: actionsOf(finding),
    footer: [`Rule ${finding.rule}, confidence ${CONFIDENCE_WORDS[finding.confidence]}, finding ${finding.id}`],
  };
}

/** A trend and what has no price cannot be decided on (src/service/propose-recommendations.ts). */
function actionsOf(finding: Finding): Action[] {
  const decidable = isPriced(finding) && finding.confidence !== "C";
  const decide: Action[] = decidable
    ? [{ kind: "button", label: "Decide", style: "primary", command: `recs show ${finding.id}` }]
    : [];
  return [...decide, { kind: "button", label: "All waste", style: "plain", command: "waste" }];
}

function commandsBlock(finding: Finding): Block {
  return {
    kind: "list",
    caption: "To do, in this order, after a look at each line (nothing is run for you)",
    items: finding.remedy.map((line) => (line.startsWith("#") ? line.slice(1).trim() : [{ kind: "code", text: line }])),
  };
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
