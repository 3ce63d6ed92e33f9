import type { Finding } from "../../domain/contract.ts";
import { formatMoney, money, scale } from "../../domain/money.ts";
import type { Block, Card } from "../card.ts";
import { nameOf, savingText, whereOf } from "./waste-card.ts";

const RISKS: Readonly<Record<Finding["risk"], string>> = {
  L: "low: reversible, no data touched",
  M: "medium: a restart or a change of configuration",
  H: "high: an outage or loss of data is possible",
};
const EFFORTS: Readonly<Record<Finding["effort"], string>> = { "1": "minutes", "2": "hours", "3": "days" };
const MONTHS_A_YEAR = 12n;

/** One finding with everything a person needs to judge it and act: nothing is run by us. */
export function wasteFindingCard(finding: Finding): Card {
  const { saving } = finding;
  const year =
    saving === null ? "unknown" : formatMoney(scale(money(saving.amount, saving.currency), MONTHS_A_YEAR, 1n));
  const month = saving === null ? "an amount no price is known for" : `${savingText(finding)} a month`;
  return {
    title: `${finding.title}: ${nameOf(finding)}`,
    summary: `${finding.title}: ${nameOf(finding)} could save ${month}.`,
    tone: "warning",
    blocks: [
      {
        kind: "facts",
        facts: [
          { label: "Saving a month", value: [{ kind: "strong", text: savingText(finding) }] },
          { label: "Saving a year", value: year },
          { label: "How it is worked out", value: finding.arithmetic },
          { label: "Where", value: whereOf(finding) },
          { label: "Resource", value: [{ kind: "code", text: finding.resource }] },
          { label: "Risk", value: RISKS[finding.risk] },
          { label: "Effort", value: EFFORTS[finding.effort] },
          ...finding.evidence.map(({ fact, value }) => ({ label: capital(fact), value })),
        ],
      },
      commandsBlock(finding),
      { kind: "note", tone: "neutral", text: `Way back: ${finding.rollback}` },
    ],
    actions: [{ label: "All waste", style: "plain", command: "waste" }],
    footer: [`Rule ${finding.rule}, confidence ${finding.confidence}, finding ${finding.id}`],
  };
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
