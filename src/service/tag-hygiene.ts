import { describeFilter } from "../analysis/describe-filter.ts";
import { nearMisses } from "../analysis/near-miss.ts";
import { ratioText } from "../analysis/ratio-text.ts";
import { isScopeWithin } from "../analysis/scope-within.ts";
import type { CostAnswer, CostRow } from "../domain/contract.ts";
import { costQuerySchema, type CostQuery } from "../domain/cost-query.ts";
import { dearestFirst, type CurrencyWorth } from "../domain/currency-order.ts";
import { TAG_ALIASES, type TagAlias } from "../domain/dimension.ts";
import { EXCLUDABLE_KINDS } from "../domain/kind.ts";
import { atomsToDecimal, money, parseAtoms } from "../domain/money.ts";
import { addDays, day, periodLength, weekStart, type Period } from "../domain/period.ts";
import type { Owner } from "../domain/person.ts";
import type { Condition } from "../domain/scope.ts";
import { withCostSnapshot } from "../store/cost-snapshot.ts";
import { loadCurrencyWorth } from "../store/fx.ts";
import { listOwners } from "../store/people.ts";
import type { Context, Verb } from "./context.ts";
import { listPromotedTags } from "./list-promoted-tags.ts";
import { showCostsIn } from "./show-costs.ts";

const DEFAULT_DAYS = 30;
const CHART_WEEKS = 12;
const PLACES_MAX = 200;
const VALUES_MAX = 1_000;
const OWNER_PLACES_MAX = 12;
/** Where something is, as far as somebody can be asked about it. */
const PLACE = ["sub-account", "service"] as const;

type Amount = { readonly amount: string; readonly currency: string };

/** What one owner has that no team bears, in one currency: by the owner directory, most specific entry first. */
export type OwnerShare = {
  /** null = nobody is named for it. */
  readonly owner: Owner | null;
  readonly currency: string;
  /** Usage without a team. */
  readonly untagged: string;
  /** Tax, credits, purchases and the like without a team: no tag reaches them. */
  readonly unallocatable: string;
  /** What allocation rules spread of both over teams; null = only a part is seen, and rules are everybody's. */
  readonly spread: string | null;
  /** What no team bears in the end: untagged + unallocatable − spread. */
  readonly unallocated: string;
  /** The dearest of it, at most a few. */
  readonly places: readonly UntaggedPlace[];
};
/** Where untagged usage is: an account and a service, and whom to ask about it. */
export type UntaggedPlace = Amount & {
  readonly account: string | null;
  readonly accountName: string | null;
  readonly service: string | null;
  readonly owner: Owner | null;
};
export type Coverage = {
  readonly tag: TagAlias;
  readonly currency: string;
  readonly usage: string;
  readonly untagged: string;
  /** Share of usage that has the tag, now and in the period before; null = there was no usage. */
  readonly share: string | null;
  readonly before: string | null;
};
export type Hygiene = {
  readonly period: Period;
  readonly scope: string;
  readonly coverage: readonly Coverage[];
  /** Usage without a team, the dearest places first. */
  readonly places: readonly UntaggedPlace[];
  /** The same and what no tag can reach by who owns it, the dearest owner first; they add up to both exactly. */
  readonly owners: readonly OwnerShare[];
  /** What no tag can reach: tax, credits, adjustments, purchases without a team. */
  readonly unallocatable: readonly (Amount & { readonly kind: string })[];
  readonly values: readonly (Amount & {
    readonly tag: TagAlias;
    readonly keep: string;
    readonly others: readonly string[];
  })[];
  /** Keys spelled in several ways; null = only a part is seen, and keys are everybody's. */
  readonly keys: readonly { readonly keep: string; readonly others: readonly string[] }[] | null;
  /** Usage a week by team. */
  readonly weeks: CostAnswer;
  readonly question: string;
};

/**
 * How well spending can be charged to somebody: coverage of team, product and environment over usage, what nobody tagged
 * and where, what no tag can reach, and spellings that are probably one. Within `ctx.scope`; tax, credits and the like
 * are apart, since no tag reaches them (focus.md §3).
 */
