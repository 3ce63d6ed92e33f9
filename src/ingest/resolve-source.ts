import { createHash } from "node:crypto";

import { AppError } from "../domain/errors.ts";
import { insertSource, listSources, loadDeliveredAccounts, type Source } from "../store/batches-sources.ts";
import type { Sql } from "../store/db.ts";

export type SourceWish = {
  readonly provider: string;
  readonly billingAccount: string;
  /** --source NAME, else null: the source of this provider and billing account. */
  readonly name: string | null;
  readonly dryRun: boolean;
};

/**
 * The source a delivery belongs to, made when it is new (in a dry run: described only, id ""). Throws AppError when
 * another live source delivers the same billing account: the same charges would be counted twice.
 */
export async function resolveSource(sql: Sql, wish: SourceWish): Promise<Source> {
  const sources = await listSources(sql);
  const delivered = await loadDeliveredAccounts(sql);
  const deliversIt = (source: Source): boolean =>
    delivered.some((each) => each.sourceId === source.id && each.account === wish.billingAccount);
  const covers = (source: Source): boolean =>
    !source.removed &&
    source.provider === wish.provider &&
    (source.billingAccount === wish.billingAccount || (source.billingAccount === null && deliversIt(source)));
  const covering = sources.filter(covers);
  if (wish.name === null) {
    const [first] = covering.sort((a, b) => Number(deliversIt(b)) - Number(deliversIt(a)));
    return first ?? createSource(sql, sources, defaultName(wish, sources), wish, wish.billingAccount);
  }
  const named = sources.find((source) => source.name === wish.name);
  if (named !== undefined) checkNamed(named, wish);
  const other = covering.find((source) => source.id !== named?.id && overlaps(source, named));
  if (other !== undefined) {
    throw new AppError(
      "conflict",
      `${wish.provider} account ${wish.billingAccount} is already delivered by source "${other.name}".`,
      {
        remedy: `Ingest it with --source ${other.name}, or hand it over: finops source promote ${wish.name} --provider ${wish.provider} --account ${wish.billingAccount}`,
      },
    );
  }
  return named ?? createSource(sql, sources, wish.name, wish, null);
}

function overlaps(other: Source, named: Source | undefined): boolean {
  if (other.subAccounts === null || named?.subAccounts === null || named === undefined) return true;
  const mine = new Set(named.subAccounts);
  return other.subAccounts.some((account) => mine.has(account));
}

function checkNamed(source: Source, wish: SourceWish): void {
  if (source.removed) {
    throw new AppError("conflict", `Source "${source.name}" was removed.`, {
      remedy: `Use another name, or \`finops source promote ${source.name}\`.`,
    });
  }
  if (source.provider !== wish.provider) {
    throw new AppError(
      "bad-input",
      `Source "${source.name}" is for ${source.provider}, the file is from ${wish.provider}.`,
      {
        remedy: "Leave --source out, or name another one.",
      },
    );
  }
  if (source.billingAccount !== null && source.billingAccount !== wish.billingAccount) {
    throw new AppError(
      "bad-input",
      `Source "${source.name}" is for billing account ${source.billingAccount}, the file has ${wish.billingAccount}.`,
      {
        remedy: "Leave --source out, or name another one.",
      },
    );
  }
}

/** Sub-accounts a delivery holds outside its source's scope: it is refused. */
export function outsideScope(source: Source, subAccounts: ReadonlySet<string>): string | null {
  if (source.subAccounts === null) return null;
  const allowed = new Set(source.subAccounts);
  const outside = [...subAccounts].filter((account) => !allowed.has(account)).sort();
  if (outside.length === 0) return null;
  return `source "${source.name}" is for ${source.subAccounts.length} sub-accounts; the file also has ${outside.slice(0, 3).join(", ")}`;
}

async function createSource(
  sql: Sql,
  sources: readonly Source[],
  name: string,
  wish: SourceWish,
  account: string | null,
): Promise<Source> {
  const source = { name, provider: wish.provider, billingAccount: account, subAccounts: null, kind: "file" };
  if (wish.dryRun) return { ...source, id: "", removed: false };
  try {
    return await insertSource(sql, source);
  } catch (error) {
    // Another ingest made it a moment ago.
    const found = (await listSources(sql)).find((each) => each.name === name && !each.removed);
    if (found === undefined || sources.some((each) => each.id === found.id)) throw error;
    return found;
  }
}

/** `aws-111122223333`; with a few digits of a hash when the name is taken. */
function defaultName(wish: SourceWish, sources: readonly Source[]): string {
  // Azure's accounts are paths (/providers/…/billingAccounts/8675309): what people know is the end.
  const account = (wish.billingAccount.split("/").findLast((part) => part !== "") ?? "")
    .toLowerCase()
    .slice(0, 40)
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
  const name = `${wish.provider}-${account === "" ? "account" : account}`;
  if (!sources.some((source) => source.name === name)) return name;
  return `${name}-${createHash("sha256").update(wish.billingAccount).digest("hex").slice(0, 6)}`;
}
