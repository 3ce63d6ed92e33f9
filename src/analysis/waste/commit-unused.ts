import { add, formatMoney, zero, type Money } from "../../domain/money.ts";
import { inLastDays } from "./day-mask.ts";
import { monthlyCost } from "./monthly-cost.ts";
import { remedyFor } from "./remedy.ts";
import type { BilledLine, BilledResource, WasteRule } from "./rule.ts";

const CURRENT_DAYS = 2;

/** A commitment part of which nothing uses. Purchases are not among its lines, so nothing is paid twice. */
export const unusedCommitment: WasteRule = {
  id: "commit.unused",
  title: "Unused commitment",
  subject: "commitment",
  confidence: "A",
  looksAt: "Savings plans, reservations and committed use with an unused part.",
  formula: "30.4 × average daily effective cost of the unused part",
  source: "waste-rules §6, §7; FOCUS CommitmentDiscountStatus",
  options: {
    unusedPercent: {
      default: 5,
      min: 0,
      max: 100,
      unit: "%",
      about: "of the commitment's cost over 35 days that must be unused",
    },
  },
  action: "commitment",
  risk: "L",
  effort: "2",
  ageDaysMin: 7,
  triggers: (_, line) => line.commitmentId !== null && line.commitmentStatus === "Unused",
  evaluate: (resource, context) => {
    const unused = resource.lines.filter((line) => line.attributes.commitmentStatus === "Unused");
    const current = unused.some((line) => inLastDays(line.billedDays, CURRENT_DAYS) !== 0n);
    const unusedCost = windowCost(resource, unused);
    const allCost = windowCost(resource, resource.lines);
    if (
      !current ||
      allCost.atoms <= 0n ||
      unusedCost.atoms * 100n <= allCost.atoms * context.options.bigint("unusedPercent")
    )
      return null;
    const permille = (unusedCost.atoms * 1_000n + allCost.atoms / 2n) / allCost.atoms;
    const percent = `${permille / 10n}.${permille % 10n} %`;
    return {
      // Not coverage in the sense of G6: this is the commitment itself.
      parts: unused.map((line) => ({ line, saving: monthlyCost(resource, line) })),
      evidence: [
        { fact: "unused share of the last 35 days", value: percent },
        { fact: "unused", value: formatMoney(unusedCost) },
        { fact: "committed", value: formatMoney(allCost) },
      ],
      arithmetic: `unused part of the commitment: ${percent} of ${formatMoney(allCost)} in 35 days; 30.4 × the daily average of the last 14`,
      remedy: remedyFor(resource, () => commandsFor(resource.provider)),
      rollback: "A commitment sold or exchanged cannot be taken back; moving usage onto it can.",
    };
  },
};

function windowCost(resource: BilledResource, lines: readonly BilledLine[]): Money {
  return lines.reduce((sum, line) => add(sum, line.effective), zero(resource.currency));
}

function commandsFor(provider: string): readonly string[] {
  if (provider === "aws") {
    return [
      "# Check that sharing is on for all accounts (Billing preferences), so that any account's usage can take it.",
      "aws ce get-savings-plans-utilization --time-period Start=FROM,End=TO",
      "# Move eligible usage onto it. Standard Reserved Instances can be sold, convertible ones exchanged; a Savings Plan of up to $100 an hour can be returned in its first seven days.",
    ];
  }
  if (provider === "azure") {
    return [
      "# Widen the scope of the reservation to shared, so that every subscription can use it.",
      "az reservations reservation list --reservation-order-id ORDER",
      "# What is left can be exchanged or returned within Microsoft's limits.",
    ];
  }
  return [
    "# Turn on sharing of committed use discounts for the billing account, so that every project can use it.",
    "gcloud compute commitments list",
    "# A commitment cannot be cancelled: move eligible usage onto it.",
  ];
}
