import type { CloseAnswer } from "../../domain/contract-operations.ts";
import { KINDS } from "../../domain/kind.ts";
import { formatMoney, money, parseAtoms } from "../../domain/money.ts";
import { monthPeriod, type Month } from "../../domain/period.ts";
import { quoteValue } from "../../domain/question-text.ts";
import type { Action, Block, Card, RichText } from "../card.ts";
import { periodWords } from "./cost-words.ts";
import { amounts, type Amount } from "./digest-words.ts";

/** Rows of the table on a card; all are in `--json` and the questions it names. */
const INVOICES_SHOWN = 15;
const AMOUNT_MAX = 30;
const OPTIONS_MAX = 25;
const RESTATED_SHOWN = 5;

type Invoice = CloseAnswer["invoices"][number];

/** What a billing month came to, beside the invoices: total, what is final, and what changed since it was closed. */
export function closeCard(close: CloseAnswer): Card {
  const name = periodWords(monthPeriod(close.month as Month));
  return {
    title: `Close of ${name}${close.partial ? ` · ${close.scope}` : ""}`,
    summary: summaryOf(close, name),
    tone: restatedOf(close).length > 0 ? "warning" : close.accounts.every(({ final }) => final) ? "good" : "neutral",
    blocks: [
      ...restatedBlocks(close),
      invoiceTable(close),
      kindsTable(close),
      ...commitmentBlocks(close),
      ...accountBlocks(close),
    ],
    actions: actionsOf(close),
    ...(close.kept === null ? {} : { status: `Closed on ${close.kept.on}` }),
    footer: [
      "By invoice month (BillingPeriod). Billed is what the invoice says; effective spreads commitments over the days they are used.",
      ...(close.partial ? ["Only a part of the bills is seen here: it cannot be compared with an invoice."] : []),
    ],
  };
}

const restatedOf = ({ kept }: CloseAnswer) => kept?.restated ?? [];

function summaryOf(close: CloseAnswer, name: string): string {
  const count = close.invoices.filter(({ invoice }) => invoice !== null).length;
  const open = close.accounts.filter(({ final }) => !final).map(({ account }) => account);
  const invoiced = `${count} ${count === 1 ? "invoice" : "invoices"}`;
  const state =
    open.length === 0
      ? "All of it is final."
      : `${open.slice(0, 2).join(", ")}${open.length > 2 ? ` and ${open.length - 2} more` : ""} may still change.`;
  const restated = sumOf(restatedOf(close));
  const since = restated.length === 0 ? "" : ` Restated since it was closed: ${signed(restated)}.`;
  const same = close.total.every(({ billed, effective }) => billed === effective);
  const effective = same ? "effective the same" : `${amounts(totalsOf(close, "effective"))} effective`;
  return `${amounts(totalsOf(close, "billed"))} billed for ${name} on ${invoiced}, ${effective}. ${state}${since}`;
}

function totalsOf({ total }: CloseAnswer, metric: "billed" | "effective"): Amount[] {
  return total.map((line) => ({ amount: line[metric], currency: line.currency }));
}

function sumOf(list: readonly Amount[]): Amount[] {
  const sums = new Map<string, bigint>();
  for (const { amount, currency } of list) sums.set(currency, (sums.get(currency) ?? 0n) + parseAtoms(amount));
  return [...sums].map(([currency, atoms]) => ({ currency, amount: String(atoms) }));
}

function signed(sums: readonly Amount[]): string {
  return sums
    .map(({ amount, currency }) => formatMoney({ atoms: BigInt(amount), currency }, { sign: true }))
    .join(", ");
}

function restatedBlocks(close: CloseAnswer): Block[] {
  const own = restatedOf(close);
  const items = own.slice(0, RESTATED_SHOWN).map(({ invoice, account, amount, currency }): RichText => [
    { kind: "strong", text: `${formatMoney(money(amount, currency), { sign: true })} ` },
    { kind: "text", text: `${invoice ?? "not invoiced"}${account === null ? "" : ` · ${account}`}` },
  ]);
  const blocks: Block[] =
    own.length === 0
      ? []
      : [{ kind: "list", caption: `Changed since it was closed on ${close.kept?.on ?? ""}`, items }];
  const earlier = close.earlier.map(({ month, on, restated }): RichText => [
    { kind: "strong", text: `${periodWords(monthPeriod(month as Month))} ` },
    {
      kind: "text",
      text: `${restated.map(({ amount, currency }) => formatMoney(money(amount, currency), { sign: true })).join(", ")} since it was closed on ${on}`,
    },
  ]);
  if (earlier.length > 0) blocks.push({ kind: "list", caption: "Earlier months that changed", items: earlier });
  return blocks;
}

const STATE_WORDS: Readonly<Record<Invoice["state"], string>> = {
  final: "final",
  open: "may change",
  "not-invoiced": "not invoiced yet",
};

