import type { SqlLike } from "./db.ts";

/** What stands where a name was. */
export const ERASED_NAME = "a former member";
export const ERASED_MESSAGE = "This message was removed with its author.";

/**
 * Tables in which somebody's name is not chat: the bills (a tag may say who owns a resource, and the bill stays as it
 * came), the audit trail (holds ids that lead nowhere), and what says nothing about people. Every other table is
 * searched, so that one added tomorrow is not forgotten.
 */
const NOT_CHAT: ReadonlySet<string> = new Set([
  "migration",
  "source",
  "ingest_batch",
  "active_batch",
  "ingest_lease",
  "ingest_reject",
  "ingest_row",
  "attribute_set",
  "billed_resource",
  "tag_set",
  "cost_slice",
  "cost_cube",
  "promoted_tag",
  "fx_rate",
  "app_setting",
  "chat_clock",
  "audit_event",
  "audit_unsealed",
  "audit_seal",
  "audit_head",
]);

/** Parts of a card that are words of ours: never a person's name, and needed as they are. */
const STRUCTURE: ReadonlySet<string> = new Set(["kind", "tone", "style", "align", "key"]);

export type Erasure = {
  /** Every spelling of who it was: handle, name, names on surfaces; and an id that names them (`os:ada`). */
  readonly traces: readonly string[];
  readonly id: string;
  /** What takes the id's place where it is a trace itself. */
  readonly pseudonym: string;
};

/** How much of somebody there is: what a confirmation names. */
export async function countTraces(sql: SqlLike, id: string): Promise<{ messages: number; private: number }> {
  const [row] = await sql<{ messages: number; private: number }[]>`
    select count(*) filter (where m.author_id = ${id} and c.kind = 'shared')::int as messages,
      count(*) filter (where c.owner_id = ${id})::int as private
    from message m join channel c on c.name = m.channel`;
  return row ?? { messages: 0, private: 0 };
}

/**
 * Takes somebody out of everything but bills and audit, in the caller's transaction: their private talk goes, what they
 * wrote elsewhere is emptied, their names are replaced wherever they stand, and they are no principal any more.
 */
export async function erasePerson(sql: SqlLike, erasure: Erasure): Promise<void> {
  const { id } = erasure;
  const own = `@${id}`;
  await sql`update message set reply_to = null where reply_to in (select m.id from message m where m.channel = ${own})`;
  await sql`delete from message where channel = ${own}`;
  await sql`delete from outbox where channel = ${own} or person_id = ${id}`;
  await sql`delete from channel where name = ${own} or owner_id = ${id}`;
  await sql`delete from read_mark where person_id = ${id}`;
  await sql`delete from live_card where actor_id = ${id}`;
  await sql`
    update message set author_name = ${ERASED_NAME},
      body = case when body is null then null else ${ERASED_MESSAGE} end
    where author_id = ${id} and author_kind = 'person'`;
  await sql`delete from principal where id = ${id}`;
  const columns = await textColumns(sql);
  for (const column of columns) await scrub(sql, column, erasure);
}

type TextColumn = { readonly table: string; readonly column: string; readonly json: boolean };

async function textColumns(sql: SqlLike): Promise<TextColumn[]> {
  const rows = await sql<TextColumn[]>`
    select c.table_name as "table", c.column_name as "column", c.data_type = 'jsonb' as json
    from information_schema.columns c
    join information_schema.tables t on t.table_schema = c.table_schema and t.table_name = c.table_name
    where c.table_schema = 'public' and t.table_type = 'BASE TABLE' and c.data_type in ('text', 'jsonb')
      and c.is_generated = 'NEVER'
      and not exists (select 1 from pg_inherits i where i.inhrelid = format('%I.%I', c.table_schema, c.table_name)::regclass)
    order by 1, 2`;
  return rows.filter(({ table }) => !NOT_CHAT.has(table));
}

async function scrub(sql: SqlLike, { table, column, json }: TextColumn, erasure: Erasure): Promise<void> {
  const traces = erasure.traces.filter((trace) => trace !== "");
  const place = sql(column);
  const rows = await sql<{ row: string; value: string }[]>`
    select ctid::text as row, ${place}::text as value from ${sql(table)}
    where exists (select 1 from unnest(${traces.map(spelling)}::text[]) as trace
      where position(lower(trace) in lower(${place}::text)) > 0)`;
  for (const { row, value } of rows) {
    const clean = json ? JSON.stringify(scrubJson(JSON.parse(value), erasure)) : scrubText(value, erasure);
    if (clean === value) continue;
    if (json) await sql`update ${sql(table)} set ${place} = ${clean}::text::jsonb where ctid = ${row}::tid`;
    else await sql`update ${sql(table)} set ${place} = ${clean} where ctid = ${row}::tid`;
  }
}

/** As it stands inside JSON text; the same as the trace itself where nothing needs escaping. */
function spelling(trace: string): string {
  return JSON.stringify(trace).slice(1, -1);
}

function scrubJson(value: unknown, erasure: Erasure): unknown {
  if (typeof value === "string") return scrubText(value, erasure);
  if (Array.isArray(value)) return value.map((item: unknown) => scrubJson(item, erasure));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value as Record<string, unknown>);
  return Object.fromEntries(entries.map(([key, item]) => [key, STRUCTURE.has(key) ? item : scrubJson(item, erasure)]));
}

/** Whole words only, in any case: erasing Al leaves Alarm. The longest spelling first, so that no rest stays behind. */
function scrubText(text: string, { traces, id, pseudonym }: Erasure): string {
  const longest = [...traces].sort((a, b) => b.length - a.length);
  return longest.reduce((rest, trace) => {
    const pattern = trace.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    const whole = new RegExp(`(?<![\\p{L}\\p{N}_])${pattern}(?![\\p{L}\\p{N}_])`, "giu");
    return rest.replace(whole, () => (trace === id ? pseudonym : ERASED_NAME));
  }, text);
}
