import { ratioText } from "../../analysis/ratio-text.ts";
import { describeChart } from "../../charts/describe-chart.ts";
import type { CostAnswer } from "../../domain/contract.ts";
import type { CostQuery } from "../../domain/cost-query.ts";
import { formatMoney, money, parseAtoms } from "../../domain/money.ts";
import { daysBetween, type Day, type Period } from "../../domain/period.ts";
import type { Block, Card, Inline } from "../card.ts";
import { costActions } from "./cost-actions.ts";
import { costChart } from "./cost-chart.ts";
import { receiptLines } from "./cost-receipt-lines.ts";
import { costTables } from "./cost-table.ts";
import { amountWords, dayWords, driverWords, isMost, percentWords, periodWords } from "./cost-words.ts";

/** Pictures on one card: one a currency, and nobody has more than a few. */
const CHARTS_MAX = 3;
/** Totals of a card: usage comes in dozens of units, each of which has its table. */
const TOTALS_MAX = 4;

type Line = CostAnswer["total"][number];

/**
 * The answer for people: headline, reason, picture, table, receipt, and what to ask next.
 * `series` is the same question day by day, for the picture of a bare total.
 */
export function costCard(given: CostAnswer, query: CostQuery, series?: { answer: CostAnswer; query: CostQuery }): Card {
  const answer = withoutEmptyComparison(given);
  const period = periodWords(answer.receipt.period as Period);
  const about =
    query.select.by === "invoice"
      ? `invoice ${query.select.invoice}`
      : query.select.by === "billing-month"
        ? `${period} by invoice month`
        : period;
  const title = `${metricWords(query)}${query.by.length === 0 ? "" : ` by ${query.by.join(", ")}`}${query.allocated ? ", allocated" : ""}, ${about}`;
  if (answer.total.length === 0) return emptyCard(title, answer);
  return {
    title,
    summary: summaryOf(answer, about),
    tone: "neutral",
    blocks: [
      totalsBlock(answer, query),
      ...chartBlocks(answer, query, series),
      ...driverBlocks(answer),
      ...costTables(answer, query),
      ...noteBlocks(answer),
      ...nothingSpread(answer),
    ],
    actions: costActions(answer, query),
    ...(answer.receipt.provisional ? { status: "provisional" } : {}),
    footer: receiptLines(answer),
  };
}

function metricWords({ metric }: CostQuery): string {
  return metric === "effective"
    ? "Cost"
    : metric === "usage"
      ? "Usage"
      : `${metric[0]?.toUpperCase()}${metric.slice(1)} cost`;
}

/** Complete by itself: amounts, period, change and its first reason. */
function summaryOf(answer: CostAnswer, about: string): string {
  const totals = answer.total.map((line) => amountWords(line.amount, line) + changeWords(line));
  const { receipt } = answer;
  const compared =
    receipt.previousPeriod === undefined || !isCompared(answer)
      ? ""
      : ` against ${periodWords(receipt.previousPeriod as Period)}`;
  const scope =
    receipt.scope === "everything"
      ? ""
      : receipt.scope.startsWith("without ")
        ? ` ${receipt.scope}`
        : ` for ${receipt.scope}`;
  const said = `${listWords(totals)} ${isOneDay(receipt.period as Period) ? "on" : "in"} ${about}${scope}${compared}.`;
  return [said, perDayWords(answer), reasonWords(answer), missingWords(answer), stateWords(answer)]
    .filter((part) => part !== "")
    .join(" ");
}

/** More amounts than these are counted, not read: usage comes in dozens of units. */
const AMOUNTS_SAID = 3;

function listWords(parts: readonly string[]): string {
  if (parts.length <= AMOUNTS_SAID) return parts.join(" and ");
  return `${parts.slice(0, AMOUNTS_SAID).join(", ")} and ${parts.length - AMOUNTS_SAID} more units`;
}

function isOneDay({ from, to }: Period): boolean {
  return daysBetween(from, to) <= 1;
}

