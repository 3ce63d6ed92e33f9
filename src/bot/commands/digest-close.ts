import { matchInvoice, type InvoiceMatch } from "../../analysis/match-invoice.ts";
import type { CloseAnswer } from "../../domain/contract-operations.ts";
import { AppError } from "../../domain/errors.ts";
import { formatMoney, money, parseAtoms, roundAtoms, type Money } from "../../domain/money.ts";
import { addMonths, monthOf, parseMonth, type Month } from "../../domain/period.ts";
import { quoteValue } from "../../domain/question-text.ts";
import { buildClose, keepClose } from "../../service/build-close.ts";
import type { Context } from "../../service/context.ts";
import type { Card } from "../card.ts";
import type { CommandAnswer } from "../command.ts";
import { tokenise, type Token } from "../grammar/tokens.ts";
import { closeCard } from "../views/close-card.ts";

/** `1234.56`, `1,234.56`, `$1,234.56 USD`: a comma that is no thousands mark would be somebody's decimal point. */
const AMOUNT = /^[$€£¥]?\s*((?:\d{1,15}|\d{1,3}(?:,\d{3})+)(?:\.\d{1,18})?)\s*([a-z]{3})?$/i;

/** `digest close [MONTH]`, `… keep`, `… invoice ID is AMOUNT`: what a month came to beside its invoices. */
export async function closeMonth(ctx: Context, text: string): Promise<CommandAnswer> {
  const { tokens } = tokenise(text);
  const words = tokens.map((token) => token.text);
  const said = parseMonth(words[0] ?? "");
  const rest = said === null && words[0] !== "last" ? words : words.slice(words[0] === "last" ? 2 : 1);
  const month: Month = said ?? addMonths(monthOf(ctx.clock.today()), -1);
  const [verb = ""] = rest;
  switch (verb.toLowerCase()) {
    case "":
      return answer(await buildClose({ ctx, input: { month } }));
    case "keep": {
      const close = await keepClose({ ctx, input: { month } });
      return answer(close);
    }
    case "invoice":
      return matched(ctx, month, { invoice: rest[1] ?? "", said: restOf(text, tokens, words.indexOf(verb) + 2) });
    default:
      throw new AppError("bad-input", `digest close does not know "${verb.slice(0, 40)}".`, {
        remedy: "Say digest close 2026-10, digest close 2026-10 keep, or digest close 2026-10 invoice ID is 123.45",
      });
  }
}

function answer(close: CloseAnswer): CommandAnswer {
  return { card: closeCard(close), data: close, exitCode: 0 };
}

/** What follows as it was written: `1,234.56` is one amount; a form sends it in quotes. */
function restOf(text: string, tokens: readonly Token[], position: number): string {
  const at = tokens[position]?.text.toLowerCase() === "is" ? position + 1 : position;
  const [first, ...others] = tokens.slice(at);
  if (first === undefined) return "";
  return first.kind === "quoted" && others.length === 0 ? first.text : text.slice(first.start).trim();
}

type Asked = { readonly invoice: string; readonly said: string };

async function matched(ctx: Context, month: Month, { invoice, said }: Asked): Promise<CommandAnswer> {
  const [, digits, currency] = AMOUNT.exec(said.trim()) ?? [];
  if (invoice === "" || digits === undefined) {
    throw new AppError("bad-input", "Say what the invoice says to pay, with a point before the cents.", {
      remedy: `digest close ${month} invoice AW-1 is 1234.56`,
    });
  }
  const amount = digits.replaceAll(",", "");
  const close = await buildClose({ ctx, input: { month } });
  if (close.partial) {
    throw new AppError("forbidden", "Only a part of the bills is seen here: it cannot be compared with an invoice.", {
      remedy: "Ask where everything is shown.",
    });
  }
  const match = matchInvoice(close, { invoice, amount, currency: currency?.toUpperCase() ?? null });
  if (match === null) {
    throw new AppError("not-found", `${month} has no invoice "${invoice.slice(0, 60)}".`, {
      remedy: `digest close ${month} lists them.`,
    });
  }
  return { card: matchCard(match, month), data: match, exitCode: 0 };
}

/** An invoice is in cents: so are the sentences about it. The exact sum of the bills is in the data. */
function inCents(decimal: string, currency: string): Money {
  const rounded = money(roundAtoms(parseAtoms(decimal), 2), currency);
  return rounded.atoms === 0n ? money(decimal, currency) : rounded;
}

function matchCard(match: InvoiceMatch, month: Month): Card {
  const { invoice, currency, matches } = match;
  const exact = (decimal: string): string => formatMoney(inCents(decimal, currency), { exact: true });
  const difference = formatMoney(inCents(match.difference, currency), { exact: true, sign: true });
  return {
    title: matches ? `Invoice ${invoice} matches` : `Invoice ${invoice} does not match`,
    summary: matches
      ? `The bills of ${month} say ${exact(match.billed)}, the invoice ${exact(match.said)}: the same to the cent.`
      : `The bills of ${month} say ${exact(match.billed)}, the invoice ${exact(match.said)}: ${difference}.`,
    tone: matches ? "good" : "warning",
    blocks: match.because.length === 0 ? [] : [{ kind: "list", caption: "What may explain it", items: match.because }],
    actions: [
      {
        kind: "button",
        label: "What is on it",
        style: "primary",
        command: `cost invoice ${quoteValue(invoice)} by service,kind metric billed`,
      },
      { kind: "button", label: "The whole month", style: "plain", command: `digest close ${month}` },
    ],
    footer: ["Billed cost of all charges with this invoice number, tax included."],
  };
}
