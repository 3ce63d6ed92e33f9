import { percentOf } from "../../analysis/budget-status.ts";
import { describeChart } from "../../charts/describe-chart.ts";
import type { BudgetAlert, BudgetDriver } from "../../domain/budget.ts";
import { unreachable } from "../../domain/errors.ts";
import { formatMoney, money, scale, subtract, toDecimal, type Money } from "../../domain/money.ts";
import { addDays, daysBetween, type Day } from "../../domain/period.ts";
import type { BudgetNews, BudgetView, RenderBudget } from "../../service/budget-view.ts";
import { stateOfView } from "../../service/list-budgets.ts";
import type { Block, Card, Tone } from "../card.ts";
import { budgetActions, whyCommand } from "./budget-actions.ts";
import { budgetChart } from "./budget-chart.ts";
import { budgetQuestion, crossedAlerts, cycleWords, scopeWords, thresholdWords } from "./budget-words.ts";
import { callOwners, ownersText } from "./call-owners.ts";
import { dayWords, driverWords, isMost, periodWords } from "./cost-words.ts";

/** The cards of budgets, as evaluation wants them. */
export const renderBudget: RenderBudget = {
  state: (view) => budgetCard(view, { calls: true }),
  event: (view, news) => eventCard(view, news),
};

/**
 * One period of a budget: how much, which way, why, what next. Posted once, edited in place ever after. `calls`: whether
 * it calls the owners while something is asked of them.
 */
export function budgetCard(
  view: BudgetView,
  extra: { readonly blocks?: readonly Block[]; readonly calls?: boolean } = {},
): Card {
  const { budget, row } = view;
  const status = statusOf(view);
  return {
    title: titleOf(view),
    summary: summaryOf(view),
    tone: toneOf(view),
    blocks: [
      ...(extra.calls === true && isAsking(view) ? callOwners(view.owners, ASKED) : []),
      ...notes(view),
      facts(view),
      ...chart(view),
      ...thresholds(view),
      ...(extra.blocks ?? []),
    ],
    actions:
      view.ended === null
        ? budgetActions(view)
        : [{ kind: "button", label: "Why", style: "plain", command: whyCommand(view) }],
    ...(status === null ? {} : { status }),
    footer: footer(view, budgetQuestion(budget, row.period)),
  };
}

/** What is wanted of whoever owns what the budget counts. */
const ASKED = "acknowledge it, or snooze it until more is known.";

/** Whether a threshold is crossed and nobody has taken it up. */
function isAsking({ budget, row, alerts, ended }: BudgetView): boolean {
  if (ended !== null || row.closedOn !== null || row.acknowledgedBy !== null || budget.snoozedUntil !== null)
    return false;
  return crossedAlerts(alerts).length > 0;
}

/** What just happened, in a line or two: in the thread of the parent card, which has the rest. */
function eventCard(view: BudgetView, news: BudgetNews): Card {
  const plain = (title: string, summary: string, tone: Tone = "neutral"): Card => {
    return { title, summary, tone, blocks: [], actions: [], footer: [] };
  };
  switch (news.because) {
    case "acknowledged":
      return plain(`Acknowledged by ${news.by}`, usedText(view), "good");
    case "rearmed":
      return plain(`Armed again by ${news.by}`, `Neither snoozed nor acknowledged any more. ${usedText(view)}`);
    case "snoozed":
      return plain(`Snoozed until ${news.until}`, `${news.by} asked for silence. ${usedText(view)}`);
    case "closed":
      return plain("Closed", `${usedText(view)} The provider changes these bills no more.`, toneOf(view));
    case "crossed":
    case "snooze-over":
      return thresholdCard(view, news.alert, news.because);
    default:
      return unreachable(news);
  }
}

/** "payments: 81% of $400.00 used." */
function usedText({ budget, row }: BudgetView): string {
  const used = row.spent === null ? "an unknown part" : percentOf(row.spent, row.amount);
  return `${budget.name}: ${used} of ${formatMoney(row.amount)} used.`;
}

function thresholdCard(view: BudgetView, alert: BudgetAlert, because: "crossed" | "snooze-over"): Card {
  const { budget, row } = view;
  const undone = alert.state === "undone";
  const reached = thresholdWords(alert);
  const title = undone
    ? `Budget ${budget.name}: ${reached} no longer holds`
    : because === "snooze-over"
      ? `Budget ${budget.name}: still ${reached}`
      : `Budget ${budget.name}: ${reached}`;
  const why =
    undone && alert.undoneReason !== null ? `Since ${dayOrToday(alert.undoneOn)}: ${alert.undoneReason}. ` : "";
  return {
    title,
    summary: `${why}${summaryOf(view)}`,
    tone: undone ? "neutral" : toneOf(view),
    // It was not said before: also who took up an earlier threshold is called.
    blocks: undone || view.ended !== null ? [] : callOwners(view.owners, ASKED),
    actions: view.ended === null ? budgetActions(view) : [],
    footer: footer(view, budgetQuestion(budget, row.period)),
  };
}

