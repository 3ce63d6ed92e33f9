import type { IngestAnswer, IngestBatchAnswer } from "../../domain/contract.ts";
import { add, formatMoney, money, zero, type Money } from "../../domain/money.ts";
import type { Block, Card, Tone } from "../card.ts";

const TONES: Readonly<Record<IngestBatchAnswer["status"], Tone>> = {
  stored: "good",
  replaced: "good",
  unchanged: "neutral",
  incomplete: "warning",
  held: "warning",
  refused: "bad",
};
const STATUS_WORDS: Readonly<Record<IngestBatchAnswer["status"], string>> = {
  stored: "stored",
  replaced: "replaced",
  unchanged: "unchanged",
  incomplete: "incomplete",
  held: "held",
  refused: "refused",
};
const TONE_ORDER: readonly Tone[] = ["bad", "warning", "good", "neutral"];
/** What ran through and counts, whatever its restatement. */
const COUNTED: readonly IngestBatchAnswer["status"][] = ["stored", "replaced", "incomplete"];

/** What an ingest did, for people: totals first, one line a delivery, what was refused and why. */
export function ingestCard(answer: IngestAnswer, options: { readonly dryRun?: boolean } = {}): Card {
  const { batches } = answer;
  const tone = TONE_ORDER.find((candidate) => batches.some((batch) => TONES[batch.status] === candidate)) ?? "neutral";
  const dry = options.dryRun === true;
  return {
    title: titleOf(tone, dry),
    summary: batches.length === 0 ? "No bill was found there." : summaryOf(batches, dry),
    tone,
    blocks: [...tableOf(batches), ...reasonsOf(batches)],
    actions: batches.some((batch) => COUNTED.includes(batch.status))
      ? [
          { kind: "button", label: "Cost this month", style: "primary", command: "cost this month by service" },
          { kind: "button", label: "Find waste", style: "plain", command: "waste" },
        ]
      : [],
    footer: footerOf(batches),
  };
}

function titleOf(tone: Tone, dry: boolean): string {
  if (dry) return "What would change";
  if (tone === "bad") return "Some bills were refused";
  if (tone === "warning") return "Bills loaded, something needs you";
  return tone === "good" ? "Bills loaded" : "Nothing new in these bills";
}

function summaryOf(batches: readonly IngestBatchAnswer[], dry: boolean): string {
  const counts = (Object.keys(STATUS_WORDS) as IngestBatchAnswer["status"][])
    .map((status) => ({ status, count: batches.filter((batch) => batch.status === status).length }))
    .filter(({ count }) => count > 0)
    .map(({ status, count }) => `${count} ${STATUS_WORDS[status]}`);
  const totals = totalsOf(batches).map((total) => formatMoney(total));
  const rows = sum(batches, (batch) => batch.rowsAccepted);
  const amount = totals.length === 0 ? "" : ` Billed ${totals.join(" and ")} in ${rows.toLocaleString("en-US")} rows.`;
  return `${dry ? "Dry run, nothing was changed: " : ""}${counts.join(", ")}.${amount}`;
}

function tableOf(batches: readonly IngestBatchAnswer[]): Block[] {
  if (batches.length === 0) return [];
  const totals = totalsOf(batches);
  return [
    {
      kind: "table",
      columns: [
        { header: "Source", align: "left" },
        { header: "Month", align: "left" },
        { header: "State", align: "left" },
        { header: "Rows", align: "right" },
        { header: "Rejects", align: "right" },
        { header: "Billed", align: "right" },
      ],
      rows: batches.map((batch) => [
        batch.source || batch.provider,
        batch.billingMonth ?? "–",
        [{ kind: "strong", text: STATUS_WORDS[batch.status] }],
        batch.rowsAccepted.toLocaleString("en-US"),
        batch.rejects.toLocaleString("en-US"),
        billedOf(batch),
      ]),
      ...(batches.length > 1 && totals.length > 0
        ? {
            totals: [
              "Total",
              "",
              "",
              sum(batches, (batch) => batch.rowsAccepted).toLocaleString("en-US"),
              sum(batches, (batch) => batch.rejects).toLocaleString("en-US"),
              totals.map((total) => formatMoney(total)).join(" + "),
            ],
          }
        : {}),
    },
  ];
}

/** What a person has to read: refusals, holds, restatements and notices, each with where. */
function reasonsOf(batches: readonly IngestBatchAnswer[]): Block[] {
  return batches.flatMap((batch): Block[] => {
    const where = [batch.source || batch.provider, batch.billingMonth].filter(Boolean).join(" ");
    const lines = [
      ...(batch.reason === undefined ? [] : [batch.reason]),
      ...(batch.notices ?? []),
      ...Object.entries(batch.restatedBy ?? {})
        .filter(([, restated]) => restated.billed !== "0")
        .map(([currency, restated]) => `Restated by ${formatMoney(money(restated.billed, currency), { sign: true })}.`),
    ];
    return lines.map((text) => ({
      kind: "note",
      tone: TONES[batch.status] === "good" ? "neutral" : TONES[batch.status],
      text: [
        { kind: "strong", text: `${where}: ` },
        { kind: "text", text },
      ],
    }));
  });
}

function footerOf(batches: readonly IngestBatchAnswer[]): string[] {
  const read = sum(batches, (batch) => batch.rowsRead);
  const accepted = sum(batches, (batch) => batch.rowsAccepted);
  const rejects = sum(batches, (batch) => batch.rejects);
  const ids = batches.flatMap((batch) => (batch.id === null || batch.status === "refused" ? [] : [batch.id]));
  const withRejects = batches.filter((batch) => batch.id !== null && batch.rejects > 0);
  return [
    `Rows read ${read} = accepted ${accepted} + rejected ${rejects}.`,
    ...(withRejects.length === 0
      ? []
      : [
          `${withRejects.map((batch) => `rejects ${batch.id ?? ""}`).join(", ")} shows the refused rows with their place.`,
        ]),
    ...(ids.length === 0 ? [] : [`Batches ${ids.join(", ")}; rollback BATCH restores what was there before.`]),
  ];
}

function billedOf(batch: IngestBatchAnswer): string {
  const amounts = Object.entries(batch.totals).map(([currency, total]) => formatMoney(money(total.billed, currency)));
  return amounts.length === 0 ? "–" : amounts.join(" + ");
}

function totalsOf(batches: readonly IngestBatchAnswer[]): Money[] {
  const totals = new Map<string, Money>();
  for (const batch of batches.filter(({ status }) => COUNTED.includes(status))) {
    for (const [currency, total] of Object.entries(batch.totals)) {
      totals.set(currency, add(totals.get(currency) ?? zero(currency), money(total.billed, currency)));
    }
  }
  return [...totals.values()];
}

function sum(batches: readonly IngestBatchAnswer[], count: (batch: IngestBatchAnswer) => number): number {
  return batches.reduce((total, batch) => total + count(batch), 0);
}
