import { readableChannels, type Reader } from "./conversations.ts";
import type { SqlLike } from "./db.ts";

/** Postgres channel on which moved marks are announced (payload: {person, mark}). */
export const READ_NOTIFY = "finops_read";
/** Most unread messages told of one channel: a page says "99+" beyond 99. */
export const UNREAD_MAX = 100;
/** Most threads somebody is told about: those read last. */
const THREADS_MAX = 300;

export type UnreadMessage = {
  readonly id: string;
  /** Message it hangs from; null = it stands in the channel itself. */
  readonly thread: string | null;
  /** Its card calls this person; absent otherwise. */
  readonly calls?: true;
};
export type ChannelUnread = {
  readonly channel: string;
  /** Everything that stands in the channel up to this message has been read. */
  readonly upTo: string;
  /**
   * What others said since, in the channel and in threads one has been in, at most UNREAD_MAX of each; answers to one's
   * own questions are not news.
   */
  readonly messages: readonly UnreadMessage[];
  /** Whether the channel has more of them than are told. */
  readonly more: boolean;
};

export type ReadMark = {
  readonly channel: string;
  /** Message the thread hangs from; null = the channel itself. */
  readonly thread: string | null;
  readonly upTo: string;
};

/**
 * What somebody has not read, in every channel they may read. A channel they see for the first time counts as read:
 * what was said before they came is history, not news.
 */
export async function listUnread(sql: SqlLike, reader: Reader): Promise<ChannelUnread[]> {
  const { personId } = reader;
  const open = await readableChannels(sql, reader);
  const names = open.map(({ name }) => name);
  await sql`
    insert into read_mark (person_id, channel, upto)
    select ${personId}, name, coalesce((select max(id) from message where message.channel = name), 0)
    from unnest(${names}::text[]) as name on conflict do nothing`;
  const others = sql`
    not (m.author_kind = 'person' and m.author_id = ${personId})
    and not exists (select 1 from message q
      where q.id = m.reply_to and q.author_kind = 'person' and q.author_id = ${personId})`;
  const called = sql`coalesce(jsonb_path_exists(unread.card -> 'blocks', 'lax $[*] ? (@.kind == "note" || @.kind == "list" || @.kind == "facts").** ? (@.kind == "person" && @.id == $me)',
    jsonb_build_object('me', ${personId}::text)), false)`;
  const rows = await sql<Omit<ChannelUnread, "more">[]>`
    select mark.channel, mark.upto::text as "upTo", coalesce((
      select jsonb_agg(jsonb_build_object('id', unread.id::text, 'thread', unread.thread::text)
        || case when ${called} then '{"calls":true}'::jsonb else '{}' end order by unread.id)
      from (
        (select m.id, m.thread, m.card from message m
          where m.channel = mark.channel and m.thread is null and m.id > greatest(mark.upto, readable.since) and ${others}
          order by m.id limit ${UNREAD_MAX})
        union all
        (select m.id, m.thread, m.card from read_mark been join message m on m.thread = been.thread
          where been.person_id = ${personId} and been.channel = mark.channel and been.thread > 0
            and m.id > greatest(been.upto, readable.since) and ${others}
          order by m.id limit ${UNREAD_MAX})
      ) as unread), '[]') as messages
    from unnest(${names}::text[], ${open.map(({ since }) => since)}::bigint[]) as readable(place, since)
    join read_mark mark on mark.channel = readable.place and mark.thread = 0 and mark.person_id = ${personId}`;
  return rows.map((row) => ({
    ...row,
    more: row.messages.filter(({ thread }) => thread === null).length === UNREAD_MAX,
  }));
}

/** Puts people into a thread from a message on that calls them; who is in it already stays where they are. */
export async function followThread(
  sql: SqlLike,
  input: {
    readonly channel: string;
    readonly thread: string;
    readonly from: string;
    readonly people: readonly string[];
  },
): Promise<void> {
  const { channel, thread, from, people } = input;
  await sql`
    insert into read_mark (person_id, channel, thread, upto)
    select person, ${channel}, ${thread}, ${from}::bigint - 1 from unnest(${[...people]}::text[]) person
    on conflict do nothing`;
}

/** Up to where the threads somebody has been in were read: parent message → message. */
export async function listThreadMarks(sql: SqlLike, personId: string): Promise<Record<string, string>> {
  const rows = await sql<{ thread: string; upTo: string }[]>`
    select thread::text as thread, upto::text as "upTo" from read_mark
    where person_id = ${personId} and thread > 0 order by upto desc limit ${THREADS_MAX}`;
  return Object.fromEntries(rows.map(({ thread, upTo }) => [thread, upTo]));
}

/** Up to where somebody has read, in every channel they may read and in threads they have been in. */
export async function listReadMarks(sql: SqlLike, reader: Reader): Promise<ReadMark[]> {
  const names = (await readableChannels(sql, reader)).map(({ name }) => name);
  const rows = await sql<ReadMark[]>`
    select channel, nullif(thread, 0)::text as thread, upto::text as "upTo" from read_mark
    where person_id = ${reader.personId} and channel = any(${names}::text[])
    order by thread = 0 desc, upto desc limit ${THREADS_MAX + names.length}`;
  return [...rows];
}

/** Moves marks forward, never back, and announces those that moved to the person's other pages; those of channels the person may not read, and beyond what is there, are ignored. */
export async function saveReadMarks(
  sql: SqlLike,
  input: { reader: Reader; marks: readonly ReadMark[] },
): Promise<void> {
  const { reader, marks } = input;
  const names = new Set((await readableChannels(sql, reader)).map(({ name }) => name));
  const own = marks.filter(({ channel }) => names.has(channel));
  await sql`
    with moved as (
    insert into read_mark (person_id, channel, thread, upto)
    select ${reader.personId}, m.channel, said.thread, max(m.id)
    from unnest(${own.map(({ channel }) => channel)}::text[], ${own.map(({ thread }) => thread ?? "0")}::bigint[],
      ${own.map(({ upTo }) => upTo)}::bigint[]) as said(channel, thread, upto)
    join message m on m.id = said.upto and m.channel = said.channel
      and case said.thread when 0 then m.thread is null else coalesce(m.thread, m.id) = said.thread end
    group by m.channel, said.thread
    on conflict (person_id, channel, thread) do update set upto = excluded.upto where read_mark.upto < excluded.upto
    returning channel, thread, upto)
    select pg_notify(${READ_NOTIFY}, jsonb_build_object('person', ${reader.personId}::text, 'mark', jsonb_build_object(
      'channel', channel, 'thread', nullif(thread, 0)::text, 'upTo', upto::text))::text) from moved`;
}
