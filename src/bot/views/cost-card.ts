import { describeChart } from "../../charts/describe-chart.ts";
import type { CostAnswer } from "../../domain/contract.ts";
import type { CostQuery } from "../../domain/cost-query.ts";
import { formatMoney, money, parseAtoms } from "../../domain/money.ts";
import type { Day, Period } from "../../domain/period.ts";
import type { Block, Card, Inline } from "../card.ts";
import { costActions } from "./cost-actions.ts";
import { costChart } from "./cost-chart.ts";
import { receiptLines } from "./cost-receipt-lines.ts";
import { costTables } from "./cost-table.ts";
import { amountWords, driverWords, percentWords, periodWords } from "./cost-words.ts";

/** Pictures on one card: one a currency, and nobody has more than a few. */
const CHARTS_MAX = 3;

type Line = CostAnswer["total"][number];

/**
 * The answer for people: headline, reason, picture, table, receipt, and what to ask next.
 * `series` is the same question day by day, for the picture of a bare total.
 */
export function costCard(
  answer: CostAnswer,
  query: CostQuery,
  series?: { answer: CostAnswer; query: CostQuery },
): Card {
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
  const causes = answer.total.flatMap((line) => mainDriver(answer, line) ?? []);
  const reasons = causes.map(
    (driver) => `${driverWords(driver)} ${formatMoney(money(driver.change, driver.currency), { sign: true })}`,
  );
  const reason = reasons.length === 0 ? "" : ` Mostly ${reasons.join(" and ")}.`;
  const compared =
    answer.receipt.previousPeriod === undefined
      ? ""
      : ` against ${periodWords(answer.receipt.previousPeriod as { from: Day; to: Day })}`;
  const scope = answer.receipt.scope === "everything" ? "" : ` for ${answer.receipt.scope}`;
  return `${totals.join(" and ")} in ${about}${scope}${compared}.${reason}${answer.receipt.provisional ? " Provisional." : ""}`;
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
    facts: answer.total.flatMap((line) => {
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