function dayOrToday(day: Day | null): string {
  return day === null ? "today" : dayWords(day, false);
}

function titleOf({ budget, row }: BudgetView): string {
  if (row.spent === null) return `Budget ${budget.name}: not known`;
  return `Budget ${budget.name}: ${percentOf(row.spent, row.amount)} of ${formatMoney(row.amount)}`;
}

/** Number, direction, reason: complete without the rest of the card. */
function summaryOf(view: BudgetView): string {
  const { budget, row } = view;
  const period = cycleWords(budget.cycle, row.period);
  if (row.spent === null)
    return `What ${budget.name} spent in ${period} is not known: ${row.problem ?? "the bills say nothing"}.`;
  const through = row.through === null ? "" : `, bills complete through ${dayWords(row.through, false)}`;
  const spent = `${budget.name} has spent ${formatMoney(row.spent)} of its ${formatMoney(row.amount)} for ${period} (${percentOf(row.spent, row.amount)}${through}).`;
  const reason = row.driver === null ? "" : ` ${sentence(driverText(row.driver, row.spent))}.`;
  return `${spent}${expectedText(view)}${reason}`;
}

function expectedText({ row, figures }: BudgetView): string {
  if (row.closedOn !== null || row.forecast === null || figures.expected.size === 0) return "";
  const over = subtract(row.forecast, row.amount);
  const verdict =
    over.atoms > 0n ? `${formatMoney(over)} over` : `${formatMoney({ ...over, atoms: -over.atoms })} under`;
  return ` It is expected to end at ${formatMoney(row.forecast)} (${percentOf(row.forecast, row.amount)}), ${verdict}.`;
}

function sentence(text: string): string {
  return `${text[0]?.toUpperCase() ?? ""}${text.slice(1)}`;
}

/** "up most against 1–20 October 2026: Amazon EC2 in eu-west-1, +$1,240". */
function driverText({ driver, against }: BudgetDriver, spent: Money | null): string {
  const amount = formatMoney(money(driver.change, driver.currency), { sign: against !== null });
  const most = spent !== null && isMost(driver.change, toDecimal(spent));
  if (against === null) return `${most ? "most of it" : "the largest part"} is ${driverWords(driver)}, ${amount}`;
  return `up most against ${periodWords(against)}: ${driverWords(driver)}, ${amount}`;
}

function toneOf(view: BudgetView): Tone {
  const state = stateOfView(view);
  if (state === "over") return "bad";
  if (state === "on-track") return "good";
  return "warning";
}

function statusOf(view: BudgetView): string | null {
  const { budget, row, ended, alerts } = view;
  if (ended !== null) return `Ended: ${ended}`;
  if (row.closedOn !== null) return `Closed ${row.closedOn}`;
  const parts: string[] = [];
  if (budget.snoozedUntil !== null)
    parts.push(`Snoozed until ${budget.snoozedUntil} by ${budget.snoozedBy ?? "somebody"}`);
  if (row.acknowledgedBy !== null) {
    const at =
      row.acknowledgedAt === null
        ? ""
        : ` · ${row.acknowledgedAt.slice(0, 10)} ${row.acknowledgedAt.slice(11, 16)} UTC`;
    parts.push(`Acknowledged by ${row.acknowledgedBy}${at}`);
  }
  const undone = alerts.length > 0 && crossedAlerts(alerts).length === 0;
  if (undone) parts.push("Back under every threshold");
  return parts.length === 0 ? null : parts.join(" · ");
}

/** What a reader must not miss: what was undone, what changed after the close, what is not known. */
function notes({ alerts, row, figures }: BudgetView): Block[] {
  const undone = alerts
    .filter((alert) => alert.state === "undone")
    .map((alert): Block => {
      const text = `${thresholdWords(alert)} was told on ${dayWords(alert.crossedOn, false)} and no longer holds: ${alert.undoneReason ?? "the bills changed"}.`;
      return { kind: "note", tone: "good", text: sentence(text) };
    });
  const restated: Block[] =
    row.restated === null || row.spent === null
      ? []
      : [
          {
            kind: "note",
            tone: "warning",
            text: `The bills of this period were restated after it was closed: they say ${formatMoney(row.restated)} now, ${formatMoney(subtract(row.restated, row.spent), { sign: true })}. The figures here stay as they were closed.`,
          },
        ];
  const stale = figures.sources.filter((source) => source.stale).map(({ source }) => source);
  const late: Block[] =
    stale.length === 0 || row.closedOn !== null
      ? []
      : [
          {
            kind: "note",
            tone: "warning",
            text: `No recent bills from ${stale.join(", ")}: what they cost since is missing.`,
          },
        ];
  const nothing: Block[] =
    figures.daily.size > 0 || row.spent === null || row.closedOn !== null
      ? []
      : [
          {
            kind: "note",
            tone: "warning",
            text: "No charge of the last two months matches this scope: check how its values are spelt.",
          },
        ];
  const problem: Block[] =
    row.problem === null
      ? []
      : [
          {
            kind: "note",
            tone: "bad",
            text: `${sentence(row.problem)}. Add it: finops fx import FILE. Until then nothing is judged.`,
          },
        ];
  return [...undone, ...restated, ...late, ...nothing, ...problem];
}

