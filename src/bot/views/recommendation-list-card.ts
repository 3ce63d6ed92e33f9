import { dearestFirst, type CurrencyWorth } from "../../domain/currency-order.ts";
import { add, formatMoney, zero, type Money } from "../../domain/money.ts";
import { savingMonthly, type RecommendationView } from "../../domain/recommendation.ts";
import type { Action, Card } from "../card.ts";
import { bulkApprovable, bulkMark } from "./bulk-approval.ts";
import { nameOf, accountAndRegionOf } from "./waste-card.ts";

const BUTTONS_MAX = 3;

/** Recommendations, dearest first, with what they save together: one sum a currency. */
export function recommendationListCard(
  views: readonly RecommendationView[],
  { mine, worth }: { readonly mine: boolean; readonly worth: CurrencyWorth },
): Card {
  const sums = savingTotals(views, worth).map((total) => formatMoney(total));
  const count = `${views.length} recommendation${views.length === 1 ? "" : "s"}`;
  const what = mine ? `${count} waiting for you` : count;
  return {
    title: mine ? "Waiting for you" : "Recommendations",
    summary: views.length === 0 ? emptyText(mine) : `${what}, ${sums.join(" and ")} a month together.`,
    tone: mine && views.length > 0 ? "warning" : "neutral",
    blocks: views.length === 0 ? [] : [tableOf(views, sums)],
    actions: actionsOf(views, mine, worth),
    footer: [
      "Overlapping savings are counted once. recs show ID has the evidence and the commands.",
      ...expiryOf(views),
    ],
  };
}

/** The day from which what nobody decides goes by itself. */
function expiryOf(views: readonly RecommendationView[]): string[] {
  const days = views.flatMap(({ recommendation: { state, expiresOn } }) =>
    state === "proposed" || state === "partly-approved" ? expiresOn : [],
  );
  const [first] = days.toSorted();
  if (first === undefined) return [];
  return [`What nobody decides expires${days.every((one) => one === first) ? "" : ", the first of it"} on ${first}.`];
}

/** Savings a month by currency, the dearest first. */
export function savingTotals(views: readonly RecommendationView[], worth: CurrencyWorth): Money[] {
  const totals = new Map<string, Money>();
  for (const { recommendation } of views) {
    const saving = savingMonthly(recommendation.finding);
    totals.set(saving.currency, add(totals.get(saving.currency) ?? zero(saving.currency), saving));
  }
  return dearestFirst([...totals.values()], (sum) => sum, worth);
}

function tableOf(views: readonly RecommendationView[], sums: readonly string[]) {
  return {
    kind: "table" as const,
    columns: [
      { header: "What", align: "left" as const },
      { header: "Where", align: "left" as const },
      { header: "State", align: "left" as const },
      { header: "Saves a month", align: "right" as const },
      { header: "Id", align: "left" as const },
    ],
    rows: views.map(({ recommendation: { finding, state, id } }) => [
      `${finding.title}: ${nameOf(finding)}`,
      accountAndRegionOf(finding),
      state.replaceAll("-", " "),
      formatMoney(savingMonthly(finding)),
      [{ kind: "code" as const, text: id }],
    ]),
    totals: ["Together", "", "", sums.join(" + "), ""],
  };
}

function actionsOf(views: readonly RecommendationView[], mine: boolean, worth: CurrencyWorth): Action[] {
  const shows = views.slice(0, BUTTONS_MAX).map(({ recommendation: { finding, id } }): Action => ({
    kind: "button",
    label: `Show ${nameOf(finding)}`,
    style: "plain",
    command: `recs show ${id}`,
  }));
  return mine
    ? [...approveAll(views, worth), ...shows]
    : [...shows, { kind: "button", label: "Waiting for me", style: "plain", command: "recs list mine" }];
}

/** All that waits, in one go: the confirmation names how many and how much, the card above it names each. */
function approveAll(views: readonly RecommendationView[], worth: CurrencyWorth): Action[] {
  const all = bulkApprovable(views);
  if (all.length < 2) return [];
  const sums = savingTotals(all, worth).map((total) => formatMoney(total));
  const label = `Approve ${all.length} · ${sums.join(" + ")}/mo`;
  const left = views.length - all.length;
  return [
    {
      kind: "button",
      label,
      style: "primary",
      command: `recs approve mine --confirm ${bulkMark(all)}`,
      confirm: {
        title: `Approve ${all.length} savings?`,
        text: `${all.map(({ recommendation }) => nameOf(recommendation.finding)).join(", ")}: ${sums.join(" + ")} a month together.${left === 0 ? "" : ` ${left} of high risk are approved one by one.`} Each is checked again by itself.`,
        yes: label,
      },
    },
  ];
}

function emptyText(mine: boolean): string {
  return mine
    ? "Nothing waits for your decision."
    : "There is nothing here: the bills show no waste, or all is decided.";
}
