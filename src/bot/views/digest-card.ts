import type { ChartView } from "../../charts/chart-view.ts";
import { describeChart } from "../../charts/describe-chart.ts";
import type { Finding } from "../../domain/contract.ts";
import type { DigestAnswer } from "../../domain/contract-operations.ts";
import type { DigestCycle } from "../../domain/report.ts";
import { formatMoney, money, parseAtoms } from "../../domain/money.ts";
import { addDays, day, type Period } from "../../domain/period.ts";
import type { Action, Block, Card, RichText } from "../card.ts";
import { isMost, MONTHS } from "./cost-words.ts";
import { nextStep } from "./digest-next.ts";
import {
  againstWords,
  amounts,
  changeWords,
  comparedWords,
  isCompared,
  mainRiser,
  periodName,
  placeOf,
  reasonWords,
  STEADY,
} from "./digest-words.ts";

/** A rise of usage from which the card asks for attention. */
const NOTABLE_RISE = 0.2;
/** Findings named on the card; all are in the thread. */
const SAVINGS_SHOWN = 3;

export type DigestOptions = {
  /** When a missed run should have been, in words; null = in time. */
  readonly lateSince: string | null;
  /** The schedule that posts it, for switching it off; null = somebody asked. */
  readonly schedule: string | null;
  /** What it says of having been restated (digest-restated-card.ts); absent = it stands as posted. */
  readonly restated?: string;
};

const ASKED: DigestOptions = { lateSince: null, schedule: null };

/** The digest as a card: what it cost, whether that is usual, why, and what to do next. Thirty seconds, one screen. */
export function digestCard(digest: DigestAnswer, options: DigestOptions = ASKED): Card {
  const name = periodName(digest);
  const scope = digest.scope === "everything" ? "" : ` · ${digest.scope}`;
  return {
    title: `${name.charAt(0).toUpperCase()}${name.slice(1)}${scope}`,
    summary: headline(digest),
    tone: rises(digest) || outdated(digest) ? "warning" : "neutral",
    blocks: [
      ...outdatedNote(digest),
      ...chartOf(digest),
      ...risersOf(digest),
      ...savingsOf(digest),
      ...budgetsOf(digest),
      figuresOf(digest),
    ],
    actions: actionsOf(digest, options),
    ...statusOf(options),
    footer: footerOf(digest),
  };
}

function statusOf({ lateSince, restated }: DigestOptions): { readonly status?: string } {
  const parts = [
    ...(restated === undefined ? [] : [restated]),
    ...(lateSince === null ? [] : [`Late: was due ${lateSince}`]),
  ];
  return parts.length === 0 ? {} : { status: parts.join(" · ") };
}

/** Read alone, in a notification or on a phone: total, direction, cause, and what to do next. */
function headline(digest: DigestAnswer): string {
  const change = changeWords(digest.usage.total);
  const when =
    digest.cycle === "day"
      ? `on ${periodName(digest)}`
      : `in ${digest.cycle === "week" ? "the " : ""}${periodName(digest)}`;
  const cut =
    digest.whole === null
      ? ""
      : ` (through ${Number(digest.day.slice(8))} ${MONTHS[Number(digest.day.slice(5, 7)) - 1]})`;
  const usage = change === null ? "" : ` Usage ${change} on ${againstWords(digest)}${causeOf(digest)}.`;
  return `${amounts(digest.total)} ${when}${cut}.${usage} ${nextStep(digest).text}`;
}

/** What moved usage most, the way it went and in the currency named first; where it stood still there is no reason. */
function causeOf(digest: DigestAnswer): string {
  const moved = digest.usage.total.find(({ change }) => Math.abs(Number(change.ratio ?? 1)) >= STEADY);
  if (moved === undefined) return "";
  const { currency } = moved;
  const rose = parseAtoms(moved.change.amount) > 0n;
  const cause = rose ? mainRiser(digest) : largestFall(digest, currency);
  if (cause === undefined) return "";
  const atoms = parseAtoms(cause.change);
  const much = formatMoney({ atoms: rose ? atoms : -atoms, currency: cause.currency });
  const most = isMost(cause.change, moved.change.amount) ? "mostly" : "most of all";
  return `, ${most} ${placeOf(cause)[0] ?? "untagged"}, ${much} ${rose ? "more" : "less"}`;
}

function largestFall({ moves }: DigestAnswer, currency: string): DigestAnswer["moves"][number] | undefined {
  const [fall] = moves
    .filter((move) => move.rest !== true && move.currency === currency && parseAtoms(move.change) < 0n)
    .toSorted((a, b) => (parseAtoms(a.change) < parseAtoms(b.change) ? -1 : 1));
  return fall;
}

/** What the headline leaves out: longer spans, and what is not usage, on one line apart. */
function figuresOf(digest: DigestAnswer): Block {
  const apart = digest.apart.map(({ kind, amount, currency }) => `${kind} ${formatMoney(money(amount, currency))}`);
  const spans = digest.soFar.map(({ unit, name, period, total }) => ({
    label: `${unit === "month" ? MONTHS[Number(period.from.slice(5, 7)) - 1] : name} so far${isCompared(total) ? ", on the same days before" : ""}`,
    value: comparedWords(total),
  }));
  const inIt = apart.length === 0 ? [] : [{ label: `In the total, not usage`, value: apart.join(", ") }];
  return { kind: "facts", facts: [...spans, ...inIt] };
}

