import type { SourceFile } from "./format.ts";
import { indexHeader } from "./header.ts";

/** Files people hand in that are no bills, known by a column only they have: what it is and what to hand in instead. */
const OTHERS: readonly { marks: readonly string[]; unless?: string; what: string; instead: string }[] = [
  {
    marks: ["ContractCommitmentId", "ContractCommitmentPeriodStart"],
    unless: "BilledCost",
    what: "a FOCUS Contract Commitment dataset: it lists commitments, not charges",
    instead: "Hand in the Cost and Usage dataset of the same delivery.",
  },
  {
    marks: ["InvoiceDetailId", "InvoiceIssueStatus"],
    what: "a FOCUS Invoice Detail dataset: it has invoice totals without days, services or resources",
    instead: "Hand in the Cost and Usage dataset of the same delivery.",
  },
  {
    marks: ["BillingPeriodStatus", "BillingPeriodCreated"],
    unless: "BilledCost",
    what: "a FOCUS Billing Period dataset: it says which months are closed, not what they cost",
    instead: "Hand in the Cost and Usage dataset of the same delivery.",
  },
  {
    marks: ["usage/consumedQuantity", "lineItem/tenantId"],
    unless: "cost/myCost",
    what: "an Oracle usage report: it has quantities without cost",
    instead: "Hand in the cost report (reports/cost-csv) or the FOCUS report.",
  },
  {
    marks: ["MeterId", "UnitPrice", "EffectiveStartDate"],
    unless: "Quantity",
    what: "an Azure price sheet: it has prices, not charges",
    instead: "Export cost details (actual and amortized) or FOCUS from Cost Management.",
  },
];

/** What a file is when it is a known dataset other than a bill; null when it is none of them. */
export function recogniseOther(file: SourceFile): { what: string; instead: string } | null {
  const { has } = indexHeader(file);
  const found = OTHERS.find(({ marks, unless }) => marks.every(has) && (unless === undefined || !has(unless)));
  return found ?? null;
}
