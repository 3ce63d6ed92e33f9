import { hasRole } from "../domain/actor.ts";
import { AppError } from "../domain/errors.ts";
import {
  insertSource,
  listSources as loadSources,
  loadDeliveredAccounts,
  markSourceRemoved,
  reviveSource,
  scopesOverlap,
  type Source,
} from "../store/batches-sources.ts";
import type { Context, Verb } from "./context.ts";
import { requireWholeScope } from "./whole-scope.ts";

export type SourceScope = {
  readonly name: string;
  readonly provider: string;
  readonly billingAccount: string | null;
  readonly subAccounts: readonly string[] | null;
};

/** Where bills come from, removed ones included. */
export async function listSources({ ctx }: Verb<object>): Promise<{ sources: Source[] }> {
  requireWholeScope(ctx, "source list");
  return { sources: await loadSources(ctx.db.sql) };
}

/** Declares a source. Throws AppError when a live source could deliver the same charges. */
export async function addSource({ ctx, input }: Verb<SourceScope>): Promise<Source> {
  requireAdmin(ctx);
  const [other] = await overlapping(ctx, input);
  if (other !== undefined) {
    throw new AppError(
      "conflict",
      `Source "${other.name}" already delivers ${scopeText(other)}: its charges would be counted twice.`,
      {
        remedy: `To hand them over: finops source promote ${input.name} --provider ${input.provider}${input.billingAccount === null ? "" : ` --account ${input.billingAccount}`}`,
      },
    );
  }
  return insertSource(ctx.db.sql, { ...input, kind: "file" });
}

/**
 * Hands a scope over: `name` (declared now or before) delivers from here on; live sources it overlaps are removed.
 * What they hold stays shown, month by month, until the new source delivers that month.
 */
export async function promoteSource({
  ctx,
  input,
}: Verb<Partial<SourceScope> & { name: string }>): Promise<{ source: Source; removed: string[] }> {
  requireAdmin(ctx);
  const existing = (await loadSources(ctx.db.sql)).find((source) => source.name === input.name);
  if (existing === undefined && input.provider === undefined) {
    throw new AppError("not-found", `There is no source "${input.name}".`, {
      remedy: `Say its scope: finops source promote ${input.name} --provider aws --account 111122223333`,
    });
  }
  if (existing !== undefined && !saysTheSame(existing, input)) {
    throw new AppError("conflict", `Source "${existing.name}" is for ${existing.provider}, ${scopeText(existing)}.`, {
      remedy: "Promote it without saying a scope, or use another name for the other scope.",
    });
  }
  const { provider = existing?.provider ?? "", billingAccount = null, subAccounts = null } = input;
  const scope = existing ?? { name: input.name, provider, billingAccount, subAccounts };
  const others = (await overlapping(ctx, scope)).filter((source) => source.name !== input.name);
  const wider = others.find((other) => deliversMore(other, scope));
  if (wider !== undefined) {
    throw new AppError(
      "conflict",
      `Source "${wider.name}" delivers ${scopeText(wider)}: what it has besides these sub-accounts would be gone from the answers.`,
      { remedy: "Hand over the whole account: leave out --sub-accounts." },
    );
  }
  const removed = others.map((other) => other.name);
  const source = await ctx.db.sql.begin(async (tx) => {
    for (const other of others) await markSourceRemoved(tx, other.id);
    if (existing === undefined) return insertSource(tx, { ...scope, kind: "file" });
    await reviveSource(tx, existing.id);
    return { ...existing, removed: false };
  });
  return { source, removed };
}

/** Whether a source delivers sub-accounts that a scope does not take over. */
function deliversMore(source: Source, { subAccounts }: Pick<SourceScope, "subAccounts">): boolean {
  if (subAccounts === null) return false;
  return source.subAccounts === null || source.subAccounts.some((account) => !subAccounts.includes(account));
}

/** Whether what was said of a source's scope, if anything, is what it is declared for. */
function saysTheSame(source: Source, said: Partial<SourceScope>): boolean {
  const list = (accounts: readonly string[] | null): string => JSON.stringify(accounts?.toSorted() ?? null);
  return (
    (said.provider === undefined || said.provider === source.provider) &&
    (said.billingAccount ?? source.billingAccount) === source.billingAccount &&
    list(said.subAccounts ?? source.subAccounts) === list(source.subAccounts)
  );
}

/** Takes a source out of use. What it delivered stays shown. */
export async function removeSource({ ctx, input }: Verb<{ name: string }>): Promise<Source> {
  requireAdmin(ctx);
  const source = (await loadSources(ctx.db.sql)).find((each) => each.name === input.name);
  if (source === undefined)
    throw new AppError("not-found", `There is no source "${input.name}".`, { remedy: "See `finops source list`." });
  await markSourceRemoved(ctx.db.sql, source.id);
  return { ...source, removed: true };
}

/** Live sources that could deliver charges of this scope: by declaration, or by what they delivered. */
async function overlapping(ctx: Context, scope: Omit<SourceScope, "name">): Promise<Source[]> {
  const sources = await loadSources(ctx.db.sql);
  const delivered = await loadDeliveredAccounts(ctx.db.sql);
  return sources.filter((source) => {
    if (source.removed) return false;
    if (source.billingAccount !== null) return scopesOverlap(source, scope);
    // A source that spans accounts overlaps where it has delivered.
    return delivered.some(
      (each) => each.sourceId === source.id && scopesOverlap({ ...source, billingAccount: each.account }, scope),
    );
  });
}

function scopeText(source: Source): string {
  return `${source.provider} account ${source.billingAccount ?? "(several)"}${source.subAccounts === null ? "" : ` (${source.subAccounts.length} sub-accounts)`}`;
}

function requireAdmin(ctx: Context): void {
  requireWholeScope(ctx, "source");
  if (!hasRole(ctx.actor, "admin")) throw new AppError("forbidden", "Only an admin may change sources.");
}
