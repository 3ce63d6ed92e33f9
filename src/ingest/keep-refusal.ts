import type { IngestBatchAnswer } from "../domain/contract.ts";
import { insertRefused, settleRefused } from "../store/batches-refused.ts";
import type { Reject } from "../store/batches.ts";
import { fingerprintSet } from "./file/fingerprint.ts";
import type { CallFile, IngestRun } from "./ingest-run.ts";

/** What is kept of a refused delivery besides its answer. */
export type Refusal = {
  readonly dataset: string;
  readonly files: readonly CallFile[];
  readonly rejects: readonly Reject[];
};

/** Keeps a refused delivery with its rejects, to be looked up; the answer then has its id. */
export async function keepRefusal(
  run: Pick<IngestRun, "env">,
  answer: IngestBatchAnswer,
  { dataset, files, rejects }: Refusal,
): Promise<IngestBatchAnswer> {
  const id = await insertRefused(run.env.db.sql, {
    source: answer.source,
    provider: answer.provider,
    dataset,
    billingAccount: answer.billingAccount,
    billingMonth: answer.billingMonth === null ? null : `${answer.billingMonth}-01`,
    reason: answer.reason ?? "",
    fingerprint: fingerprintSet(files.map((file) => file.sha256)),
    files: files.map(({ path, sha256, bytes }) => ({ path, sha256, bytes, format: dataset })),
    rowsRead: answer.rowsRead,
    rowsAccepted: answer.rowsAccepted,
    rowsRejected: answer.rejects,
    rejects,
  });
  return { ...answer, id };
}

/** A bill that is shown now was refused no longer. */
export async function settle(run: Pick<IngestRun, "env">, answer: IngestBatchAnswer): Promise<IngestBatchAnswer> {
  if (answer.status !== "held") await settleRefused(run.env.db.sql, { ...answer, paths: answer.files });
  return answer;
}
