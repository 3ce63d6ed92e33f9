import type { AllocationRule } from "../domain/allocation.ts";
import type { Day } from "../domain/period.ts";
import type { SqlLike } from "./db.ts";
import { jsonb } from "./jsonb.ts";

/** Every version of every rule set by command, by name and first day. */
export async function loadRules(sql: SqlLike): Promise<AllocationRule[]> {
  const rows = await sql<Omit<AllocationRule, "origin">[]>`
    select name, scope, dimension as to, method as by, shares, valid_from as "from", valid_until as until
    from allocation_rule where valid_until is null or valid_until > valid_from order by name, valid_from, id`;
  return rows.map((row) => ({ ...row, origin: "chat" as const }));
}

/** Ends a rule on a day: versions that would begin later never do. Returns how many versions that ended. */
export async function endRule(sql: SqlLike, name: string, on: Day): Promise<number> {
  const rows = await sql`
    update allocation_rule set valid_until = greatest(valid_from, ${on}::date)
    where name = ${name} and (valid_until is null or valid_until > ${on}) returning 1`;
  return rows.count;
}

export async function insertRule(sql: SqlLike, rule: AllocationRule & { from: Day }, setBy: string): Promise<void> {
  await sql`
    insert into allocation_rule (name, scope, dimension, method, shares, valid_from, set_by)
    values (${rule.name}, ${jsonb(rule.scope)}::text::jsonb, ${rule.to}, ${rule.by}, ${jsonb(rule.shares)}::text::jsonb,
      ${rule.from}, ${setBy})`;
}
