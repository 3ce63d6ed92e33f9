import type { ChartView } from "../../charts/chart-view.ts";
import { describeChart } from "../../charts/describe-chart.ts";
import { atomsToDecimal, formatMoney, money, parseAtoms } from "../../domain/money.ts";
import { day } from "../../domain/period.ts";
import { daysText } from "../../domain/question-text.ts";
import type { Hygiene } from "../../service/tag-hygiene.ts";
import type { Block, Card } from "../card.ts";
import { isMost, periodWords } from "./cost-words.ts";
import { amounts, type Amount } from "./digest-words.ts";
import { ownersTable, placesQuestion, placeWords } from "./hygiene-owners-card.ts";

const NEAR_SHOWN = 6;
const WARN_UNTAGGED = 0.05;

/** Coverage, what nobody tagged and where, and spellings that are probably one. */
export function hygieneCard(hygiene: Hygiene): Card {
  const team = hygiene.coverage.filter(({ tag }) => tag === "team");
  const missing = team.map(({ untagged, currency }) => ({ amount: untagged, currency }));
  const [main] = team;
  const share = main?.share ?? null;
  const worst = hygiene.places[0];
  const all = missing.find(({ currency }) => currency === worst?.currency)?.amount ?? "0";
  const most = worst !== undefined && isMost(worst.amount, all) ? "Most of it" : "Most in one place";
  const next = worst === undefined ? "" : ` ${most}: ${placeWords(worst)}, ${moneyOf(worst)}.`;
  return {
    title: `Tag hygiene, ${periodWords(hygiene.period)}${hygiene.scope === "everything" ? "" : ` · ${hygiene.scope}`}`,
    summary:
      main === undefined
        ? "There is no usage in this period."
        : `${percent(share)} of ${team.length > 1 ? `${main.currency} usage` : "usage"} has a team${trend(share, main.before)}; ${amounts(missing)} has none.${next}`,
    tone: share !== null && 1 - Number(share) > WARN_UNTAGGED ? "warning" : "good",
    blocks: [
      ...chartOf(hygiene),
      coverageTable(hygiene),
      ...(hygiene.owners.length === 0 ? [] : [ownersTable(hygiene.owners)]),
      ...unallocatableOf(hygiene),
      ...nearOf(hygiene),
    ],
    actions: [
      { kind: "button", label: "Where it is", style: "primary", command: placesQuestion(hygiene) },
      { kind: "button", label: "By owner", style: "plain", command: ownersQuestion(hygiene) },
      { kind: "button", label: "Every week here", style: "plain", command: "digest subscribe hygiene weekly" },
    ],
    footer: ["Usage alone, effective cost. Tax, credits, adjustments and purchases are apart: no tag can reach them."],
  };
}

function ownersQuestion({ period }: Hygiene): string {
  return `hygiene ${daysText(period.from, period.to)} by owner`;
}

function percent(share: string | null): string {
  return share === null ? "–" : `${(Number(share) * 100).toFixed(1)}%`;
}

function trend(now: string | null, before: string | null): string {
  if (now === null || before === null) return "";
  const points = (Number(now) - Number(before)) * 100;
  return Math.abs(points) < 0.05
    ? ", as before"
    : `, ${points > 0 ? "up" : "down"} ${Math.abs(points).toFixed(1)} points`;
}

function moneyOf({ amount, currency }: Amount): string {
  return formatMoney(money(amount, currency));
}

function coverageTable({ coverage }: Hygiene): Block {
  const many = new Set(coverage.map(({ currency }) => currency)).size > 1;
  return {
    kind: "table",
    caption: "Coverage",
    columns: [
      { header: "Tag", align: "left" },
      { header: "Has it", align: "right" },
      { header: "Before", align: "right" },
      { header: "Untagged", align: "right" },
    ],
    rows: coverage.map(({ tag, currency, share, before, untagged }) => [
      many ? `${tag}, ${currency}` : tag,
      percent(share),
      percent(before),
      formatMoney(money(untagged, currency)),
    ]),
  };
}

function unallocatableOf({ unallocatable }: Hygiene): Block[] {
  if (unallocatable.length === 0) return [];
  const value = unallocatable.map((one) => `${one.kind} ${moneyOf(one)}`).join(", ");
  return [{ kind: "facts", facts: [{ label: "Unallocatable: no tag can reach it", value }] }];
}

function nearOf({ values, keys }: Hygiene): Block[] {
  const items = [
    ...values.map(
      (one) =>
        `${one.tag}: ${one.others.map((other) => `"${other}"`).join(", ")} is probably "${one.keep}" (${moneyOf(one)})`,
    ),
    ...(keys ?? []).map(
      (one) => `key: ${one.others.map((other) => `"${other}"`).join(", ")} is probably "${one.keep}"`,
    ),
  ];
  return items.length === 0
    ? []
    : [{ kind: "list", caption: "Spelled in several ways", items: items.slice(0, NEAR_SHOWN) }];
}

function chartOf({ weeks }: Hygiene): Block[] {
  const currency = weeks.total[0]?.currency;
  if (currency === undefined) return [];
  const points = weeks.rows.flatMap((row) =>
    row.currency === currency && row.period !== undefined
      ? [
          {
            start: day(row.period.from),
            series: row.other !== true && row.key["team"] === null ? "No team" : "Has a team",
            amount: row.amount,
          },
        ]
      : [],
  );
  if (points.length === 0) return [];
  const view: ChartView = {
    kind: "cost-over-time",
    title: "Usage with and without a team, by week",
    subtitle: `Effective cost a week, ${currency}, UTC`,
    currency,
    grain: "week",
    form: "bar",
    points: merged(points),
    provisionalFrom: null,
  };
  return [{ kind: "chart", chart: view, alt: describeChart(view) }];
}

type Point = Extract<ChartView, { kind: "cost-over-time" }>["points"][number];

function merged(points: readonly Point[]): Point[] {
  const sums = new Map<string, Point & { atoms: bigint }>();
  for (const point of points) {
    const name = `${point.start} ${point.series}`;
    const known = sums.get(name);
    sums.set(name, { ...point, atoms: (known?.atoms ?? 0n) + parseAtoms(point.amount) });
  }
  return [...sums.values()].map(({ atoms, ...point }) => ({ ...point, amount: atomsToDecimal(atoms) }));
}
