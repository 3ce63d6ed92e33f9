import { basename } from "node:path";

import type { IngestBatchAnswer } from "../domain/contract.ts";
import { atomsToDecimal, parseAtoms, subtract } from "../domain/money.ts";
import { addDays, addMonths, daysBetween, firstDay, month } from "../domain/period.ts";
import type { Batch } from "../store/batches.ts";
import type { BuiltDelivery } from "./build-delivery.ts";
import { chunkName } from "./chunk-names.ts";
import { combineTotals, type Claim } from "./claims.ts";
import type { IngestRun } from "./ingest-run.ts";

/** Days after a month's end until which every provider may still change it. */
const FINAL_AFTER_DAYS = 15;

/** What a person should know about a delivery that is loaded all the same. */
export function noticesOf(
  run: IngestRun,
  claims: readonly Claim[],
  active: Batch | null,
  built: BuiltDelivery,
): string[] {
  const notices: string[] = [];
  const residuals = claims.reduce((sum, claim) => sum + claim.residuals, 0);
  if (residuals > 0) notices.push(`${residuals} rows have costs finer than 18 decimals; they were rounded there.`);
  const dropped = new Map<string, number>();
  for (const [reason, n] of claims.flatMap((claim) => Object.entries(claim.dropped)))
    dropped.set(reason, (dropped.get(reason) ?? 0) + n);
  for (const [reason, n] of dropped) notices.push(`${n} rows are no charges: ${reason}.`);
  for (const claim of claims) {
    const staged = run.staged.get(claim.fileNo);
    const warnings = staged?.format.warnings?.(staged.file) ?? [];
    warnings.forEach((warning, index) => {
      const n = claim.warnings[index] ?? 0;
      const places = staged?.places[index] ?? [];
      if (n > 0) notices.push(`${n} ${warning.text}${places.length === 0 ? "" : `: ${places.join("; ")}`}`);
    });
  }
  if (active === null) return notices;
  const name = active.billingMonth.slice(0, 7);
  const change = combineTotals(built.totals, active.totals, subtract);
  const monthEnd = firstDay(addMonths(month(name), 1));
  const closed = daysBetween(addDays(monthEnd, FINAL_AFTER_DAYS), run.env.today) > 0;
  for (const [currency, costs] of Object.entries(change)) {
    const billed = parseAtoms(costs.billed);
    if (billed === 0n && parseAtoms(costs.effective) === 0n) continue;
    if (closed) notices.push(`${name} was final and changed by ${costs.billed} ${currency} billed.`);
    else if (billed < 0n)
      notices.push(
        `The total of ${name} fell by ${atomsToDecimal(-billed)} ${currency} billed (credits or corrections).`,
      );
  }
  return notices;
}

/** What a delivery adds to its month; `before`: what it is added to. */
export function appendNotices(
  appended: { readonly added: number; readonly repeated: number } | null,
  files: readonly { readonly path: string }[],
  before: Pick<Batch, "files"> | null,
): string[] {
  if (appended === null || appended.repeated === 0) return [];
  const { added, repeated } = appended;
  const total = (added + repeated).toLocaleString("en-US");
  const said = `${repeated.toLocaleString("en-US")} of its ${total} rows are stored already or are in two of its files; each counts once, ${added.toLocaleString("en-US")} were added.`;
  // Only files read together are known to be one export, within which equal rows are as many charges.
  const names = files.flatMap(({ path }) => chunkName(path)?.template ?? []);
  const apart = (before?.files ?? []).find(({ path }) => {
    return names.includes(chunkName(path)?.template ?? "") && files.every((file) => file.path !== path);
  });
  if (apart === undefined) return [said];
  return [
    said,
    `By its name "${basename(apart.path)}", stored before, is a part of the same export: ingest all parts in one call, then equal rows of different parts count as often as they are there.`,
  ];
}

/** The answer for a bill that is stored already, from what was stored. */
export function unchangedAnswer(batch: Batch, files: readonly string[]): IngestBatchAnswer {
  return {
    id: batch.id,
    source: batch.source,
    provider: batch.provider,
    billingAccount: batch.billingAccount,
    dataset: batch.dataset,
    billingMonth: batch.billingMonth.slice(0, 7),
    status: batch.status === "held" ? "held" : "unchanged",
    ...(batch.status === "held" ? { reason: batch.reason ?? "" } : {}),
    files: [...files],
    rowsRead: batch.rowsRead,
    rowsAccepted: batch.rowsAccepted,
    rejects: batch.rowsRejected,
    rowsStored: batch.rowsStored,
    totals: { ...batch.totals },
  };
}
