import { setTimeout as wait } from "node:timers/promises";

import { ChannelError } from "../channel-error.ts";
import type { SlackClient } from "./slack-client.ts";

const UPLOAD_TIMEOUT_MS = 15_000;
const LOOK_FIRST_MS = 50;
const LOOK_MAX_MS = 1_000;

export type NewFile = { readonly name: string; readonly title: string; readonly bytes: Uint8Array };
/** Where a file is shown at once; without it the file waits to be shown by a message. */
export type ShareIn = { readonly channel: string; readonly thread: string | null };

/** Uploads a file by Slack's three steps. Returns its id. Rejects with ChannelError. */
export async function uploadFile(client: SlackClient, file: NewFile, share: ShareIn | null): Promise<string> {
  const place = await client.read((web) =>
    web.files.getUploadURLExternal({ filename: file.name, length: file.bytes.byteLength }),
  );
  const { upload_url: url, file_id: id } = place;
  if (url === undefined || id === undefined) {
    throw new ChannelError("invalid", "Slack: files.getUploadURLExternal names no address");
  }
  await send(url, file.bytes);
  const files: [{ id: string; title: string }] = [{ id, title: file.title }];
  await client.once((web) =>
    share === null
      ? web.files.completeUploadExternal({ files })
      : share.thread === null
        ? web.files.completeUploadExternal({ files, channel_id: share.channel })
        : web.files.completeUploadExternal({ files, channel_id: share.channel, thread_ts: share.thread }),
  );
  return id;
}

async function send(url: string, bytes: Uint8Array): Promise<void> {
  let status: number;
  try {
    const response = await fetch(url, {
      method: "POST",
      body: new Uint8Array(bytes),
      headers: { "content-type": "application/octet-stream" },
      signal: AbortSignal.timeout(UPLOAD_TIMEOUT_MS),
    });
    await response.arrayBuffer();
    ({ status } = response);
  } catch (cause) {
    throw new ChannelError("unavailable", "Slack takes no files at the moment", { cause });
  }
  if (status !== 200) throw new ChannelError("unavailable", `Slack answers ${status} to a file`);
}

/**
 * Waits until Slack has processed a file: a message that names it earlier is refused. False: not within `deadlineMs`,
 * or this server does not say.
 */
export async function isProcessed(client: SlackClient, id: string, deadlineMs: number): Promise<boolean> {
  const until = performance.now() + deadlineMs;
  for (let pause = LOOK_FIRST_MS; ; pause = Math.min(LOOK_MAX_MS, pause * 2)) {
    const answer = await client.read((web) => web.files.info({ file: id }));
    if ((answer.file?.mimetype ?? "") !== "") return true;
    if (performance.now() + pause > until) return false;
    await wait(pause);
  }
}