export async function tagHygiene({ ctx, input }: Verb<{ readonly period: Period | null }>): Promise<Hygiene> {
  const directory = (await listOwners(ctx.db.sql)).filter((owner) => isScopeWithin(owner.scope, ctx.scope));
  const configured = new Set(Object.values(ctx.settings.tagAliases).flat());
  const keys = ctx.scope.length > 0 ? null : await listPromotedTags({ ctx });
  return withCostSnapshot(ctx.db, ctx.settings.tagAliases, async (snapshot) => {
    const answer = (changes: Partial<CostQuery> & Pick<CostQuery, "select">) =>
      showCostsIn(snapshot, ctx, { ...costQuerySchema.parse({ select: changes.select }), ...changes });
    const today = ctx.clock.today();
    const whole = { by: "days" as const, from: addDays(today, -DEFAULT_DAYS), to: today };
    const through = (await answer({ select: whole })).receipt.dataThrough ?? addDays(today, -1);
    const end = addDays(day(through), 1);
    // Complete days on both sides of every comparison, and the same ones in every table.
    const asked = input.period ?? { from: addDays(end, -DEFAULT_DAYS), to: end };
    const period = end > asked.from && end < asked.to ? { from: asked.from, to: end } : asked;
    const select = { by: "days" as const, ...period };
    const before = { from: addDays(period.from, -periodLength(period)), to: period.from };
    const usage = { select, without: [...EXCLUDABLE_KINDS] };
    const byTag = new Map<TagAlias, CostAnswer>();
    for (const tag of TAG_ALIASES)
      byTag.set(tag, await answer({ ...usage, by: [tag], top: VALUES_MAX, versus: { with: "period", ...before } }));
    const worth = await loadCurrencyWorth(snapshot.sql, ctx.settings.currency);
    const untagged: CostQuery["filters"] = [{ dimension: "team", negated: false, values: [null] }];
    const places = await answer({ ...usage, by: [...PLACE], filters: untagged });
    const notUsage: CostQuery["filters"] = [...untagged, { dimension: "kind", negated: true, values: ["usage"] }];
    const kinds = await answer({ select, by: ["kind"], filters: notUsage });
    const unreached = await answer({ select, by: [...PLACE], filters: notUsage });
    const left =
      ctx.scope.length > 0
        ? null
        : await answer({ select, by: ["team", ...PLACE], filters: untagged, allocated: true });
    const from = addDays(weekStart(addDays(period.to, -1)), -7 * (CHART_WEEKS - 1));
    const weeks = await answer({
      select: { by: "days", from, to: period.to },
      without: [...EXCLUDABLE_KINDS],
      by: ["team"],
      per: "week",
    });
    return {
      period,
      scope: describeFilter(ctx.scope),
      coverage: TAG_ALIASES.flatMap((tag) => coverageOf(tag, byTag.get(tag))),
      places: dearestFirst(places.rows, ({ amount, currency }) => money(amount, currency ?? ""), worth)
        .filter(({ amount }) => parseAtoms(amount) > 0n)
        .slice(0, PLACES_MAX)
        .map((row) => placeOf(row, directory, ctx)),
      owners: ownersOf(
        { usage: places.rows, unreached: unreached.rows, left: left?.rows ?? null },
        (row) => placeOf(row, directory, ctx),
        worth,
      ),
      unallocatable: kinds.rows.flatMap(({ key, amount, currency }) =>
        parseAtoms(amount) === 0n ? [] : [{ kind: key["kind"] ?? "other", amount, currency: currency ?? "" }],
      ),
      values: TAG_ALIASES.flatMap((tag) => valuesOf(tag, byTag.get(tag))),
      keys:
        keys === null
          ? null
          : nearMisses(keys.map((text) => ({ text, atoms: configured.has(text) ? 1n : 0n }))).map(
              ({ keep, others }) => ({ keep, others }),
            ),
      weeks,
      question: places.receipt.question,
    };
  });
}

