import type { ChartView } from "../../charts/chart-view.ts";
import { describeChart } from "../../charts/describe-chart.ts";
import { atomsToDecimal, formatMoney, money, parseAtoms } from "../../domain/money.ts";
import { day } from "../../domain/period.ts";
import type { Owner } from "../../domain/person.ts";
import { daysText } from "../../domain/question-text.ts";
import type { Hygiene, UntaggedPlace } from "../../service/tag-hygiene.ts";
import type { Block, Card, Inline, RichText } from "../card.ts";
import { periodWords } from "./cost-words.ts";
import { amounts, largestFirst, type Amount } from "./digest-words.ts";

const PLACES_SHOWN = 8;
const NEAR_SHOWN = 6;
const WARN_UNTAGGED = 0.05;

/** Coverage, what nobody tagged and where, and spellings that are probably one. */
export function hygieneCard(hygiene: Hygiene): Card {
  const team = hygiene.coverage.filter(({ tag }) => tag === "team");
  const missing = team.map(({ untagged, currency }) => ({ amount: untagged, currency }));
  const [main] = largestFirst(team.map((one) => ({ ...one, amount: one.usage })));
  const share = main?.share ?? null;
  const worst = hygiene.places[0];
  const next = worst === undefined ? "" : ` Most of it: ${placeWords(worst)}, ${moneyOf(worst)}.`;
  return {
    title: `Tag hygiene, ${periodWords(hygiene.period)}${hygiene.scope === "everything" ? "" : ` · ${hygiene.scope}`}`,
    summary:
      main === undefined
        ? "There is no usage in this period."
        : `${percent(share)} of usage has a team${trend(share, main.before)}; ${amounts(missing)} has none.${next}`,
    tone: share !== null && 1 - Number(share) > WARN_UNTAGGED ? "warning" : "good",
    blocks: [
      ...chartOf(hygiene),
      coverageTable(hygiene),
      ...ownersTable(hygiene),
      ...unallocatableOf(hygiene),
      ...nearOf(hygiene),
    ],
    actions: [
      { kind: "button", label: "Where it is", style: "primary", command: placesQuestion(hygiene) },
      { kind: "button", label: "Every week here", style: "plain", command: "digest subscribe hygiene weekly" },
      { kind: "button", label: "Who owns what", style: "plain", command: "owners list" },
    ],
    footer: ["Usage alone, effective cost. Tax, credits, adjustments and purchases are apart: no tag can reach them."],
  };
}

function placesQuestion({ period }: Hygiene): string {
  const without = "tax,credits,refunds,corrections,adjustments,purchases";
  return `cost ${daysText(period.from, period.to)} by sub-account,service for team untagged without ${without}`;
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

function placeWords({ account, accountName, service }: UntaggedPlace): string {
  return `${service ?? "no service"} in ${accountName ?? account ?? "no account"}`;
}

function moneyOf({ amount, currency }: Amount): string {
  return formatMoney(money(amount, currency));
}

function coverageTable({ coverage }: Hygiene): Block {
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
      tag,
      percent(share),
      percent(before),
      formatMoney(money(untagged, currency)),
    ]),
  };
}

/** One owner and what of theirs is untagged, the dearest first; null = nobody is named. */
function byOwner(places: readonly UntaggedPlace[]): { owner: Owner | null; places: UntaggedPlace[] }[] {
  const groups = new Map<string, { owner: Owner | null; places: UntaggedPlace[] }>();
  for (const place of places) {
    const name = place.owner === null ? "" : (place.owner.person?.id ?? `#${place.owner.channel ?? ""}`);
    const group = groups.get(name) ?? { owner: place.owner, places: [] };
    group.places.push(place);
    groups.set(name, group);
  }
  return [...groups.values()];
}

function totalOf(places: readonly UntaggedPlace[]): Amount[] {
  const sums = new Map<string, bigint>();
  for (const { amount, currency } of places) sums.set(currency, (sums.get(currency) ?? 0n) + parseAtoms(amount));
  return [...sums].map(([currency, atoms]) => ({ currency, amount: atomsToDecimal(atoms) }));
}

function ownersTable({ places }: Hygiene): Block[] {
  if (places.length === 0) return [];
  return [
    {
      kind: "table",
      caption: "Untagged usage, whom to ask",
      columns: [
        { header: "Owner", align: "left" },
        { header: "Untagged", align: "right" },
        { header: "Most of it", align: "left" },
      ],
      rows: byOwner(places)
        .slice(0, PLACES_SHOWN)
        .map(({ owner, places: own }): RichText[] => [
          ownerName(owner),
          amounts(totalOf(own)),
          own[0] === undefined ? "" : placeWords(own[0]),
        ]),
    },
  ];
}

function ownerName(owner: Owner | null): string {
  return owner === null ? "nobody named" : (owner.person?.name ?? `#${owner.channel ?? ""}`);
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
  const currency = largestFirst(weeks.total)[0]?.currency;
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

/** Under the weekly card: one reply an owner, who is mentioned once, with what of theirs has no team. */
export function hygieneReplies(hygiene: Hygiene): readonly { readonly name: string; readonly card: Card }[] {
  return byOwner(hygiene.places)
    .filter(({ owner }) => owner !== null)
    .slice(0, PLACES_SHOWN)
    .map(({ owner, places }, index) => ({ name: `owner-${index}`, card: ownerCard(owner, places, hygiene) }));
}

function ownerCard(owner: Owner | null, places: readonly UntaggedPlace[], hygiene: Hygiene): Card {
  const person = owner?.person ?? null;
  const who: Inline =
    person === null ? { kind: "text", text: ownerName(owner) } : { kind: "person", id: person.id, text: person.name };
  return {
    title: `Untagged: ${ownerName(owner)}`,
    summary: `${amounts(totalOf(places))} of usage that ${ownerName(owner)} owns has no team.`,
    tone: "neutral",
    blocks: [
      {
        kind: "note",
        tone: "neutral",
        text: [who, { kind: "text", text: ": please tag these, or say whose they are." }],
      },
      {
        kind: "list",
        items: places.slice(0, PLACES_SHOWN).map((place): RichText => [
          { kind: "strong", text: `${moneyOf(place)} ` },
          { kind: "text", text: placeWords(place) },
        ]),
      },
    ],
    actions: [{ kind: "button", label: "Where it is", style: "plain", command: placesQuestion(hygiene) }],
    footer: [],
  };
}
