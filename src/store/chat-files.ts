import { AppError } from "../domain/errors.ts";
import { postMessage, readMessage, type Author, type MessageRow, type Reader } from "./conversations.ts";
import type { Sql, SqlLike } from "./db.ts";

/** Largest file kept in the conversation, bytes (migrations/0022_threads.sql). */
export const FILE_BYTES_MAX = 4 * 1_048_576;
const NAME_LENGTH_MAX = 200;

/** Puts a file into a channel or under a message, once a key. Its message says its name. */
export async function postFile(
  sql: Sql,
  input: {
    readonly channel: string;
    readonly key: string;
    readonly author: Author;
    readonly thread: string | null;
    readonly file: { readonly name: string; readonly mime: string; readonly bytes: Uint8Array };
  },
): Promise<MessageRow> {
  const { channel, key, author, thread } = input;
  const { mime, bytes } = input.file;
  const name = fileName(input.file.name);
  return sql.begin(async (tx) => {
    const message = await postMessage(tx, { channel, key, author, thread, body: name });
    await tx`
      insert into chat_file (message_id, name, mime, bytes)
      values (${message.id}::bigint, ${name}, ${mime.slice(0, NAME_LENGTH_MAX)}, ${Buffer.from(bytes)})
      on conflict (message_id) do nothing`;
    return message;
  });
}

/** The file of a message, when the person may read its channel; else AppError("not-found"). */
export async function readFile(
  sql: SqlLike,
  messageId: string,
  reader: Reader,
): Promise<{ readonly name: string; readonly mime: string; readonly bytes: Uint8Array }> {
  const message = await readMessage(sql, messageId, reader);
  const [row] = await sql<{ name: string; mime: string; bytes: Uint8Array }[]>`
    select name, mime, bytes from chat_file where message_id = ${message.id}::bigint`;
  if (row !== undefined) return row;
  throw new AppError("not-found", "That file is not here (any more).");
}

/** A name and nothing else: no folders, no control characters. */
function fileName(text: string): string {
  const name = text.toWellFormed().replaceAll(/[\p{Cc}\\/:*?"<>|]+/gu, "_");
  return name.slice(0, NAME_LENGTH_MAX).trim() || "file";
}