function isCompared(answer: CostAnswer): boolean {
  return answer.total.some((line) => line.change !== undefined);
}

/** What moved the totals; "mostly" only where it is at least half of the change. */
function reasonWords(answer: CostAnswer): string {
  const causes = answer.total.flatMap((line) => {
    const driver = mainDriver(answer, line);
    return driver === undefined ? [] : [{ driver, most: isMost(driver.change, line.change?.amount ?? "0") }];
  });
  if (causes.length === 0) return "";
  const reasons = causes.map(
    ({ driver }) => `${driverWords(driver)} ${formatMoney(money(driver.change, driver.currency), { sign: true })}`,
  );
  if (causes.every(({ most }) => most)) return `Mostly ${reasons.join(" and ")}.`;
  const falls = causes.filter(({ driver }) => driver.change.startsWith("-")).length;
  const what = falls === 0 ? "rise" : falls === causes.length ? "fall" : "change";
  return `Largest ${what}${causes.length === 1 ? "" : "s"}: ${reasons.join(" and ")}.`;
}

/** A month of 31 days beside one of 30 costs more by itself: then the change of a day is said too. */
function perDayWords({ total, receipt }: CostAnswer): string {
  if (receipt.previousPeriod === undefined || receipt.metric === "usage") return "";
  const [now, before] = [receipt.period, receipt.previousPeriod].map(({ from, to }) =>
    daysBetween(from as Day, to as Day),
  ) as [number, number];
  if (now === before) return "";
  const changes = total.flatMap(({ amount, previous, change }) => {
    if (change === undefined || previous === undefined || parseAtoms(previous) === 0n) return [];
    const [today, then] = [parseAtoms(amount) * BigInt(before), parseAtoms(previous) * BigInt(now)];
    return [percentWords(ratioText(today - then, then < 0n ? -then : then))];
  });
  if (changes.length === 0) return "";
  const days = Math.abs(now - before);
  return `${days} ${days === 1 ? "day" : "days"} ${now > before ? "more" : "fewer"}; per day ${changes.join(" and ")}.`;
}

/** Bills that begin within or after the compared period make every change look like growth. */
function missingWords({ receipt: { billsBegin, previousPeriod } }: CostAnswer): string {
  if (billsBegin === undefined || previousPeriod === undefined) return "";
  const { from, to } = previousPeriod as Period;
  const begin = `the bills begin on ${dayWords(billsBegin as Day, true)}`;
  if (billsBegin >= to) return `Not compared with ${periodWords({ from, to })}: ${begin}.`;
  const [missing, all] = [daysBetween(from, billsBegin as Day), daysBetween(from, to)];
  return `${missing} of the ${all} days compared with have no bills: they begin on ${dayWords(billsBegin as Day, true)}.`;
}

/** Whether more may come; where no day is complete yet, what is there is only a part. */
function stateWords({ receipt: { provisional, dataThrough, period, basis } }: CostAnswer): string {
  if (!provisional) return "";
  const partOnly = dataThrough !== null && dataThrough < period.from && basis.startsWith("charge days");
  return partOnly
    ? `Only a part has arrived: bills are complete through ${dayWords(dataThrough as Day, false)}.`
    : "Provisional.";
}

/** Where nothing was billed in the whole compared period, "new" would be said of everything: nothing is compared then. */
function withoutEmptyComparison(answer: CostAnswer): CostAnswer {
  const { billsBegin, previousPeriod } = answer.receipt;
  if (billsBegin === undefined || previousPeriod === undefined || billsBegin < previousPeriod.to) return answer;
  const { drivers: _, ...rest } = answer;
  return {
    ...rest,
    total: answer.total.map(({ previous: _p, change: _c, ...line }) => line),
    rows: answer.rows.map(({ previous: _p, change: _c, ...row }) => row),
  };
}

/** The largest cause of a total's change that goes the way the total goes: one that went against it explains nothing. */
function mainDriver(answer: CostAnswer, line: Line): NonNullable<CostAnswer["drivers"]>[number] | undefined {
  const change = parseAtoms(line.change?.amount ?? "0");
  return answer.drivers?.find(
    (driver) =>
      driver.rest !== true && driver.currency === line.currency && change < 0n === parseAtoms(driver.change) < 0n,
  );
}

