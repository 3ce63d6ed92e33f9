import { join } from "node:path";

import { MONEY_SCALE } from "../domain/money.ts";
import type { Batch, BatchFile, CostTotals } from "../store/batches.ts";
import { dayWindows, describeCharges, type BuiltDelivery, type ExportedTable } from "./build-delivery.ts";
import { addTotals, totalsOf } from "./claims.ts";
import { countOf } from "./duck/duck-process.ts";
import type { CallFile, IngestRun } from "./ingest-run.ts";
import type { Delivery } from "./plan-deliveries.ts";
import { readBackBatch, readBackRows } from "./read-back.ts";
import { reconcileGap } from "./reconcile.ts";
import {
  BOTH_CHARGES,
  CREATE_MERGED_SQL,
  FRESH,
  FRESH_COUNTS_SQL,
  freshSql,
  knownRowsSql,
  mergeSql,
  pickSetsSql,
  rowIdsSql,
  STAGED_TOTALS_SQL,
  TAKE_MERGED_SQL,
} from "./sql/append-sql.ts";
import { collapseSql, createChargeSql } from "./sql/charge-sql.ts";
import { COST_NAMES, widenStageSql } from "./sql/stage-tables.ts";

/** A month of a source that only adds rows, with what this delivery adds to it. */
export type AppendedDelivery = {
  /** The whole month: what is stored and what is new. */
  readonly built: BuiltDelivery;
  /** Everything in the delivery's files, for its control totals. */
  readonly staged: { readonly rows: number; readonly totals: CostTotals };
  /** Source rows that were not stored yet. */
  readonly added: number;
  /** Source rows of the files that were stored before, or that another file of the call has too. */
  readonly repeated: number;
};

/**
 * What tells the rows of a delivery from others; null: it is a snapshot. The files of one delivery must be alike:
 * `differs` says how they are not.
 */
export function rowIdentityOf(run: IngestRun, delivery: Delivery): { identity: string | null; differs: string | null } {
  if (delivery.mode !== "append") return { identity: null, differs: null };
  const found = delivery.claims.flatMap(({ fileNo }) => {
    const staged = run.staged.get(fileNo);
    return staged === undefined ? [] : [staged.format.appends?.(staged.file) ?? null];
  });
  const [identity = null] = found;
  const other = found.find((each) => each !== identity);
  return { identity, differs: other === undefined ? null : describeDifference(identity, other) };
}

/** Why a file cannot be added to a stored month: its rows and the stored ones are not told apart by the same columns. */
export function identityRefusal(stored: string | null, mine: string | null): string | null {
  if (stored === null || stored === mine) return null;
  return `${describeDifference(stored, mine)}, so the rows that are stored already cannot be told from new ones. Export the same columns, or say --replace: then this delivery alone is the month.`;
}

function describeDifference(stored: string | null, mine: string | null): string {
  if (mine === null || stored === null) return "it has no export_time, while the bill of this month has";
  const columns = (identity: string): string[] => identity.split(" ").slice(1);
  const lacks = columns(stored).filter((name) => !columns(mine).includes(name));
  const extra = columns(mine).filter((name) => !columns(stored).includes(name));
  const said = [
    ...(lacks.length === 0 ? [] : [`lacks ${lacks.join(", ")}`]),
    ...(extra.length === 0 ? [] : [`has ${extra.join(", ")} besides`]),
  ];
  if (said.length === 0) return "the bill of this month was stored by another version of this program";
  return `against the bill of this month it ${said.join(" and ")}`;
}

/** Builds a month from what is stored of it (`active`; null: nothing, or nothing is to stay) and the rows that are new. */
export async function buildAppended(
  run: IngestRun,
  delivery: Delivery,
  active: Batch | null,
): Promise<AppendedDelivery> {
  const { duck, spillDirectory } = run;
  let hashes: string | null = null;
  if (active !== null) {
    if (run.stage.decimals < MONEY_SCALE) await duck.run(...widenStageSql());
    run.stage.decimals = MONEY_SCALE;
    const reader = await run.reader();
    hashes = (await readBackRows(duck, reader, active, spillDirectory)).hashes;
    await readBackBatch(duck, reader, active, spillDirectory, "stored_");
  }
  await duck.run(
    knownRowsSql(hashes),
    ...createChargeSql(run.stage.decimals),
    pickSetsSql(setKeys(delivery)),
    ...freshSql(run.stage.decimals),
  );
  for (const window of await dayWindows(duck, FRESH)) await duck.run(...collapseSql(FRESH, window));
  const staged = await duck.run(STAGED_TOTALS_SQL);
  const [counts] = await duck.run(FRESH_COUNTS_SQL);
  const fresh = await describeCharges(duck);
  const built = active === null ? fresh : await merge(run, active, fresh);
  const rows = staged.reduce((sum, row) => sum + countOf(row, "source_rows"), 0);
  const added = countOf(counts, "fresh");
  return {
    built,
    staged: { rows, totals: staged.map(totalsOf).reduce(addTotals, {}) },
    added,
    repeated: rows - added,
  };
}

function setKeys({ claims, exports }: Delivery) {
  return claims.flatMap(({ fileNo, keyHashes }) =>
    keyHashes.map((keyHash) => ({ fileNo, keyHash, setNo: exports.findIndex((files) => files.includes(fileNo)) })),
  );
}

/** Adds what is stored to what is new. Throws when the sums are not those of both. */
async function merge(run: IngestRun, active: Batch, fresh: BuiltDelivery): Promise<BuiltDelivery> {
  const { duck } = run;
  await duck.run(...CREATE_MERGED_SQL);
  for (const window of await dayWindows(duck, BOTH_CHARGES)) await duck.run(...mergeSql(window));
  await duck.run(...TAKE_MERGED_SQL);
  const built = await describeCharges(duck);
  const gap = reconcileGap({
    controlRows: Number(active.control["rows"]) + fresh.sourceRows,
    storedRows: built.sourceRows,
    control: addTotals(active.totals, fresh.totals),
    stored: built.totals,
    compared: COST_NAMES,
  });
  if (gap !== null) throw new Error(`a month and what was added to it do not add up: ${gap}`);
  return built;
}

/** Writes what the rows of the month in hand are known by. */
export async function exportRowIds(run: IngestRun, batchId: string): Promise<ExportedTable> {
  const path = join(run.spillDirectory, "ingest_row.csv");
  await run.duck.run(`copy (${rowIdsSql(batchId)}) to '${path.replaceAll("'", "''")}' (format csv, header false)`);
  return { table: "ingest_row", columns: ["batch_id", "row_ids"], path };
}

/** The files whose rows a batch holds: those of the call, and those of the month they were added to. */
export function batchFiles(run: IngestRun, files: readonly CallFile[], addedTo: Batch | null): BatchFile[] {
  const mine = files.map(({ path, sha256, bytes, fileNo, set }): BatchFile => {
    return { path, sha256, bytes, format: run.staged.get(fileNo)?.format.id ?? "", ...(set === null ? {} : { set }) };
  });
  const before = (addedTo?.files ?? []).filter((file) => mine.every(({ sha256 }) => sha256 !== file.sha256));
  return [...before, ...mine];
}
