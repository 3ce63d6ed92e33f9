import type { ChartView } from "../../charts/chart-view.ts";
import { describeChart } from "../../charts/describe-chart.ts";
import { atomsToDecimal, formatMoney, money, parseAtoms } from "../../domain/money.ts";
import type { Owner } from "../../domain/person.ts";
import { daysText } from "../../domain/question-text.ts";
import type { Hygiene, OwnerShare, UntaggedPlace } from "../../service/tag-hygiene.ts";
import type { Action, Block, Card, Inline, RichText } from "../card.ts";
import { isMost, periodWords } from "./cost-words.ts";
import { amounts, type Amount } from "./digest-words.ts";

const OWNERS_SHOWN = 8;
const PLACES_SHOWN = 8;
const BARS_MAX = 8;

type OwnerGroup = { readonly owner: Owner | null; readonly shares: readonly OwnerShare[] };

/** Every owner once, in all currencies, the dearest first. */
export function byOwner(owners: readonly OwnerShare[]): OwnerGroup[] {
  const groups = new Map<string, { owner: Owner | null; shares: OwnerShare[] }>();
  for (const share of owners) {
    const name = share.owner === null ? "" : (share.owner.person?.id ?? `#${share.owner.channel ?? ""}`);
    const group = groups.get(name) ?? { owner: share.owner, shares: [] };
    group.shares.push(share);
    groups.set(name, group);
  }
  return [...groups.values()];
}

/** What no team bears, by whose it is: whom to ask, for how much, and where it is. */
export function hygieneOwnersCard(hygiene: Hygiene): Card {
  const { owners, period, scope } = hygiene;
  const [first] = byOwner(owners).filter(({ owner }) => owner !== null);
  const nobody = byOwner(owners).find(({ owner }) => owner === null);
  const place = first?.shares[0]?.places[0];
  const most = place !== undefined && isMost(place.amount, first?.shares[0]?.unallocated ?? "0");
  const asked =
    first === undefined
      ? "Nobody is named as the owner of any of it."
      : `Ask ${ownerName(first.owner)} first: ${amounts(sumOf(first.shares, "unallocated"))}${place === undefined ? "" : `, ${most ? "most of it" : "most in one place:"} ${placeWords(place)}`}.`;
  const rest =
    nobody === undefined || first === undefined ? "" : ` ${amounts(sumOf(nobody.shares, "unallocated"))} has no owner.`;
  return {
    title: `Unallocated by owner, ${periodWords(period)}${scope === "everything" ? "" : ` · ${scope}`}`,
    summary:
      owners.length === 0
        ? "Every charge has a team."
        : `${amounts(sumOf(owners, "unallocated"))} is borne by no team. ${asked}${rest}`,
    tone: owners.length === 0 ? "good" : "warning",
    blocks: owners.length === 0 ? [] : [...chartOf(hygiene), ownersTable(owners)],
    actions: [
      { kind: "button", label: "Where it is", style: "primary", command: placesQuestion(hygiene) },
      ...(nobody === undefined ? [] : [ownerForm()]),
      { kind: "button", label: "Who owns what", style: "plain", command: "owners list" },
      { kind: "button", label: "Every week here", style: "plain", command: "digest subscribe hygiene weekly" },
    ],
    footer: [
      "Effective cost. Untagged: usage without a team. No tag reaches: tax, credits, adjustments and purchases without one.",
      ...(spreads(owners) ? ["Rules spread: what allocation rules (allocate list) charge to teams of it."] : []),
      "An owner is whoever the most specific entry of the owner directory names (owners list).",
    ],
  };
}

function ownerForm(): Action {
  return {
    kind: "form",
    label: "Name an owner…",
    style: "plain",
    title: "Who owns a part of the bill",
    submit: "Name them",
    fields: [
      { kind: "text", name: "who", label: "Person or #channel", placeholder: "ada", required: true, lengthMax: 80 },
      {
        kind: "text",
        name: "scope",
        label: "Of what",
        placeholder: "sub-account prod",
        required: true,
        lengthMax: 300,
      },
    ],
    command: ["owners set ", { field: "who" }, " for ", { field: "scope" }],
  };
}

/** The part of the hygiene card that says whom to ask. */
export function ownersTable(owners: readonly OwnerShare[]): Block {
  const withRules = spreads(owners);
  const groups = byOwner(owners);
  const shown = groups.slice(0, OWNERS_SHOWN);
  const rest = groups.slice(OWNERS_SHOWN).flatMap(({ shares }) => shares);
  const cells = (shares: readonly OwnerShare[]): RichText[] => [
    amounts(sumOf(shares, "untagged")),
    amounts(sumOf(shares, "unallocatable")),
    ...(withRules ? [amounts(sumOf(shares, "spread"))] : []),
    [{ kind: "strong", text: amounts(sumOf(shares, "unallocated")) }],
  ];
  return {
    kind: "table",
    caption: "Whom to ask",
    columns: [
      { header: "Owner", align: "left" },
      { header: "Untagged", align: "right" },
      { header: "No tag reaches", align: "right" },
      ...(withRules ? [{ header: "Rules spread", align: "right" } as const] : []),
      { header: withRules ? "Left" : "Together", align: "right" },
    ],
    rows: [
      ...shown.map(({ owner, shares }): RichText[] => [ownerName(owner), ...cells(shares)]),
      ...(rest.length === 0 ? [] : [[`Other (${groups.length - OWNERS_SHOWN})`, ...cells(rest)]]),
    ],
    totals: ["Total", ...cells(owners)],
  };
}