function changeWords(line: Line): string {
  if (line.change === undefined) return "";
  return ` (${amountWords(line.change.amount, line, true)}, ${percentWords(line.change.ratio)})`;
}

function totalsBlock(answer: CostAnswer, query: CostQuery): Block {
  const label = (line: Line): string =>
    answer.total.length === 1 ? metricWords(query) : `${metricWords(query)}, ${line.unit ?? line.currency}`;
  return {
    kind: "facts",
    facts: answer.total.slice(0, TOTALS_MAX).flatMap((line) => {
      const value: Inline[] = [{ kind: "strong", text: amountWords(line.amount, line) }];
      if (line.change !== undefined)
        value.push({
          kind: "text",
          text: `  ${amountWords(line.change.amount, line, true)} (${percentWords(line.change.ratio)})`,
        });
      return [{ label: label(line), value }];
    }),
  };
}

function driverBlocks(answer: CostAnswer): Block[] {
  const { drivers } = answer;
  if (drivers === undefined || drivers.length === 0) return [];
  const many = answer.total.length > 1;
  return answer.total.flatMap((line): Block[] => {
    const own = drivers.filter((driver) => driver.currency === line.currency);
    if (own.length === 0 || line.change === undefined) return [];
    const change = formatMoney(money(line.change.amount, line.currency), { sign: true });
    return [
      {
        kind: "list",
        caption: `What moved it${many ? `, ${line.currency}` : ""}: ${change}`,
        items: own.map((driver) => [
          { kind: "strong", text: formatMoney(money(driver.change, driver.currency), { sign: true }) },
          { kind: "text", text: ` ${driverWords(driver)}` },
        ]),
      },
    ];
  });
}

function chartBlocks(
  answer: CostAnswer,
  query: CostQuery,
  series: { answer: CostAnswer; query: CostQuery } | undefined,
): Block[] {
  const source = series ?? { answer, query };
  return source.answer.total.slice(0, CHARTS_MAX).flatMap((line): Block[] => {
    // A picture of nothing says nothing.
    if (parseAtoms(line.amount) === 0n && line.change === undefined) return [];
    const chart = costChart(source.answer, source.query, line);
    return chart === null ? [] : [{ kind: "chart", chart, alt: describeChart(chart) }];
  });
}

function noteBlocks(answer: CostAnswer): Block[] {
  if (answer.total.length < 2 || answer.total.some((line) => line.unit !== undefined)) return [];
  return [
    {
      kind: "note",
      tone: "neutral",
      text: `Amounts of ${answer.total.map((line) => line.currency).join(", ")} are not added up; say \`in ${answer.total[0]?.currency ?? "USD"}\` to convert with dated rates.`,
    },
  ];
}

/** Said on the card: whoever asks for what is allocated would take the tagged amounts for it. */
function nothingSpread({ receipt: { allocation } }: CostAnswer): Block[] {
  if (allocation === undefined || allocation.rules.some(({ moved }) => moved.length > 0)) return [];
  const said = "No allocation rule moves anything in this period: these are the amounts as tagged. To make one: ";
  const how = `allocate set NAME SCOPE to ${allocation.to} by cost`;
  return [
    {
      kind: "note",
      tone: "warning",
      text: [
        { kind: "text", text: said },
        { kind: "code", text: how },
      ],
    },
  ];
}

function emptyCard(title: string, answer: CostAnswer): Card {
  const [reason, ...others] = answer.receipt.notes;
  return {
    title,
    summary: `There is nothing to show. ${reason ?? ""}`.trim(),
    tone: "warning",
    blocks: others.map((text) => ({ kind: "note", tone: "neutral", text })),
    actions: [
      { kind: "button", label: "Cost last month by service", style: "plain", command: "cost last month by service" },
    ],
    footer: receiptLines(answer),
  };
}
