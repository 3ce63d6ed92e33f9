import type { Sql } from "./db.ts";

/**
 * The schema as text, one line a column, index and constraint, in a stable order: committed as
 * migrations/schema.txt so that a review sees what a migration really did. Partitions made at run time are left out.
 */
export async function describeSchema(sql: Sql): Promise<string> {
  const rows = await sql<{ line: string }[]>`
    with relation as (
      select c.oid, c.relname, c.relkind from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = 'public' and c.relkind in ('r', 'p', 'v') and not c.relispartition
    )
    select line from (
      select relname || ' ' || case relkind when 'v' then 'view' when 'p' then 'table, partitioned ' || pg_get_partkeydef(oid) else 'table' end as line,
             relname, 0 as part, 0 as place from relation
      union all
      select relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
             || case when a.attnotnull then ' not null' else '' end
             || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), ''),
             relname, 1, a.attnum
      from relation join pg_attribute a on a.attrelid = relation.oid and a.attnum > 0 and not a.attisdropped
      left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
      union all
      select relname || ' ' || pg_get_constraintdef(k.oid), relname, 2, k.oid::bigint
      from relation join pg_constraint k on k.conrelid = relation.oid where k.contype <> 'n'
      union all
      select relname || ' index ' || regexp_replace(pg_get_indexdef(i.indexrelid), '^CREATE (UNIQUE )?INDEX \\S+ ON (ONLY )?public\\.', '\\1'), relname, 3, i.indexrelid::bigint
      from relation join pg_index i on i.indrelid = relation.oid where not i.indisprimary
    ) as lines
    order by relname, part, case when part < 2 then place else 0 end, line`;
  return `${rows.map((row) => row.line).join("\n")}\n`;
}