function facts(view: BudgetView): Block {
  const { budget, row, figures } = view;
  const list: { label: string; value: string }[] = [];
  if (row.spent !== null) {
    list.push({ label: "Spent", value: `${formatMoney(row.spent)} (${percentOf(row.spent, row.amount)})` });
    list.push(...leftFacts(row.amount, row.spent, view));
  }
  if (row.forecast !== null && row.closedOn === null && figures.expected.size > 0) {
    const band =
      row.forecastLow === null || row.forecastHigh === null
        ? ""
        : `, ${formatMoney(row.forecastLow)} to ${formatMoney(row.forecastHigh)} four times out of five`;
    list.push({
      label: "Expected at the end",
      value: `${formatMoney(row.forecast)} (${percentOf(row.forecast, row.amount)})${band}`,
    });
  }
  if (row.driver !== null)
    list.push({ label: row.driver.against === null ? "Largest" : "Why", value: driverText(row.driver, row.spent) });
  if (view.owners.length > 0) list.push({ label: "Owner", value: ownersText(view.owners) });
  list.push({ label: "Counts", value: `${scopeWords(budget)}, each ${budget.cycle}` });
  return { kind: "facts", facts: list };
}

/** "Left: $1,688, $168 a day for 10 days". */
function leftFacts(amount: Money, spent: Money, { row, figures }: BudgetView): { label: string; value: string }[] {
  const left = subtract(amount, spent);
  if (left.atoms < 0n) return [{ label: "Over by", value: formatMoney({ ...left, atoms: -left.atoms }) }];
  const next = figures.through === null ? row.period.from : addDays(figures.through, 1);
  const days = daysBetween(next > row.period.from ? next : row.period.from, row.period.to);
  if (days <= 0 || row.closedOn !== null) return [{ label: "Left", value: formatMoney(left) }];
  const perDay = formatMoney(scale(left, 1n, BigInt(days)));
  return [{ label: "Left", value: `${formatMoney(left)}, ${perDay} a day for ${days} ${days === 1 ? "day" : "days"}` }];
}

function chart(view: BudgetView): Block[] {
  const drawn = budgetChart(view);
  return drawn === null ? [] : [{ kind: "chart", chart: drawn, alt: describeChart(drawn) }];
}

function thresholds({ budget, alerts }: BudgetView): Block[] {
  if (budget.thresholds.length === 0) return [];
  const items = budget.thresholds.map((threshold) => {
    const alert = alerts.find((one) => one.basis === threshold.basis && one.percent === threshold.percent);
    const amount = formatMoney(scale(budget.amount, BigInt(threshold.percent), 100n));
    const how =
      alert === undefined
        ? "not reached"
        : alert.state === "crossed"
          ? `crossed, found on ${alert.crossedOn}`
          : `crossed on ${alert.crossedOn}, undone on ${alert.undoneOn ?? "–"}`;
    return `${thresholdWords(threshold)} (${amount}): ${how}`;
  });
  return [{ kind: "list", caption: "Thresholds", items }];
}

function footer({ budget, row, figures }: BudgetView, question: string): string[] {
  const sources = figures.sources.map(
    ({ source, through, stale }) => `${source} ${through ?? "no day"}${stale ? " (stale)" : ""}`,
  );
  const converted = figures.rates.length === 0 ? [] : [ratesLine(figures.rates)];
  return [
    `${budget.metric[0]?.toUpperCase() ?? ""}${budget.metric.slice(1)} cost by charge day (UTC), ${row.period.from} to ${addDays(row.period.to, -1)}, everything billed so far.`,
    `Complete through ${row.through ?? "no day yet"}${sources.length === 0 ? "" : `: ${sources.join(", ")}`}.`,
    ...(figures.forecast === null
      ? []
      : [`Expected by ${figures.forecast.method}; later days count only as a lower bound.`]),
    ...converted,
    `Same figure: ${question}`,
  ];
}

function ratesLine(rates: BudgetView["figures"]["rates"]): string {
  const newest = new Map(rates.toSorted((a, b) => (a.day < b.day ? -1 : 1)).map((rate) => [rate.from, rate]));
  const said = [...newest.values()].map(({ from, to, rate, day, carriedFrom }) => {
    const shown = Number(rate).toPrecision(6).replace(/0+$/, "").replace(/\.$/, "");
    return `1 ${from} = ${shown} ${to} on ${day}${carriedFrom === null ? "" : ` (rate of ${carriedFrom})`}`;
  });
  return `Converted day by day with dated rates, last: ${said.join(", ")}.`;
}
