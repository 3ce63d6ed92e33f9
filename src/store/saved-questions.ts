import type { SavedQuestion } from "../domain/saved-question.ts";
import type { SqlLike } from "./db.ts";
import { jsonb } from "./jsonb.ts";

type Row = Omit<SavedQuestion, "owner"> & { ownerId: string; ownerName: string };

const COLUMNS = `id::text as id, name, question, filters, access, owner_id as "ownerId", owner_name as "ownerName"`;

function toSaved({ ownerId, ownerName, ...row }: Row): SavedQuestion {
  return { ...row, owner: { id: ownerId, name: ownerName } };
}

/** Every saved question, by name. */
export async function loadSaved(sql: SqlLike): Promise<SavedQuestion[]> {
  const rows = await sql<Row[]>`
    select ${sql.unsafe(COLUMNS)} from saved_question where removed_at is null order by lower(name)`;
  return rows.map(toSaved);
}

/** One by id; null = it was removed. */
export async function findSavedById(sql: SqlLike, id: string): Promise<SavedQuestion | null> {
  const [row] = await sql<Row[]>`
    select ${sql.unsafe(COLUMNS)} from saved_question where id = ${id}::bigint and removed_at is null`;
  return row === undefined ? null : toSaved(row);
}

/** Saves one under its name, or gives the one of that name (locked by the caller's look at it) another question. */
export async function writeSaved(sql: SqlLike, saved: Omit<SavedQuestion, "id">): Promise<void> {
  const { name, question, filters, access, owner } = saved;
  await sql`
    insert into saved_question (name, question, filters, access, owner_id, owner_name)
    values (${name}, ${question}, ${jsonb(filters)}::text::jsonb, ${jsonb(access)}::text::jsonb, ${owner.id}, ${owner.name})
    on conflict (lower(name)) where removed_at is null do update set question = excluded.question,
      filters = excluded.filters, access = excluded.access, changed_at = now()`;
}

export async function removeSavedRow(sql: SqlLike, id: string): Promise<void> {
  await sql`update saved_question set removed_at = now() where id = ${id}::bigint`;
}
