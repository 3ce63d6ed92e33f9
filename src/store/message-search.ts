import { messageColumns, messagesIn, readableChannels, toMessage } from "./conversations.ts";
import type { MessageRow, RawMessage, Reader } from "./conversations.ts";
import type { SqlLike } from "./db.ts";

/** Most words of one search; more would only slow it. */
const WORDS_MAX = 12;
/** What separates words, here and in `search_words` of migration 0081. */
const BETWEEN = /[^0-9A-Za-z\u{80}-\u{10ffff}]+/u;

/**
 * The words of a search as Postgres reads them: all must be there, what is joined by punctuation (`us-east-1`, `$12,004`)
 * in that order, and each may go on (`pay` finds payments). null = nothing to look for.
 */
export function searchQuery(text: string): string | null {
  const terms = text
    .split(/\s+/u)
    .map((term) => term.split(BETWEEN).filter((word) => word !== ""))
    .filter((words) => words.length > 0)
    .slice(0, WORDS_MAX);
  if (terms.length === 0) return null;
  const quoted = (word: string): string => `'${word.replaceAll("\\", "\\\\").replaceAll("'", "''")}':*`;
  return terms.map((words) => `(${words.map(quoted).join(" <-> ")})`).join(" & ");
}

/** Messages that say all of it, in channels the reader may read, newest first; `channel` null = in all of them. */
export async function searchMessages(
  sql: SqlLike,
  input: { readonly reader: Reader; readonly query: string; readonly channel: string | null; readonly limit: number },
): Promise<MessageRow[]> {
  const all = await readableChannels(sql, input.reader);
  const open = input.channel === null ? all : all.filter(({ name }) => name === input.channel);
  const rows = await sql<RawMessage[]>`
    select ${messageColumns(sql)} from ${messagesIn(sql, open)}
    where words @@ to_tsquery('simple', ${input.query}) order by message.id desc limit ${input.limit}`;
  return rows.map(toMessage);
}
