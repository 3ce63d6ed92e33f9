import type { ChartView } from "../../charts/chart-view.ts";
import { describeChart } from "../../charts/describe-chart.ts";
import type { Driver, Finding } from "../../domain/contract.ts";
import type { DigestAnswer } from "../../domain/contract-operations.ts";
import { compare, formatMoney, money, parseAtoms, type Money } from "../../domain/money.ts";
import { addDays, day, weekday, type Day } from "../../domain/period.ts";
import type { Block, Card, RichText } from "../card.ts";
import { MONTHS } from "./cost-words.ts";

const WEEKDAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
/** A rise of usage from which the card asks for attention. */
const NOTABLE_RISE = 0.2;
const PERCENT = 100;

export type DigestOptions = {
  /** When a missed run should have been, in words; null = in time. */
  readonly lateSince: string | null;
};

/** The digest as a card: what the day cost, whether that is usual, why, and what could be saved. Thirty seconds. */
export function digestCard(digest: DigestAnswer, options: DigestOptions = { lateSince: null }): Card {
  const at = day(digest.day);
  return {
    title: dayName(at),
    summary: headline(digest),
    tone: rises(digest) || outdated(digest) ? "warning" : "neutral",
    blocks: [
      ...outdatedNote(digest),
      ...figuresOf(digest),
      ...chartOf(digest),
      ...risersOf(digest),
      ...savingsOf(digest),
      ...budgetsOf(digest),
    ],
    actions: [
      { kind: "button", label: "Why", style: "primary", command: whyCommand(digest) },
      { kind: "button", label: "This month", style: "plain", command: "cost this month by service vs previous" },
      ...(digest.savings.findings === 0
        ? []
        : [{ kind: "button", label: "All waste", style: "plain", command: "waste" } as const]),
    ],
    ...(options.lateSince === null ? {} : { status: `Late: was due ${options.lateSince}` }),
    footer: footerOf(digest),
  };
}

/** The question the day's change is answered by. */
function whyCommand({ day: at, usage }: DigestAnswer): string {
  return `cost ${at} by service vs ${usage.against}..${addDays(day(usage.against), 1)} without ${WITHOUT}`;
}
const WITHOUT = "tax,credits,refunds,corrections,adjustments,purchases";

/** Read alone, in a notification or on a phone: total, direction, cause, and what to do next. */
function headline(digest: DigestAnswer): string {
  const change = usageChange(digest);
  const riser = digest.risers[0];
  const cause =
    riser === undefined
      ? ""
      : `; ${placeOf(riser)[0] ?? "untagged"} rose most, ${formatMoney(money(riser.change, riser.currency), { sign: true })}`;
  const { savings } = digest;
  const save = savings.total.length === 0 ? "" : ` Could save ${amounts(savings.total)} a month.`;
  const usage = change === null ? "" : ` Usage ${change} on ${weekBefore(digest)}${cause}.`;
  return `${amounts(digest.total)} on ${dayName(day(digest.day))}.${usage}${save}`;
}

/** What the headline leaves out: the month, and what is not usage. */
function figuresOf(digest: DigestAnswer): Block[] {
  const apart = digest.apart.map(({ kind, amount, currency }) => `${kind} ${formatMoney(money(amount, currency))}`);
  const month = { label: `${monthName(digest)} so far, on the same days before`, value: monthText(digest) };
  const inIt = apart.length === 0 ? [] : [{ label: "Of the day, not usage", value: apart.join(", ") }];
  return [{ kind: "facts", facts: [month, ...inIt] }];
}

/** "Friday before". */
function weekBefore({ usage }: DigestAnswer): string {
  return `${WEEKDAYS[weekday(day(usage.against))]} before`;
}

function monthName(digest: DigestAnswer): string {
  return MONTHS[Number(digest.day.slice(5, 7)) - 1] ?? "";
}

/** "up $240 (+6.5%), down €3 (−0.2%)", a part a currency; null when there was no usage on either side. */
function usageChange({ usage }: DigestAnswer): string | null {
  const parts = largestFirst(usage.total).map(({ currency, change }) =>
    changeText(money(change.amount, currency), change.ratio),
  );
  return parts.length === 0 ? null : parts.join(", ");
}

function monthText({ month }: DigestAnswer): string {
  if (month.total.length === 0) return "nothing";
  return largestFirst(month.total)
    .map(({ amount, currency, previous, change }) => {
      const now = formatMoney(money(amount, currency));
      if (money(previous, currency).atoms === 0n) return now;
      return `${now} (${percent(change.ratio)})`;
    })
    .join(", ");
}

function changeText(change: Money, ratio: string | null): string {
  if (change.atoms === 0n) return "unchanged";
  const size = formatMoney({ ...change, atoms: change.atoms < 0n ? -change.atoms : change.atoms });
  return `${change.atoms < 0n ? "down" : "up"} ${size} (${percent(ratio)})`;
}