function actionsOf(digest: DigestAnswer, { schedule }: DigestOptions): Action[] {
  const next = nextStep(digest);
  const why = { label: "What changed", command: whyCommand(digest) };
  const rest = [why, { label: "All waste", command: "waste" }].filter(({ command }) => command !== next.command);
  const buttons = rest
    .filter(({ label }) => label !== "All waste" || digest.savings.findings > 0)
    .map(({ label, command }): Action => ({ kind: "button", label, style: "plain", command }));
  const first: Action[] =
    next.command === null ? [] : [{ kind: "button", label: next.label, style: "primary", command: next.command }];
  const close: Action[] =
    digest.cycle === "month"
      ? [{ kind: "button", label: "Invoices", style: "plain", command: `digest close ${digest.day.slice(0, 7)}` }]
      : [];
  return [...first, ...close, ...buttons, menuOf(digest.cycle, schedule)];
}

/** Where a digest is changed: in one click from the card itself. */
function menuOf(cycle: DigestCycle, schedule: string | null): Action {
  const others = (["day", "week", "month"] as const).filter((one) => one !== cycle);
  const words = { day: "daily", week: "weekly", month: "monthly" } as const;
  return {
    kind: "select",
    label: "Digests",
    options: [
      ...others.map((one) => ({ label: `Show the ${words[one]} one`, command: `digest now ${words[one]}` })),
      { label: "All digests", command: "digest list" },
      ...(schedule === null ? [] : [{ label: "Switch this one off", command: `digest off ${schedule}` }]),
    ],
  };
}

/** The question the change is answered by. */
function whyCommand({ period: { from, to }, usage: { against } }: DigestAnswer): string {
  return `cost ${from}..${to} by service vs ${against.from}..${against.to} without ${WITHOUT}`;
}
const WITHOUT = "tax,credits,refunds,corrections,adjustments,purchases";

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

const SPAN: Readonly<Record<DigestCycle, { words: string; grain: "day" | "week" | "month" }>> = {
  day: { words: "last 30 days", grain: "day" },
  week: { words: "by week", grain: "week" },
  month: { words: "by month", grain: "month" },
};
/** What no service is used for, as one series of the picture. */
const APART = "Fees, tax, credits";

/** Cost by service over time, in the currency that weighs most; what is no usage is a series of its own. */
function chartOf(digest: DigestAnswer): Block[] {
  const { chart, chartApart, cycle } = digest;
  const currency = chart.total[0]?.currency;
  if (currency === undefined) return [];
  const points = [...chart.rows, ...chartApart.rows].flatMap((row) => {
    if (row.currency !== currency || row.period === undefined) return [];
    const usage = "service" in row.key;
    const series = row.other === true ? "Other" : usage ? (row.key["service"] ?? "no service") : APART;
    return [{ start: day(row.period.from), series, amount: row.amount }];
  });
  if (points.length === 0) return [];
  const after = addDays(day(digest.day), 1);
  const provisional = points.some((point) => point.start >= after);
  const { words, grain } = SPAN[cycle];
  const view: ChartView = {
    kind: "cost-over-time",
    title: `Cost by service, ${words}`,
    subtitle: `Effective cost a ${grain}, ${currency}, UTC`,
    currency,
    grain,
    form: "bar",
    points,
    provisionalFrom: provisional ? after : null,
  };
  return [{ kind: "chart", chart: view, alt: describeChart(view) }];
}

function risersOf({ risers, period }: DigestAnswer): Block[] {
  if (risers.length === 0) return [];
  const items = risers.map((riser): RichText => {
    const why = riser.reason === null ? "" : reasonWords(riser.reason, period as Period);
    return [
      { kind: "strong", text: `${formatMoney(money(riser.change, riser.currency), { sign: true })} ` },
      { kind: "text", text: `${placeOf(riser).join(" · ")}${why === "" ? "" : `: ${why}`}` },
    ];
  });
  return [{ kind: "list", caption: "What rose, and why", items }];
}

function savingsOf({ savings }: DigestAnswer): Block[] {
  if (savings.findings === 0) return [];
  const total = savings.total.length === 0 ? "an unknown amount" : amounts(savings.total);
  const count = `${savings.findings} ${savings.findings === 1 ? "finding" : "findings"}`;
  const decided = savings.decided === 0 ? "" : `, ${savings.decided} more decided`;
  const caption = `Could save ${total} a month (${count}${decided})`;
  return [{ kind: "list", caption, items: savings.top.slice(0, SAVINGS_SHOWN).map(savingLine) }];
}

export function savingLine({ saving, title, name, resource }: Finding): RichText {
  const amount = saving === null ? "unknown" : formatMoney(money(saving.amount, saving.currency));
  return [
    { kind: "strong", text: `${amount} ` },
    { kind: "text", text: `${title}: ${name ?? resource}` },
  ];
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

function footerOf(digest: DigestAnswer): string[] {
  const sources = digest.sources.map(
    ({ source, through, stale }) => `${source} ${through ?? "no day"}${stale ? " (stale)" : ""}`,
  );
  return [
    `Effective cost of complete UTC billing days, complete through ${digest.dataThrough}.`,
    ...(sources.length > 1 ? [`By source: ${sources.join(", ")}.`] : []),
    ...(digest.provisional ? ["Provisional: the clouds may still restate this month."] : []),
    ...digest.notes,
  ];
}