function coverageOf(tag: TagAlias, answer: CostAnswer | undefined): Coverage[] {
  return (answer?.total ?? []).map(({ amount, currency, previous = "0" }) => {
    const row = answer?.rows.find((one) => one.currency === currency && one.other !== true && one.key[tag] === null);
    const untagged = parseAtoms(row?.amount ?? "0");
    const usage = parseAtoms(amount);
    const usageBefore = parseAtoms(previous);
    return {
      tag,
      currency,
      usage: amount,
      untagged: atomsToDecimal(untagged),
      share: ratioText(usage - untagged, usage),
      before: ratioText(usageBefore - parseAtoms(row?.previous ?? "0"), usageBefore),
    };
  });
}

function placeOf(row: CostRow, directory: readonly Owner[], ctx: Context): UntaggedPlace {
  const { "sub-account": account = null, service = null } = row.key;
  const at: Condition[] = [
    { dimension: "sub-account", negated: false, values: [account] },
    { dimension: "service", negated: false, values: [service] },
    { dimension: "team", negated: false, values: [null] },
  ];
  const fitting =
    row.other === true ? [] : directory.filter((owner) => isScopeWithin([...ctx.scope, ...at], owner.scope));
  const [owner = null] = fitting.toSorted((a, b) => b.scope.length - a.scope.length);
  const accountName = row.names?.["sub-account"] ?? null;
  return { account, accountName, service, owner, amount: row.amount, currency: row.currency ?? "" };
}

type Sums = { untagged: bigint; unallocatable: bigint; left: bigint };
type OwnerSums = Sums & { readonly owner: Owner | null; readonly currency: string; places: UntaggedPlace[] };

/** Costs of places, summed by whose they are. `left`: what no team bears after the allocation rules; null = not known. */
function ownersOf(
  costs: {
    readonly usage: readonly CostRow[];
    readonly unreached: readonly CostRow[];
    readonly left: readonly CostRow[] | null;
  },
  placeFor: (row: CostRow) => UntaggedPlace,
  worth: CurrencyWorth,
): OwnerShare[] {
  const groups = new Map<string, OwnerSums>();
  const put = (rows: readonly CostRow[], part: keyof Sums, isPlace: boolean): void => {
    for (const row of rows) {
      const place = placeFor(row);
      const { owner, currency } = place;
      const name = JSON.stringify([owner?.person?.id ?? null, owner?.channel ?? null, currency]);
      const group = groups.get(name) ?? { owner, currency, untagged: 0n, unallocatable: 0n, left: 0n, places: [] };
      groups.set(name, group);
      group[part] += parseAtoms(row.amount);
      if (isPlace && parseAtoms(row.amount) > 0n) group.places.push(place);
    }
  };
  put(costs.usage, "untagged", true);
  put(costs.unreached, "unallocatable", false);
  put(costs.left ?? [...costs.usage, ...costs.unreached], "left", false);
  return dearestFirst([...groups.values()], ({ left, currency }) => ({ atoms: left, currency }), worth)
    .filter(({ untagged, unallocatable, left }) => untagged !== 0n || unallocatable !== 0n || left !== 0n)
    .map(({ owner, currency, untagged, unallocatable, left, places }) => ({
      owner,
      currency,
      untagged: atomsToDecimal(untagged),
      unallocatable: atomsToDecimal(unallocatable),
      spread: costs.left === null ? null : atomsToDecimal(untagged + unallocatable - left),
      unallocated: atomsToDecimal(left),
      places: places.slice(0, OWNER_PLACES_MAX),
    }));
}

function valuesOf(tag: TagAlias, answer: CostAnswer | undefined): Hygiene["values"] {
  return (answer?.total ?? []).flatMap(({ currency }) => {
    const rows = answer?.rows.filter((row) => row.currency === currency && row.other !== true) ?? [];
    const spellings = rows.flatMap((row) => {
      const text = row.key[tag];
      return text === null || text === undefined ? [] : [{ text, atoms: parseAtoms(row.amount) }];
    });
    return nearMisses(spellings).map(({ keep, others, atoms }) => ({
      tag,
      keep,
      others,
      amount: atomsToDecimal(atoms),
      currency,
    }));
  });
}