/** "+6.5%", "−12%": one place below ten percent, none above. Ratios are no money. */
function percent(ratio: string | null): string {
  if (ratio === null) return "new";
  const value = Number(ratio) * PERCENT;
  const size = Math.abs(value);
  return `${value < 0 ? "−" : "+"}${size < 10 ? size.toFixed(1) : Math.round(size).toLocaleString("en-US")}%`;
}

function rises({ usage }: DigestAnswer): boolean {
  return usage.total.some(({ change }) => Number(change.ratio ?? 0) >= NOTABLE_RISE);
}

/** Every source has gone quiet: the day is the newest there is, and it is old. */
function outdated({ sources }: DigestAnswer): boolean {
  return sources.length > 0 && sources.every(({ stale }) => stale);
}

function outdatedNote(digest: DigestAnswer): Block[] {
  if (!outdated(digest)) return [];
  const text = `The newest complete day of all bills is ${digest.day}; nothing newer has arrived.`;
  return [{ kind: "note", tone: "warning", text }];
}

/** Thirty days by service, in the currency that weighs most. */
function chartOf(digest: DigestAnswer): Block[] {
  const { chart } = digest;
  const currency = largestFirst(chart.total)[0]?.currency;
  if (currency === undefined) return [];
  const points = chart.rows.flatMap((row) =>
    row.currency === currency && row.period !== undefined
      ? [
          {
            start: day(row.period.from),
            series: row.other === true ? "Other" : (row.key["service"] ?? "no service"),
            amount: row.amount,
          },
        ]
      : [],
  );
  if (points.length === 0) return [];
  const after = addDays(day(digest.day), 1);
  const provisional = points.some((point) => point.start >= after);
  const view: ChartView = {
    kind: "cost-over-time",
    title: "Cost by service, last 30 days",
    subtitle: `Effective cost a day, ${currency}, UTC`,
    currency,
    grain: "day",
    form: "bar",
    points,
    provisionalFrom: provisional ? after : null,
  };
  return [{ kind: "chart", chart: view, alt: describeChart(view) }];
}

/** Amounts of different currencies are only ranked by size, never added. */
function largestFirst<Entry extends { amount: string; currency: string }>(list: readonly Entry[]): Entry[] {
  return list.toSorted((a, b) => compare(money(b.amount, ""), money(a.amount, "")));
}

function risersOf({ risers }: DigestAnswer): Block[] {
  if (risers.length === 0) return [];
  return [{ kind: "list", caption: "What rose", items: risers.map(riserLine) }];
}

function riserLine({ key, change, currency }: Driver): RichText {
  return [
    { kind: "strong", text: `${formatMoney(money(change, currency), { sign: true })} ` },
    { kind: "text", text: placeOf({ key }).join(" · ") },
  ];
}

const placeOf = ({ key }: Pick<Driver, "key">): string[] => Object.values(key).map((value) => value ?? "untagged");

function savingsOf({ savings }: DigestAnswer): Block[] {
  if (savings.findings === 0) return [];
  const total = savings.total.length === 0 ? "an unknown amount" : amounts(savings.total);
  const count = `${savings.findings} ${savings.findings === 1 ? "finding" : "findings"}`;
  return [{ kind: "list", caption: `Could save ${total} a month (${count})`, items: savings.top.map(savingLine) }];
}

function budgetsOf({ budgets }: DigestAnswer): Block[] {
  if (budgets.length === 0) return [];
  const items = budgets.map(({ name, spent, amount, percent: used }): RichText => [
    { kind: "strong", text: `${used} ` },
    {
      kind: "text",
      text: `${name}: ${formatMoney(money(spent.amount, spent.currency))} of ${formatMoney(money(amount.amount, amount.currency))}`,
    },
  ]);
  return [{ kind: "list", caption: "Budgets at risk", items }];
}

function savingLine({ saving, title, name, resource }: Finding): RichText {
  const amount = saving === null ? "unknown" : formatMoney(money(saving.amount, saving.currency));
  return [
    { kind: "strong", text: `${amount} ` },
    { kind: "text", text: `${title}: ${name ?? resource}` },
  ];
}

function footerOf(digest: DigestAnswer): string[] {
  const sources = digest.sources.map(
    ({ source, through, stale }) => `${source} ${through ?? "no day"}${stale ? " (stale)" : ""}`,
  );
  const lines = [
    `Effective cost of the last complete UTC billing day, complete through ${digest.dataThrough}.`,
    ...(sources.length > 1 ? [`By source: ${sources.join(", ")}.`] : []),
    ...(digest.provisional ? ["Provisional: the clouds may still restate this month."] : []),
    ...digest.notes,
  ];
  return lines;
}

function amounts(list: readonly { amount: string; currency: string }[]): string {
  const shown = largestFirst(list).filter(({ amount }) => list.length === 1 || parseAtoms(amount) !== 0n);
  return shown.length === 0
    ? "nothing"
    : shown.map(({ amount, currency }) => formatMoney(money(amount, currency))).join(" + ");
}

/** "Saturday, 21 November". */
function dayName(at: Day): string {
  return `${WEEKDAYS[weekday(at)]}, ${Number(at.slice(8))} ${MONTHS[Number(at.slice(5, 7)) - 1]}`;
}
