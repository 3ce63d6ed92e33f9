import type { IngestBatchAnswer } from "../domain/contract.ts";
import { AppError, explain } from "../domain/errors.ts";
import { subtract } from "../domain/money.ts";
import {
  endBatch,
  insertBatch,
  copyRejects,
  insertRejects,
  loadActiveBatch,
  saveBatchFiles,
  saveBatchResult,
  type Batch,
  type BatchResult,
  type CostTotals,
} from "../store/batches.ts";
import { loadCoverage, releaseHeld } from "../store/batches-held.ts";
import { flipBatch } from "../store/batches-flip.ts";
import type { Source } from "../store/batches-sources.ts";
import { ensurePartitions, type Loader } from "../store/load.ts";
import { batchFiles, buildAppended, exportRowIds, identityRefusal, rowIdentityOf } from "./append-delivery.ts";
import {
  collapseDelivery,
  exportCharges,
  exportRollups,
  type BuiltDelivery,
  type ExportedTable,
} from "./build-delivery.ts";
import { addTotals, combineTotals, type Claim } from "./claims.ts";
import { countedTwice } from "./counted-twice.ts";
import { appendNotices, noticesOf, unchangedAnswer } from "./delivery-notices.ts";
import { crashPoint } from "./crash-point.ts";
import { fingerprintSet } from "./file/fingerprint.ts";
import type { CallFile, IngestRun } from "./ingest-run.ts";
import { keepRefusal, settle } from "./keep-refusal.ts";
import type { Delivery } from "./plan-deliveries.ts";
import { reconcileGap } from "./reconcile.ts";
import { outsideScope, resolveSource } from "./resolve-source.ts";
import { shrinkReason } from "./shrink-guard.ts";
import { FAULTS_MAX } from "./file/careful-copy.ts";
import { COST_NAMES } from "./sql/stage-tables.ts";
import type { LocatedReject } from "./stage-file.ts";

/** Rejects of one delivery and how many there are in all. */
type DeliveryRejects = { readonly located: readonly LocatedReject[]; readonly count: number };

/** One delivery of the call with everything known before it is loaded. */
type Prepared = {
  readonly first: Claim;
  readonly claims: readonly Claim[];
  readonly mode: Delivery["mode"];
  readonly files: readonly CallFile[];
  readonly source: Source;
  readonly fingerprint: string;
  readonly active: Batch | null;
  readonly rejects: DeliveryRejects;
  readonly built: BuiltDelivery;
  /** Of a source that only adds rows: what they are known by, and the stored month these are added to. */
  readonly rowIdentity: string | null;
  readonly addedTo: Batch | null;
  readonly notices: readonly string[];
};

/** Loads one planned delivery and says what became of it. Operating errors refuse this delivery only. */
export async function loadDelivery(run: IngestRun, delivery: Delivery): Promise<IngestBatchAnswer> {
  const [first] = delivery.claims;
  if (first === undefined) throw new Error("a delivery without claims");
  const files = delivery.claims.map((claim) => run.files.get(claim.fileNo)).filter((file) => file !== undefined);
  const rejects = rejectsOf(run, delivery.claims);
  const base = baseAnswer(run, delivery, files, rejects);
  const answer = await loadUnlessRefused(run, { delivery, first, files, rejects, base });
  if (run.input.dryRun) return answer;
  return answer.status === "refused"
    ? keepRefusal(run, answer, { dataset: first.dataset, files, rejects: rejects.located })
    : settle(run, answer);
}

type Planned = {
  readonly delivery: Delivery;
  readonly first: Claim;
  readonly files: readonly CallFile[];
  readonly rejects: DeliveryRejects;
  readonly base: IngestBatchAnswer;
};

async function loadUnlessRefused(run: IngestRun, planned: Planned): Promise<IngestBatchAnswer> {
  const { delivery, base } = planned;
  if (delivery.refusal !== null) return { ...base, status: "refused", reason: delivery.refusal };
  try {
    return await loadAccepted(run, planned);
  } catch (error) {
    if (!(error instanceof AppError) || error.code === "internal") throw error;
    return { ...base, status: "refused", reason: explain(error) };
  }
}

