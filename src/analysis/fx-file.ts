import { AppError } from "../domain/errors.ts";
import { parseAtoms } from "../domain/money.ts";
import { parseDay } from "../domain/period.ts";
import type { FxRate } from "./fx-rates.ts";

const CURRENCY = /^[A-Z]{3}$/;

/**
 * Rates of a CSV text with a header. Columns: `date,currency,rate` and optionally `base`: one unit of `currency` is
 * `rate` units of `base` (without that column: of `defaultBase`). `from,to` name both sides outright.
 * Separated by comma or semicolon. Throws bad-input with file and line: nothing is imported then.
 */
export function parseRates(text: string, defaultBase: string, file: string): FxRate[] {
  const lines = text.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/);
  const separator = (lines[0] ?? "").includes(";") ? ";" : ",";
  const cells = (line: string): string[] =>
    line.split(separator).map((cell) =>
      cell
        .trim()
        .replace(/^"(.*)"$/, "$1")
        .trim(),
    );
  const header = cells(lines[0] ?? "").map((name) => name.toLowerCase());
  const column = (...names: string[]): number => header.findIndex((name) => names.includes(name));
  const at = {
    day: column("date", "day"),
    from: column("currency", "from"),
    rate: column("rate"),
    to: column("base", "to"),
  };
  if (at.day < 0 || at.from < 0 || at.rate < 0) {
    throw new AppError(
      "bad-input",
      `${file}: the first line must name the columns date, currency and rate (and base).`,
      { remedy: "For example: date,currency,rate,base and 2026-09-01,EUR,1.0921,USD" },
    );
  }
  const seen = new Map<string, number>();
  const rates: FxRate[] = [];
  for (const [index, line] of lines.entries()) {
    if (index === 0 || line.trim() === "") continue;
    const row = cells(line);
    const rate = readRate(row, at, defaultBase, `${file}, line ${index + 1}`);
    const name = `${rate.day} ${rate.base} ${rate.quote}`;
    const before = seen.get(name);
    if (before !== undefined)
      throw new AppError(
        "bad-input",
        `${file}, line ${index + 1}: ${rate.base} on ${rate.day} was given on line ${before} already.`,
      );
    seen.set(name, index + 1);
    rates.push(rate);
  }
  if (rates.length === 0) throw new AppError("bad-input", `${file} has no rates.`);
  return rates;
}

function readRate(
  row: readonly string[],
  at: { day: number; from: number; rate: number; to: number },
  defaultBase: string,
  where: string,
): FxRate {
  const day = parseDay(row[at.day] ?? "");
  const base = (row[at.from] ?? "").toUpperCase();
  const quote = at.to < 0 ? defaultBase : (row[at.to] ?? "").toUpperCase();
  const rate = row[at.rate] ?? "";
  if (day === null)
    throw new AppError("bad-input", `${where}: "${(row[at.day] ?? "").slice(0, 30)}" is not a day (YYYY-MM-DD).`);
  for (const code of [base, quote]) {
    if (!CURRENCY.test(code))
      throw new AppError("bad-input", `${where}: "${code.slice(0, 30)}" is not a currency of three letters.`);
  }
  if (base === quote) throw new AppError("bad-input", `${where}: a rate from ${base} to itself.`);
  if (!/^\d+(\.\d+)?$/.test(rate) || parseAtoms(rate) <= 0n)
    throw new AppError(
      "bad-input",
      `${where}: "${rate.slice(0, 30)}" is not a rate (a positive decimal number with a point).`,
    );
  return { day, base, quote, rate };
}