function invoiceTable({ invoices, total }: CloseAnswer): Block {
  const shown = invoices.slice(0, INVOICES_SHOWN);
  const rest = invoices.slice(INVOICES_SHOWN);
  const more: RichText[][] =
    rest.length === 0
      ? []
      : [
          [
            `and ${rest.length} more`,
            "",
            signed(sumOf(rest.map(({ billed, currency }) => ({ amount: billed, currency })))),
            "",
            "",
          ],
        ];
  return {
    kind: "table",
    columns: [
      { header: "Invoice", align: "left" },
      { header: "Account", align: "left" },
      { header: "Billed", align: "right" },
      { header: "Effective", align: "right" },
      { header: "State", align: "left" },
    ],
    rows: [
      ...shown.map((one): RichText[] => [
        one.invoice ?? "–",
        one.accountName ?? one.account ?? "–",
        [{ kind: "strong", text: cents(one.billed, one.currency) }],
        cents(one.effective, one.currency),
        STATE_WORDS[one.state],
      ]),
      ...more,
    ],
    totals: [
      "Total",
      "",
      total.map(({ billed, currency }) => cents(billed, currency)).join(" + "),
      total.map(({ effective, currency }) => cents(effective, currency)).join(" + "),
      "",
    ],
  };
}

/** To the cent, as an invoice says it. */
function cents(amount: string, currency = ""): string {
  const atoms = parseAtoms(amount);
  const text = roundedCents(atoms < 0n ? -atoms : atoms);
  return `${atoms < 0n ? "−" : ""}${text} ${currency}`.trimEnd();
}

const ATOMS_PER_CENT = 10n ** 16n;

function roundedCents(atoms: bigint): string {
  const whole = (atoms + ATOMS_PER_CENT / 2n) / ATOMS_PER_CENT;
  const units = (whole / 100n).toString().replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  return `${units}.${(whole % 100n).toString().padStart(2, "0")}`;
}

const KIND_WORDS: Readonly<Record<string, string>> = { purchases: "purchases (commitments, support)" };

function kindsTable({ total }: CloseAnswer): Block {
  const kinds = KINDS.filter((kind) => total.some(({ kinds: of }) => of[kind] !== undefined));
  return {
    kind: "table",
    caption: "What is in it, billed",
    columns: [
      { header: "Kind", align: "left" },
      ...total.map(({ currency }) => ({ header: currency, align: "right" as const })),
    ],
    rows: kinds.map((kind) => [
      KIND_WORDS[kind] ?? kind,
      ...total.map(({ kinds: of }) => (of[kind] === undefined ? "–" : cents(of[kind]))),
    ]),
    totals: ["Total", ...total.map(({ billed }) => cents(billed))],
  };
}

function commitmentBlocks({ commitments }: CloseAnswer): Block[] {
  if (commitments.length === 0) return [];
  const items = commitments.slice(0, RESTATED_SHOWN).map(({ commitment, amount, currency }): RichText => [
    { kind: "strong", text: `${cents(amount, currency)} ` },
    { kind: "text", text: commitment ?? "a commitment" },
  ]);
  return [{ kind: "list", caption: "Commitments bought: billed now, effective over their term", items }];
}

function accountBlocks({ accounts }: CloseAnswer): Block[] {
  const items = accounts.flatMap(({ account, provider, final, incomplete, rejects }): RichText[] => {
    const why = [
      ...(incomplete === null ? [] : [`incomplete: ${incomplete}`]),
      ...(rejects === null || rejects === 0 ? [] : [`${rejects} rows could not be read and are missing here`]),
      ...(final || incomplete !== null ? [] : ["its cloud may still change the month"]),
    ];
    if (why.length === 0) return [];
    return [
      [
        { kind: "strong", text: `${provider} ${account}: ` },
        { kind: "text", text: why.join("; ") },
      ],
    ];
  });
  return items.length === 0 ? [] : [{ kind: "list", caption: "Not closed yet", items }];
}

function actionsOf(close: CloseAnswer): Action[] {
  const named = close.invoices.flatMap(({ invoice }) => invoice ?? []);
  const invoices = [...new Set(named)].slice(0, OPTIONS_MAX);
  const match: Action[] =
    invoices.length === 0 || close.partial
      ? []
      : [
          {
            kind: "form",
            label: "Does it match?",
            style: "primary",
            title: "Compare with an invoice",
            submit: "Compare",
            fields: [
              {
                kind: "choice",
                name: "invoice",
                label: "Invoice",
                required: true,
                options: invoices.map((id) => ({ label: id, value: id })),
              },
              {
                kind: "text",
                name: "amount",
                label: "What it says to pay",
                placeholder: "1234.56",
                required: true,
                lengthMax: AMOUNT_MAX,
              },
            ],
            command: [`digest close ${close.month} invoice `, { field: "invoice" }, " is ", { field: "amount" }],
          },
        ];
  const menu: Action[] =
    invoices.length === 0
      ? []
      : [
          {
            kind: "select",
            label: "Look into an invoice",
            options: invoices.map((id) => ({
              label: id,
              command: `cost invoice ${quoteValue(id)} by service metric billed`,
            })),
          },
        ];
  const keep = close.kept === null || close.kept.restated.length > 0;
  return [
    ...match,
    ...menu,
    ...(keep
      ? [
          {
            kind: "button",
            label: "Keep as closed",
            style: "plain",
            command: `digest close ${close.month} keep`,
          } as const,
        ]
      : []),
  ];
}