async function loadAccepted(run: IngestRun, planned: Planned): Promise<IngestBatchAnswer> {
  const { delivery, first, files, rejects, base } = planned;
  const { sql } = run.env.db;
  if (base.rowsAccepted === 0) return { ...base, status: "refused", reason: nothingAccepted(rejects) };
  const source = await resolveSource(sql, {
    provider: first.provider,
    billingAccount: first.billingAccount,
    name: run.input.source,
    dryRun: run.input.dryRun,
  });
  const key = {
    sourceId: source.id,
    dataset: first.dataset,
    billingAccount: first.billingAccount,
    billingMonth: first.billingMonth,
  };
  const active = source.id === "" ? null : await loadActiveBatch(sql, key);
  const named = { ...base, source: source.name };
  const twice = run.input.replace ? null : await countedTwice(run.env.db.sql, first.provider, key);
  if (twice !== null) return { ...named, status: "refused", reason: twice };
  const { identity, differs } = rowIdentityOf(run, delivery);
  const unlike = differs ?? (run.input.replace ? null : identityRefusal(active?.rowIdentity ?? null, identity));
  if (unlike !== null) return { ...named, status: "refused", reason: unlike };
  const addedTo = identity !== null && active?.rowIdentity === identity && !run.input.replace ? active : null;
  const fingerprint = fingerprintSet([...files, ...(addedTo?.files ?? [])].map((file) => file.sha256));
  if (identity === null && active?.fingerprint === fingerprint) return unchangedAnswer(active, named.files);
  run.report("building", named.files[0] ?? "", 0);
  const appended = identity === null ? null : await buildAppended(run, delivery, addedTo);
  if (addedTo !== null && appended?.added === 0) {
    if (!run.input.dryRun) await saveBatchFiles(sql, addedTo.id, batchFiles(run, files, addedTo));
    return { ...unchangedAnswer(addedTo, named.files), notices: appendNotices(appended, files, addedTo) };
  }
  const built = appended?.built ?? (await collapseDelivery(run.duck, delivery.claims, run.stage.decimals));
  const outside = outsideScope(source, built.coverage.subAccounts);
  if (outside !== null) return { ...named, status: "refused", reason: outside };
  const gap = reconcile(run, delivery.claims, appended?.staged ?? { rows: built.sourceRows, totals: built.totals });
  if (gap !== null)
    return {
      ...named,
      status: "refused",
      reason: `the control totals do not reconcile: ${gap}. Nothing was stored; please report this file.`,
    };
  // What was refused of a file that is read again was counted the first time.
  const before = new Set(addedTo?.files.map(({ sha256 }) => sha256));
  const claims = delivery.claims.filter(({ fileNo }) => !before.has(run.files.get(fileNo)?.sha256 ?? ""));
  const prepared: Prepared = {
    first,
    claims,
    mode: delivery.mode,
    files,
    source,
    fingerprint,
    active,
    rejects: addedTo === null ? rejects : rejectsOf(run, claims),
    built,
    rowIdentity: identity,
    addedTo,
    notices: [...appendNotices(appended, files, addedTo), ...noticesOf(run, delivery.claims, active, built)],
  };
  const answer = { ...named, ...resultOf(prepared) };
  return run.input.dryRun ? decideDry(prepared, answer, run) : store(run, prepared, answer);
}

/** What would happen, without doing it. */
async function decideDry(prepared: Prepared, answer: IngestBatchAnswer, run: IngestRun): Promise<IngestBatchAnswer> {
  const held = await heldReason(run, prepared);
  const notices = [...(answer.notices ?? []), "Dry run: nothing was stored."];
  if (held !== null) return { ...answer, notices, status: "held", reason: held };
  return { ...answer, notices, status: prepared.active === null ? "stored" : "replaced" };
}

