import type { Finding, WasteAnswer } from "../../domain/contract.ts";
import { formatMoney, money, scale } from "../../domain/money.ts";
import { addDays, day } from "../../domain/period.ts";
import type { Block, Card, RichText } from "../card.ts";
import { CONFIDENCE_WORDS } from "./waste-words.ts";

/** Findings a section lists; the rest is counted, and all are in `--json`. */
const FINDINGS_MAX = 10;
const HINTS_MAX = 5;
const MONTHS_A_YEAR = 12n;

type Section = {
  readonly findings: readonly Finding[];
  readonly total: WasteAnswer["total"];
  readonly caption: string;
  readonly max: number;
};

/** What is wasted: what is proven first, then what is to be verified, then trends, each with a total of its own. */
export function wasteCard(answer: WasteAnswer): Card {
  if (answer.period === null) return noBillsCard();
  if (answer.findings.length === 0) return nothingFoundCard(answer);
  const [proven, hints, trends] = sectionsOf(answer);
  const shown = [...proven.findings, ...hints.findings].slice(0, 3);
  return {
    title: `Waste: ${countText(proven.findings.length, "finding")}${proven.findings.length === 0 ? " proven" : ""}`,
    summary: [provenSummary(proven), hintsSummary(hints), trendsSummary(trends)]
      .filter((text) => text !== "")
      .join(" "),
    tone: proven.findings.length > 0 ? "warning" : "neutral",
    blocks: [...provenBlocks(proven), ...hintBlocks(hints), ...trendBlocks(trends), ...hygieneBlocks(answer)],
    actions: shown.map((finding, index) => ({
      kind: "button",
      label: `Show ${nameOf(finding)}`,
      style: index === 0 ? "primary" : "plain",
      command: `waste ${finding.id}`,
    })),
    footer: footerOf(answer),
  };
}

function sectionsOf(answer: WasteAnswer): readonly [Section, Section, Section] {
  const sure = (confidence: Finding["confidence"]): readonly Finding[] =>
    answer.findings.filter((finding) => finding.confidence === confidence);
  return [
    { findings: sure("A"), total: answer.total, caption: "Proven", max: FINDINGS_MAX },
    { findings: sure("B"), total: answer.totalToVerify, caption: "To verify", max: HINTS_MAX },
    { findings: sure("C"), total: answer.totalTrends, caption: "Trends", max: HINTS_MAX },
  ];
}

function provenSummary({ findings, total }: Section): string {
  if (findings.length === 0) return "Nothing is proven to be waste.";
  const who = findings.length === 1 ? "One resource" : `${findings.length} findings`;
  return `${who} could save ${totalText(total, 1n)} a month, ${totalText(total, MONTHS_A_YEAR)} a year. Each is proven by the bill alone.`;
}

function hintsSummary({ findings, total }: Section): string {
  if (findings.length === 0) return "";
  return `To verify, not counted: ${countText(findings.length, "hint")}${total.length === 0 ? "" : `, ${totalText(total, 1n)} a month`}.`;
}

function trendsSummary({ findings }: Section): string {
  return findings.length === 0 ? "" : `${countText(findings.length, "trend")} to look at.`;
}

function countText(count: number, word: string): string {
  return `${count} ${count === 1 ? word : `${word}s`}`;
}

function totalText(total: WasteAnswer["total"], months: bigint): string {
  const totals = total.map(({ amount, currency }) => formatMoney(scale(money(amount, currency), months, 1n)));
  return totals.length === 0 ? "an unknown amount" : totals.join(" and ");
}

function provenBlocks(section: Section): readonly Block[] {
  const { findings, total } = section;
  if (findings.length === 0) return [];
  const unknown = findings.filter(({ saving }) => saving === null).length;
  const facts: { label: string; value: RichText }[] = total.flatMap(({ amount, currency }) => [
    { label: "Saving a month", value: [{ kind: "strong", text: formatMoney(money(amount, currency)) }] },
    { label: "Saving a year", value: formatMoney(scale(money(amount, currency), MONTHS_A_YEAR, 1n)) },
  ]);
  if (unknown > 0) facts.push({ label: "Saving unknown, not counted", value: `${unknown} of ${findings.length}` });
  return [{ kind: "facts", facts }, findingsTable(section, "Saving a month")];
}

function hintBlocks(section: Section): readonly Block[] {
  if (section.findings.length === 0) return [];
  return [
    findingsTable(section, "If so, a month"),
    {
      kind: "note",
      tone: "neutral",
      text: `To verify: ${section.total.length === 0 ? "no amount is known" : `${totalText(section.total, 1n)} a month`}, in no other total. Each finding says what would prove it.`,
    },
  ];
}

function trendBlocks(section: Section): readonly Block[] {
  if (section.findings.length === 0) return [];
  const items = section.findings.slice(0, section.max).map((finding) => {
    const evidence = finding.evidence.map(({ fact, value }) => `${fact} ${value}`).join(", ");
    return `${finding.title} (${whereOf(finding)}): ${evidence}${finding.saving === null ? "" : `; perhaps ${savingText(finding)} a month`}`;
  });
  const total =
    section.total.length === 0 ? "" : `, perhaps ${totalText(section.total, 1n)} a month, in no other total`;
  return [{ kind: "list", caption: `${captionOf(section)}${total}`, items }];
}

function captionOf({ caption, findings, max }: Section): string {
  return findings.length > max ? `${caption}: the ${max} dearest of ${findings.length}` : caption;
}

function findingsTable(section: Section, amount: string): Block {
  return {
    kind: "table",
    caption: captionOf(section),
    columns: [
      { header: "What", align: "left" },
      { header: "Where", align: "left" },
      { header: amount, align: "right" },
      { header: "Confidence", align: "left" },
    ],
    rows: section.findings
      .slice(0, section.max)
      .map((finding) => [finding.title, whereOf(finding), savingText(finding), CONFIDENCE_WORDS[finding.confidence]]),
  };
}

/** "unknown" where no price is known: never zero. */
export function savingText(finding: Finding): string {
  return finding.saving === null ? "unknown" : formatMoney(money(finding.saving.amount, finding.saving.currency));
}

/** Name, account and region of a finding, as far as the bill tells them. */
export function whereOf(finding: Finding): string {
  return joined([nameOf(finding), finding.account ?? finding.provider, finding.region]);
}

/** The same beside its name: account and region. */
export function accountAndRegionOf(finding: Finding): string {
  return joined([finding.account ?? finding.provider, finding.region]);
}

function joined(parts: readonly (string | null)[]): string {
  return [...new Set(parts.filter((part) => part !== null))].join(" · ");
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
    "Only what bills tell: whether a machine idles or a disk is attached needs inventory and metrics.",
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
    actions: [{ kind: "button", label: "Cost by service", style: "plain", command: "cost this month by service" }],
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
