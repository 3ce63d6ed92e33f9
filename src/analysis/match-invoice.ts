import type { CloseAnswer } from "../domain/contract-operations.ts";
import { atomsToDecimal, parseAtoms } from "../domain/money.ts";

/** One cent: what an invoice is rounded to (currencies without cents are on the safe side). */
const CENT = 10n ** 16n;

export type InvoiceMatch = {
  readonly invoice: string;
  readonly currency: string;
  readonly said: string;
  readonly billed: string;
  /** What the bills say less what the invoice says. */
  readonly difference: string;
  readonly matches: boolean;
  /** What may explain the difference, the likeliest first; empty where it matches. */
  readonly because: readonly string[];
};

/**
 * Whether the bills of a month say what an invoice says, to the cent. null = the month has no such invoice. One invoice
 * over several accounts is added up, as the invoice does; `currency` is needed only where it has several.
 */
export function matchInvoice(
  close: CloseAnswer,
  asked: { readonly invoice: string; readonly amount: string; readonly currency: string | null },
): InvoiceMatch | null {
  const lines = close.invoices.filter(({ invoice }) => invoice?.toLowerCase() === asked.invoice.toLowerCase());
  const currency = asked.currency ?? lines[0]?.currency;
  const own = lines.filter((line) => line.currency === currency);
  const [first] = own;
  if (first === undefined || currency === undefined) return null;
  const billed = own.reduce((sum, line) => sum + parseAtoms(line.billed), 0n);
  const difference = billed - parseAtoms(asked.amount);
  const matches = roundedCents(difference) === 0n;
  return {
    invoice: first.invoice ?? asked.invoice,
    currency,
    said: asked.amount,
    billed: atomsToDecimal(billed),
    difference: atomsToDecimal(difference),
    matches,
    because: matches ? [] : reasonsOf(close, own, difference),
  };
}

/** To whole cents, half away from zero. */
function roundedCents(atoms: bigint): bigint {
  const size = atoms < 0n ? -atoms : atoms;
  return (size + CENT / 2n) / CENT;
}

type Line = CloseAnswer["invoices"][number];

function reasonsOf(close: CloseAnswer, own: readonly Line[], difference: bigint): string[] {
  const size = difference < 0n ? -difference : difference;
  const accounts = close.accounts.filter(({ account }) => own.some((line) => line.account === account));
  const sumOf = (kind: string): bigint => own.reduce((sum, { kinds }) => sum + parseAtoms(kinds[kind] ?? "0"), 0n);
  const equals = (atoms: bigint): boolean => atoms !== 0n && roundedCents(size) === roundedCents(atoms);
  const rejects = accounts.reduce((sum, account) => sum + (account.rejects ?? 0), 0);
  const open = accounts.filter(({ final }) => !final).map(({ account }) => account);
  return [
    ...(equals(sumOf("tax")) ? ["the difference is exactly the tax: is the amount without tax?"] : []),
    ...(equals(sumOf("credits")) ? ["the difference is exactly the credits: is the amount before credits?"] : []),
    ...(equals(sumOf("refunds")) ? ["the difference is exactly the refunds"] : []),
    ...(equals(sumOf("purchases"))
      ? ["the difference is exactly the purchases, which may be on an invoice of their own"]
      : []),
    ...(rejects > 0 ? [`${rejects} rows could not be read: rejects`] : []),
    ...accounts.flatMap(({ incomplete }) => (incomplete === null ? [] : [`a delivery is incomplete: ${incomplete}`])),
    ...(open.length > 0 ? [`${open.join(", ")} may still change this month`] : []),
    ...(size < CENT * BigInt(own.length) * 100n ? ["a cloud rounds each line of an invoice"] : []),
  ];
}
