import { ratioText } from "../../analysis/ratio-text.ts";
import type { CostRow } from "../../domain/contract.ts";
import type { DigestAnswer } from "../../domain/contract-operations.ts";
import { formatMoney, money, parseAtoms } from "../../domain/money.ts";
import { addDays, day, type Period } from "../../domain/period.ts";
import type { Block, Card, RichText } from "../card.ts";
import { periodWords } from "./cost-words.ts";
import { savingLine } from "./digest-card.ts";
import { againstWords, amounts, changeWords, percent, periodName, placeOf } from "./digest-words.ts";
import { shortInstant } from "./status-card.ts";

/** Rows of a table in a thread: what fits every surface; all are in the file beside it. */
const ROWS_SHOWN = 15;

/** What belongs under a digest: everything that moved, everything that could be saved, and the bills behind it. */
export function digestReplies(digest: DigestAnswer): readonly { readonly name: string; readonly card: Card }[] {
  return [
    { name: "changes", card: changesCard(digest) },
    ...(digest.savings.findings === 0 ? [] : [{ name: "savings", card: savingsCard(digest) }]),
    { name: "bills", card: billsCard(digest) },
  ];
}

function changesCard(digest: DigestAnswer): Card {
  const change = changeWords(digest.usage.total);
  return {
    title: "All that changed",
    summary: `Usage by service, ${periodName(digest)} against ${againstWords(digest)}: ${change ?? "nothing on either side"}.`,
    tone: "neutral",
    blocks: [...serviceTables(digest), ...movesOf(digest)],
    actions: [{ kind: "button", label: "Ask it again", style: "plain", command: digest.questions.change }],
    footer: ["Usage alone: tax, credits, refunds, corrections, adjustments and purchases are left out on both sides."],
  };
}

function serviceTables({ services, usage }: DigestAnswer): Block[] {
  return usage.total.map((line): Block => {
    const rows = services.filter(({ currency }) => currency === line.currency);
    const shown = rows.filter((row) => row.other !== true).slice(0, ROWS_SHOWN);
    const rest = rows.filter((row) => !shown.includes(row));
    const cells = (what: string, now: bigint, before: bigint): RichText[] => [
      what,
      formatMoney({ atoms: now, currency: line.currency }),
      formatMoney({ atoms: now - before, currency: line.currency }, { sign: true }),
      now === before ? "" : percent(ratioText(now - before, before < 0n ? -before : before)),
    ];
    const sum = (list: readonly CostRow[], of: (row: CostRow) => string | undefined): bigint =>
      list.reduce((atoms, row) => atoms + parseAtoms(of(row) ?? "0"), 0n);
    const count = rest.reduce((total, row) => total + (row.count ?? 1), 0);
    return {
      kind: "table",
      ...(usage.total.length === 1 ? {} : { caption: line.currency }),
      columns: [
        { header: "Service", align: "left" },
        { header: "Usage", align: "right" },
        { header: "Change", align: "right" },
        { header: "%", align: "right" },
      ],
      rows: [
        ...shown.map((row) =>
          cells(row.key["service"] ?? "no service", parseAtoms(row.amount), parseAtoms(row.previous ?? "0")),
        ),
        ...(rest.length === 0
          ? []
          : [
              cells(
                `Other (${count})`,
                sum(rest, (row) => row.amount),
                sum(rest, (row) => row.previous),
              ),
            ]),
      ],
      totals: cells("Total", parseAtoms(line.amount), parseAtoms(line.previous)),
    };
  });
}

function movesOf({ moves }: DigestAnswer): Block[] {
  if (moves.length === 0) return [];
  const items = moves.map((move): RichText => [
    { kind: "strong", text: `${formatMoney(money(move.change, move.currency), { sign: true })} ` },
    { kind: "text", text: move.rest === true ? "everything else" : placeOf(move).join(" · ") },
  ]);
  return [{ kind: "list", caption: "What moved it, up and down", items }];
}

function savingsCard({ savings }: DigestAnswer): Card {
  const more = savings.findings - savings.top.length;
  const total = savings.total.length === 0 ? "an unknown amount" : amounts(savings.total);
  return {
    title: "All that could be saved",
    summary: `${savings.findings} ${savings.findings === 1 ? "finding" : "findings"} the bills prove and nobody has decided, ${total} a month.`,
    tone: "neutral",
    blocks: [{ kind: "list", items: savings.top.map(savingLine) }],
    actions: [
      { kind: "button", label: "With the arithmetic", style: "plain", command: "waste" },
      { kind: "button", label: "Decide", style: "plain", command: "recs list" },
    ],
    footer: more > 0 ? [`And ${more} smaller ones: waste`] : [],
  };
}

function billsCard(digest: DigestAnswer): Card {
  const { deliveries, sources, questions, usage } = digest;
  const arrived =
    deliveries === null
      ? ""
      : ` ${deliveries.length} ${deliveries.length === 1 ? "delivery" : "deliveries"} since the digest before.`;
  const restated = (deliveries ?? []).filter(({ restated }) => restated.length > 0).length;
  return {
    title: "The bills behind it",
    summary: `Complete through ${digest.dataThrough}.${arrived}${restated === 0 ? "" : ` ${restated} changed what was known before.`}`,
    tone: "neutral",
    blocks: [
      {
        kind: "table",
        columns: [
          { header: "Source", align: "left" },
          { header: "Complete through", align: "left" },
        ],
        rows: sources.map(({ source, through, stale }) => [
          source,
          `${through ?? "no day"}${stale ? " (nothing new)" : ""}`,
        ]),
      },
      ...deliveriesOf(deliveries ?? []),
      { kind: "list", caption: "How it is counted", items: methodOf(digest) },
      {
        kind: "list",
        caption: "The same figures, asked",
        items: [questions.total, questions.change].map((text): RichText => [{ kind: "code", text }]),
      },
    ],
    actions: [],
    footer: [`Compared with ${periodWords(usage.against as Period)}.`, ...digest.notes],
  };
}

function deliveriesOf(deliveries: NonNullable<DigestAnswer["deliveries"]>): Block[] {
  if (deliveries.length === 0) return [];
  return [
    {
      kind: "table",
      caption: "Arrived",
      columns: [
        { header: "Source", align: "left" },
        { header: "Month", align: "left" },
        { header: "When (UTC)", align: "left" },
        { header: "Rows", align: "right" },
        { header: "Restated by", align: "right" },
      ],
      rows: deliveries
        .slice(0, ROWS_SHOWN)
        .map(({ source, month, at, rows, rejects, restated }) => [
          source,
          month,
          shortInstant(at),
          `${rows.toLocaleString("en-US")}${rejects === 0 ? "" : ` (${rejects} refused)`}`,
          restated.length === 0
            ? "–"
            : restated.map(({ amount, currency }) => formatMoney(money(amount, currency), { sign: true })).join(", "),
        ]),
    },
  ];
}

function methodOf({ period, whole, provisional, cycle }: DigestAnswer): RichText[] {
  const last = addDays(day(period.to), -1);
  return [
    "Effective (amortised) cost by the UTC day a charge belongs to.",
    "The total is everything of those days; its change and what rose are on usage alone, so that the 1st of a month does not look like a jump.",
    ...(whole === null
      ? []
      : [`The ${cycle} runs to ${addDays(day(whole.to), -1)}; complete bills reach ${last}, so both sides end there.`]),
    ...(provisional ? ["The clouds may still restate this month: the posted digest is edited then, and says so."] : []),
  ];
}