async function store(run: IngestRun, prepared: Prepared, answer: IngestBatchAnswer): Promise<IngestBatchAnswer> {
  const { sql } = run.env.db;
  const { first, source, active } = prepared;
  const lease = await run.leaseOf(source.id);
  crashPoint("leased");
  const key = {
    sourceId: source.id,
    dataset: first.dataset,
    billingAccount: first.billingAccount,
    billingMonth: first.billingMonth,
  };
  await ensurePartitions(sql, first.billingMonth);
  const batchId = await insertBatch(sql, {
    ...key,
    provider: first.provider,
    mode: prepared.mode,
    fingerprint: prepared.fingerprint,
    rowIdentity: prepared.rowIdentity,
    files: batchFiles(run, prepared.files, prepared.addedTo),
    cubeVersion: run.cube.version,
    replaces: active?.id ?? null,
    epoch: lease.epoch,
  });
  crashPoint("batch-written");
  try {
    await loadTables(run, prepared, batchId);
    lease.check();
    await insertRejects(sql, batchId, prepared.rejects.located);
    if (prepared.addedTo !== null) await copyRejects(sql, prepared.addedTo.id, batchId);
    await saveBatchResult(sql, batchId, batchResult(prepared));
    const held = await heldReason(run, prepared);
    if (held !== null) {
      await endBatch(sql, batchId, "held", held);
      return { ...answer, id: batchId, status: "held", reason: held };
    }
    crashPoint("before-flip");
    await flipBatch(sql, {
      key,
      provider: first.provider,
      batchId,
      epoch: lease.epoch,
      replaces: active?.id ?? null,
      takesOver: run.input.replace,
      beforeCommit: () => crashPoint("in-flip"),
    });
    crashPoint("after-flip");
    await releaseHeld(sql, key, batchId);
  } catch (error) {
    await endBatch(sql, batchId, "failed", explain(error)).catch(() => undefined);
    throw error;
  }
  return { ...answer, id: batchId, status: active === null ? "stored" : "replaced" };
}

/** Charges go to Postgres while DuckDB builds the rollups, which follow on the second connection. */
async function loadTables(run: IngestRun, prepared: Prepared, batchId: string): Promise<void> {
  const { duck, spillDirectory, cube, env } = run;
  const { billingMonth } = prepared.first;
  const [loader, second] = [await run.loader(), await run.secondLoader()];
  const charges = await exportCharges(duck, spillDirectory, batchId, billingMonth, run.stage.decimals);
  run.report("storing", prepared.files[0]?.path ?? "", 0.3);
  const copying = copyAll(loader, charges).then(() => crashPoint("charges-loaded"));
  try {
    const rollups = await exportRollups(duck, spillDirectory, batchId, billingMonth, {
      aliases: env.settings.tagAliases,
      promoted: cube.promoted,
      decimals: run.stage.decimals,
    });
    await run.dictionaries;
    await second.copyDictionary(rollups.slices.table, rollups.slices.columns, rollups.slices.path);
    await copyAll(second, rollups.tables);
    if (prepared.rowIdentity !== null) await copyAll(second, [await exportRowIds(run, batchId)]);
  } finally {
    // Also after an error: nothing may still be writing to a batch that is marked as failed.
    await Promise.allSettled([copying]);
  }
  await copying;
  crashPoint("rollups-loaded");
  run.report("storing", prepared.files[0]?.path ?? "", 0.9);
}

async function copyAll(loader: Loader, tables: readonly ExportedTable[]): Promise<void> {
  for (const { table, columns, path } of tables) await loader.copy(table, columns, path);
}

/** Why the delivery must wait for a person; null when it may be shown. */
async function heldReason(run: IngestRun, { active, built, first }: Prepared): Promise<string | null> {
  if (active === null || run.input.replace) return null;
  const lost = shrinkReason(
    await loadCoverage(run.env.db.sql, active.id),
    built.coverage,
    first.billingMonth.slice(0, 7),
  );
  if (lost === null) return null;
  return `${lost}. Stored: ${totalsText(active.totals)}; this delivery: ${totalsText(built.totals)}. Say --replace if it is right.`;
}

function totalsText(totals: CostTotals): string {
  return Object.entries(totals)
    .map(([currency, costs]) => `${costs.billed} ${currency} billed`)
    .join(", ");
}

function reconcile(
  run: IngestRun,
  claims: readonly Claim[],
  result: { readonly rows: number; readonly totals: CostTotals },
): string | null {
  return reconcileGap({
    controlRows: claims.reduce((sum, claim) => sum + claim.accepted, 0),
    storedRows: result.rows,
    control: claims.map((claim) => claim.control).reduce(addTotals, {}),
    stored: result.totals,
    compared: COST_NAMES.filter((name) =>
      claims.every((claim) => {
        const staged = run.staged.get(claim.fileNo);
        const control = staged?.format.control(staged.file);
        return control !== undefined && control.identical && control.costs[name] !== null;
      }),
    ),
  });
}