/** Whether rules spread anything that nobody tagged. */
function spreads(owners: readonly OwnerShare[]): boolean {
  return owners.some(({ spread }) => spread !== null && spread !== "0");
}

function chartOf({ owners, period }: Hygiene): Block[] {
  const [main] = sumOf(owners, "unallocated");
  if (main === undefined) return [];
  const bars = byOwner(owners)
    .flatMap(({ owner, shares }) => {
      const share = shares.find(({ currency }) => currency === main.currency);
      return share === undefined || parseAtoms(share.unallocated) <= 0n ? [] : [{ owner, amount: share.unallocated }];
    })
    .slice(0, BARS_MAX)
    .map(({ owner, amount }) => ({ label: ownerName(owner), amount, share: null, other: false }));
  if (bars.length < 2) return [];
  const chart: ChartView = {
    kind: "breakdown",
    title: "Borne by no team, by owner",
    subtitle: `${periodWords(period)}, ${main.currency}`,
    currency: main.currency,
    form: "bar",
    bars,
  };
  return [{ kind: "chart", chart, alt: describeChart(chart) }];
}

function sumOf(shares: readonly OwnerShare[], of: "untagged" | "unallocatable" | "spread" | "unallocated"): Amount[] {
  const sums = new Map<string, bigint>();
  for (const share of shares) sums.set(share.currency, (sums.get(share.currency) ?? 0n) + parseAtoms(share[of] ?? "0"));
  return [...sums].map(([currency, atoms]) => ({ currency, amount: atomsToDecimal(atoms) }));
}

export function ownerName(owner: Owner | null): string {
  return owner === null ? "nobody named" : (owner.person?.name ?? `#${owner.channel ?? ""}`);
}

export function placeWords({ account, accountName, service }: UntaggedPlace): string {
  return `${service ?? "no service"} in ${accountName ?? account ?? "no account"}`;
}

export function placesQuestion({ period }: Hygiene): string {
  const without = "tax,credits,refunds,corrections,adjustments,purchases";
  return `cost ${daysText(period.from, period.to)} by sub-account,service for team untagged without ${without}`;
}

/** Under the weekly card: all owners, then one reply an owner, who is mentioned once, with what of theirs has no team. */
export function hygieneReplies(hygiene: Hygiene): readonly { readonly name: string; readonly card: Card }[] {
  if (hygiene.owners.length === 0) return [];
  // Whoever has nothing a tag could reach is not asked to tag.
  const named = byOwner(hygiene.owners).filter(
    ({ owner, shares }) => owner !== null && shares.some(({ untagged }) => parseAtoms(untagged) > 0n),
  );
  return [
    { name: "owners", card: hygieneOwnersCard(hygiene) },
    ...named
      .slice(0, OWNERS_SHOWN)
      .map((group, index) => ({ name: `owner-${index}`, card: ownerCard(group, hygiene) })),
  ];
}

function ownerCard({ owner, shares }: OwnerGroup, hygiene: Hygiene): Card {
  const person = owner?.person ?? null;
  const who: Inline =
    person === null ? { kind: "text", text: ownerName(owner) } : { kind: "person", id: person.id, text: person.name };
  const beyond = sumOf(shares, "unallocatable").filter(({ amount }) => parseAtoms(amount) !== 0n);
  const reach = beyond.length === 0 ? "" : ` Beside it ${amounts(beyond)} that no tag reaches.`;
  const places = shares.flatMap((share) => share.places).slice(0, PLACES_SHOWN);
  return {
    title: `Untagged: ${ownerName(owner)}`,
    summary: `${amounts(sumOf(shares, "untagged"))} of usage that ${ownerName(owner)} owns has no team.${reach}`,
    tone: "neutral",
    blocks: [
      {
        kind: "note",
        tone: "neutral",
        text: [who, { kind: "text", text: ": please tag these, or say whose they are." }],
      },
      {
        kind: "list",
        items: places.map((place): RichText => [
          { kind: "strong", text: `${formatMoney(money(place.amount, place.currency))} ` },
          { kind: "text", text: placeWords(place) },
        ]),
      },
    ],
    actions: [{ kind: "button", label: "Where it is", style: "plain", command: placesQuestion(hygiene) }],
    footer: [],
  };
}
