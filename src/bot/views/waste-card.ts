import type { Finding, WasteAnswer } from "../../domain/contract.ts";
import { formatMoney, money, scale } from "../../domain/money.ts";
import { addDays, day } from "../../domain/period.ts";
import type { Block, Card, RichText } from "../card.ts";

/** Findings a card lists; the rest is counted, and all are in `--json`. */
const FINDINGS_MAX = 10;
const MONTHS_A_YEAR = 12n;
const CONFIDENCE: Readonly<Record<Finding["confidence"], string>> = {
  A: "A, proven",
  B: "B, verify",
  C: "C, trend",
};

/** What is wasted: total first, then the dearest findings, then what order in the bills would help with. */
export function wasteCard(answer: WasteAnswer): Card {
  if (answer.period === null) return noBillsCard();
  if (answer.findings.length === 0) return nothingFoundCard(answer);
  const shown = answer.findings.slice(0, FINDINGS_MAX);
  const unknown = answer.findings.filter(({ saving }) => saving === null).length;
  const count = answer.findings.length;
  return {
    title: `Waste: ${count} ${count === 1 ? "finding" : "findings"}`,
    summary: `${count === 1 ? "One resource" : `${count} findings`} could save ${totalText(answer, 1n)} a month, ${totalText(answer, MONTHS_A_YEAR)} a year. ${provenText(answer)}`,
    tone: "warning",
    blocks: [totalsBlock(answer, unknown), findingsTable(shown, count), ...hygieneBlocks(answer)],
    actions: shown.slice(0, 3).map((finding, index) => ({
      label: `Show ${nameOf(finding)}`,
      style: index === 0 ? "primary" : "plain",
      command: `waste ${finding.id}`,
    })),
    footer: footerOf(answer),
  };
}

function totalText(answer: WasteAnswer, months: bigint): string {
  const totals = answer.total.map(({ amount, currency }) => formatMoney(scale(money(amount, currency), months, 1n)));
  return totals.length === 0 ? "an unknown amount" : totals.join(" and ");
}

function provenText(answer: WasteAnswer): string {
  return answer.findings.every(({ confidence }) => confidence === "A")
    ? "Each is proven by the bill alone."
    : "Some are to be verified first.";
}

function totalsBlock(answer: WasteAnswer, unknown: number): Block {
  const facts: { label: string; value: RichText }[] = answer.total.flatMap(({ amount, currency }) => [
    { label: "Saving a month", value: [{ kind: "strong", text: formatMoney(money(amount, currency)) }] },
    { label: "Saving a year", value: formatMoney(scale(money(amount, currency), MONTHS_A_YEAR, 1n)) },
  ]);
  if (unknown > 0)
    facts.push({ label: "Saving unknown, not counted", value: `${unknown} of ${answer.findings.length}` });
  return { kind: "facts", facts };
}

function findingsTable(shown: readonly Finding[], count: number): Block {
  return {
    kind: "table",
    caption: count > shown.length ? `The ${shown.length} dearest of ${count}` : "Findings",
    columns: [
      { header: "What", align: "left" },
      { header: "Where", align: "left" },
      { header: "Saving a month", align: "right" },
      { header: "Confidence", align: "left" },
    ],
    rows: shown.map((finding) => [
      finding.title,
      whereOf(finding),
      savingText(finding),
      CONFIDENCE[finding.confidence],
    ]),
  };
}

/** "unknown" where no price is known: never zero. */
export function savingText(finding: Finding): string {
  return finding.saving === null ? "unknown" : formatMoney(money(finding.saving.amount, finding.saving.currency));
}

/** Name, account and region of a finding, as far as the bill tells them. */
export function whereOf(finding: Finding): string {
  return [nameOf(finding), finding.account ?? finding.provider, finding.region]
    .filter((part) => part !== null)
    .join(" · ");
}

/** What people call it: its name, else the last part of its id. */
export function nameOf(finding: Finding): string {
  return finding.name ?? finding.resource.split(/[/:]/).findLast((part) => part !== "") ?? finding.resource;
}

function hygieneBlocks(answer: WasteAnswer): readonly Block[] {
  const blocks: Block[] = [];
  if (answer.hygiene.length > 0) {
    blocks.push({ kind: "list", caption: "Hygiene of the bills", items: answer.hygiene.map(({ note }) => note) });
  }
  if (answer.heldBack.length > 0) {
    const parts = answer.heldBack.map(({ reason, count }) => `${count} ${reason}`);
    blocks.push({ kind: "note", tone: "neutral", text: `Looked like waste and left alone: ${parts.join("; ")}.` });
  }
  return blocks;
}

function footerOf(answer: WasteAnswer): readonly string[] {
  const period = answer.period;
  const days = period === null ? [] : [`Bills from ${period.from} to ${addDays(day(period.to), -1)}`];
  return [
    [...days, `scope: ${answer.scope}`].join(", "),
    ...oldSources(answer),
    "Saving = 30.4 × average daily effective cost of the last 14 days × what the change saves; nothing is counted twice.",
    "Only what bills alone can prove: idle machines and unattached disks need inventory and metrics.",
  ];
}

/** Sources without new bills: what they show may be over. */
function oldSources(answer: WasteAnswer): readonly string[] {
  const old = answer.sources.filter(({ stale }) => stale);
  if (old.length === 0) return [];
  return [
    `No new bills for long: ${old.map(({ source, through }) => `${source} (since ${through ?? "ever"})`).join(", ")}`,
  ];
}

function nothingFoundCard(answer: WasteAnswer): Card {
  return {
    title: "Waste: nothing found",
    summary: `Nothing in the bills ${answer.scope === "everything" ? "" : `(${answer.scope}) `}is proven to be waste.`,
    tone: "good",
    blocks: hygieneBlocks(answer),
    actions: [{ label: "Cost by service", style: "plain", command: "cost this month by service" }],
    footer: [...footerOf(answer), "Most rules need 7 to 30 days of bills in a row before they judge anything."],
  };
}

function noBillsCard(): Card {
  return {
    title: "Waste: no bills yet",
    summary: "There are no bills to look at. Load some with: finops ingest PATH",
    tone: "neutral",
    blocks: [],
    actions: [],
    footer: [],
  };
}