function rejectsOf(run: IngestRun, claims: readonly Claim[]): DeliveryRejects {
  const located: LocatedReject[] = [];
  let count = 0;
  for (const claim of claims) {
    const staged = run.staged.get(claim.fileNo);
    if (staged === undefined) continue;
    const all = staged.claims ?? [claim];
    const main = [...all].sort((a, b) => b.accepted - a.accepted)[0];
    const mine = (reject: LocatedReject): boolean => {
      const named = all.find(
        (each) =>
          each.provider === reject.provider &&
          each.dataset === reject.dataset &&
          each.billingAccount === reject.account &&
          each.billingMonth === reject.billingMonth,
      );
      return (named ?? main) === claim;
    };
    located.push(...staged.rejects.filter(mine));
    count += claim.rejected + (claim === main ? staged.faultCount : 0);
  }
  return { located: located.slice(0, FAULTS_MAX), count };
}

function nothingAccepted(rejects: DeliveryRejects): string {
  const [first] = rejects.located;
  const example =
    first === undefined
      ? ""
      : ` Line ${first.line ?? "?"}: ${first.column ?? "the line"} ${quoted(first.value)}${first.reason}.`;
  return `none of its ${rejects.count} rows can be read as a charge.${example}`;
}

function quoted(value: string | null): string {
  return value === null ? "" : `"${value.slice(0, 60)}" `;
}

function baseAnswer(
  run: IngestRun,
  delivery: Delivery,
  files: readonly CallFile[],
  rejects: DeliveryRejects,
): IngestBatchAnswer {
  const [first] = delivery.claims;
  const dropped = delivery.claims.flatMap((claim) => Object.values(claim.dropped)).reduce((sum, n) => sum + n, 0);
  const accepted = delivery.claims.reduce((sum, claim) => sum + claim.accepted, 0) + dropped;
  return {
    id: null,
    source: run.input.source ?? "",
    provider: first?.provider ?? "",
    billingAccount: first?.billingAccount ?? "",
    dataset: first?.dataset ?? "",
    billingMonth: (first?.billingMonth ?? "") === "" ? null : (first?.billingMonth.slice(0, 7) ?? null),
    status: "refused",
    files: files.map((file) => file.path),
    rowsRead: accepted + rejects.count,
    rowsAccepted: accepted,
    rejects: rejects.count,
    rowsStored: 0,
    totals: {},
  };
}

function resultOf(prepared: Prepared): Pick<IngestBatchAnswer, "rowsStored" | "totals" | "notices" | "restatedBy"> {
  const { built, active, notices } = prepared;
  const restated = active === null ? {} : combineTotals(built.totals, active.totals, subtract);
  const changed = Object.entries(restated).filter(([, costs]) => costs.billed !== "0" || costs.effective !== "0");
  return {
    rowsStored: built.chargeRows,
    totals: { ...built.totals },
    ...(notices.length === 0 ? {} : { notices: [...notices] }),
    ...(active === null
      ? {}
      : {
          restatedBy: Object.fromEntries(
            changed.map(([currency, { billed, effective }]) => [currency, { billed, effective }]),
          ),
        }),
  };
}

function batchResult(prepared: Prepared): BatchResult {
  const { built, claims, rejects, notices, addedTo, rowIdentity } = prepared;
  const days = [...built.coverage.days].sort();
  const dropped = claims.flatMap((claim) => Object.values(claim.dropped)).reduce((sum, n) => sum + n, 0);
  const rejected = rejects.count + (addedTo?.rowsRejected ?? 0);
  const before = addedTo?.control as { refused?: CostTotals; residuals?: number } | undefined;
  const control = claims.map((claim) => claim.control).reduce(addTotals, {});
  return {
    rowsRead: built.sourceRows + dropped + rejected,
    rowsAccepted: built.sourceRows + dropped,
    rowsRejected: rejected,
    rowsStored: built.chargeRows,
    totals: built.totals,
    control: {
      rows: built.sourceRows,
      // Of rows that files have in common there is one sum only: that of the month.
      accepted: rowIdentity === null ? control : built.totals,
      refused: claims.map((claim) => claim.refused).reduce(addTotals, before?.refused ?? {}),
      residuals: claims.reduce((sum, claim) => sum + claim.residuals, before?.residuals ?? 0),
    },
    notices,
    warnings: [],
    firstDay: days[0] ?? null,
    lastDay: days.at(-1) ?? null,
  };
}
