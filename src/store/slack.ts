import type { Sql, SqlLike } from "./db.ts";

/** Where a card is in Slack, and in which revision. */
export type SlackMessageRow = { readonly conversation: string; readonly ts: string; readonly revision: number };
export type SlackMessageKey = { readonly channel: string; readonly key: string; readonly generation: number };

export async function findSlackMessage(sql: SqlLike, of: SlackMessageKey): Promise<SlackMessageRow | null> {
  const [row] = await sql<SlackMessageRow[]>`
    select conversation, ts, revision from slack_message
    where channel = ${of.channel} and key = ${of.key} and generation = ${of.generation}`;
  return row ?? null;
}

/** The revision a message shows, by its place; 0 = it is not known. */
export async function slackRevision(
  sql: SqlLike,
  of: { readonly conversation: string; readonly ts: string; readonly key: string },
): Promise<number> {
  const [row] = await sql<{ revision: number }[]>`
    select max(revision) as revision from slack_message
    where key = ${of.key} and conversation = ${of.conversation} and ts = ${of.ts}`;
  return row?.revision ?? 0;
}

/** Notes where a card is and what it shows; a lower revision than the one noted changes nothing. */
export async function noteSlackMessage(sql: SqlLike, of: SlackMessageKey, row: SlackMessageRow): Promise<void> {
  await sql`
    insert into slack_message as known (channel, key, generation, conversation, ts, revision)
    values (${of.channel}, ${of.key}, ${of.generation}, ${row.conversation}, ${row.ts}, ${row.revision})
    on conflict (channel, key, generation) do update
      set revision = greatest(known.revision, excluded.revision)`;
}

/** Raises the revision of a message already noted. */
export async function noteSlackRevision(
  sql: SqlLike,
  of: { readonly conversation: string; readonly ts: string; readonly key: string },
  revision: number,
): Promise<void> {
  await sql`
    update slack_message set revision = greatest(revision, ${revision})
    where key = ${of.key} and conversation = ${of.conversation} and ts = ${of.ts}`;
}

export async function findSlackPicture(sql: SqlLike, team: string, picture: string): Promise<string | null> {
  const [row] = await sql<{ fileId: string }[]>`
    select file_id as "fileId" from slack_picture where team_id = ${team} and picture = ${picture}`;
  return row?.fileId ?? null;
}

export async function noteSlackPicture(sql: SqlLike, team: string, picture: string, fileId: string): Promise<void> {
  await sql`
    insert into slack_picture (team_id, picture, file_id) values (${team}, ${picture}, ${fileId})
    on conflict (team_id, picture) do update set file_id = excluded.file_id, made_at = now()`;
}

/** Somebody deleted the file in Slack, or it is not taken: it is uploaded anew next time. */
export async function forgetSlackPictures(sql: SqlLike, team: string, fileIds: readonly string[]): Promise<void> {
  await sql`delete from slack_picture where team_id = ${team} and file_id = any(${[...fileIds]}::text[])`;
}

/** Remembers the workspace conversations and people were seen in. */
export async function noteSlackPlaces(sql: SqlLike, team: string, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await sql`
    insert into slack_place (id, team_id) select distinct id, ${team} from unnest(${[...ids]}::text[]) id
    on conflict (id) do update set team_id = excluded.team_id, seen_at = now()
      where slack_place.team_id <> excluded.team_id`;
}

export async function teamOfSlackPlace(sql: SqlLike, id: string): Promise<string | null> {
  const [row] = await sql<{ team: string }[]>`select team_id as team from slack_place where id = ${id}`;
  return row?.team ?? null;
}

/**
 * Slack user ids of people we know, by principal id. Somebody may be linked in several workspaces: only who is met in
 * this one, or nobody knows where, is called by it (null = there is but one). Left out: who wants no notice at all (`settings notify none`).
 */
export async function slackUsersOf(
  sql: SqlLike,
  principals: readonly string[],
  team: string | null,
): Promise<Map<string, string>> {
  if (principals.length === 0) return new Map();
  const rows = await sql<{ id: string; user: string }[]>`
    select distinct on (i.principal_id) i.principal_id as id, i.external_id as "user"
    from identity i join principal p on p.id = i.principal_id left join slack_place s on s.id = i.external_id
    where i.surface = 'slack' and i.principal_id = any(${[...principals]}::text[])
      and coalesce(p.preferences ->> 'notify', '') <> 'none' and (s.team_id is null or s.team_id = coalesce(${team}, s.team_id))
    order by i.principal_id, s.team_id nulls last, i.linked_at desc, i.external_id`;
  return new Map(rows.map(({ id, user }) => [id, user]));
}

/** Old places of messages are forgotten: nothing is edited after so long. */
export async function reapSlackMessages(sql: Sql, days: number): Promise<void> {
  await sql`delete from slack_message where posted_at < now() - make_interval(days => ${days})`;
  await sql`delete from slack_picture where made_at < now() - make_interval(days => ${days})`;
}

/** Whether a message is a card of ours. */
export async function isSlackMessageOfOurs(sql: SqlLike, conversation: string, ts: string): Promise<boolean> {
  const rows = await sql`
    select 1 from slack_message where conversation = ${conversation} and ts = ${ts} limit 1`;
  return rows.length > 0;
}

export type SlackHomeRow = { readonly team: string; readonly user: string; readonly name: string };

/** What somebody's home tab shows now. */
export async function noteSlackHome(sql: SqlLike, home: SlackHomeRow & { readonly shown: string }): Promise<void> {
  await sql`
    insert into slack_home (team_id, user_id, name, shown) values (${home.team}, ${home.user}, ${home.name}, ${home.shown})
    on conflict (team_id, user_id) do update set name = excluded.name, shown = excluded.shown, opened_at = now()`;
}

export async function slackHomeShown(sql: SqlLike, team: string, user: string): Promise<string | null> {
  const [row] = await sql<{ shown: string | null }[]>`
    select shown from slack_home where team_id = ${team} and user_id = ${user}`;
  return row?.shown ?? null;
}

/** People who opened their home tab, the last first. */
export async function listSlackHomes(sql: SqlLike, limit: number): Promise<SlackHomeRow[]> {
  return sql<SlackHomeRow[]>`
    select team_id as team, user_id as "user", name from slack_home order by opened_at desc limit ${limit}`;
}

/** Conversations that get the cards of a channel of ours (`channels[].also`). */
export async function mirroredSlackPlaces(sql: SqlLike): Promise<string[]> {
  const rows = await sql<{ place: string }[]>`
    select distinct substring(address from 7) as place from channel_mirror where address like 'slack:%' order by place`;
  return rows.map(({ place }) => place);
}
