import { randomBytes } from "node:crypto";

import { writable } from "./methods-chat.ts";
import { textArg, type Methods } from "./method.ts";
import { FakeRefusal, mint, mintTs, type FakeFile, type FakeState, type Json } from "./state.ts";

/** The external upload: ask for an address, send the bytes there, say that they are there; processed later. */
export const FILE_METHODS: Methods = {
  "files.getUploadURLExternal": {
    scopes: ["files:write"],
    token: "bot",
    run: ({ state, args, base }) => {
      const name = textArg(args, "filename");
      const length = Number(args["length"]);
      if (name === null || !Number.isInteger(length) || length < 1) throw new FakeRefusal("invalid_arguments");
      const file: FakeFile = {
        id: mint(state, "F"),
        name,
        length,
        ticket: randomBytes(12).toString("hex"),
        bytes: null,
        title: name,
        completed: false,
        looksUntilReady: state.features.looksUntilReady,
        channel: null,
      };
      state.files.set(file.id, file);
      return { upload_url: `${base}/upload/${file.ticket}`, file_id: file.id };
    },
  },
  "files.completeUploadExternal": {
    scopes: ["files:write"],
    token: "bot",
    run: ({ state, args }) => {
      const wanted = args["files"];
      if (!Array.isArray(wanted) || wanted.length === 0) throw new FakeRefusal("invalid_arguments");
      const files = (wanted as Json[]).map((one) => completed(state, one));
      const channelId = textArg(args, "channel_id");
      if (channelId !== null) share(state, files, channelId, args);
      return { files: files.map((file) => fileJson(file)) };
    },
  },
  "files.info": {
    scopes: ["files:read"],
    token: "bot",
    run: ({ state, args }) => {
      const file = state.files.get(textArg(args, "file") ?? "");
      if (file === undefined || !file.completed) throw new FakeRefusal("file_not_found");
      file.looksUntilReady -= 1;
      return { file: fileJson(file) };
    },
  },
};

/** What arrives at an upload address. The size must be the one announced. */
export function receiveUpload(state: FakeState, ticket: string, bytes: Buffer): number {
  const file = [...state.files.values()].find((one) => one.ticket === ticket);
  if (file === undefined || file.bytes !== null) return 404;
  if (bytes.length !== file.length) return 400;
  file.bytes = bytes;
  return 200;
}

function completed(state: FakeState, { id, title }: Json): FakeFile {
  const file = typeof id === "string" ? state.files.get(id) : undefined;
  if (file === undefined || file.bytes === null) throw new FakeRefusal("file_not_found");
  if (file.completed) throw new FakeRefusal("file_already_completed");
  file.completed = true;
  if (typeof title === "string") file.title = title;
  return file;
}

/** The message of a shared file: its name (ts) is not told to whoever shared it. */
function share(state: FakeState, files: readonly FakeFile[], channelId: string, args: Json): void {
  const channel = writable(state, channelId, false);
  const threadTs = textArg(args, "thread_ts");
  const parent = state.messages.find((one) => one.channel === channel.id && one.ts === threadTs);
  if (threadTs !== null && parent === undefined) throw new FakeRefusal("thread_not_found");
  for (const file of files) file.channel = channel.id;
  state.messages.push({
    channel: channel.id,
    ts: mintTs(state),
    user: state.bot.user,
    text: textArg(args, "initial_comment") ?? "",
    blocks: [],
    threadTs,
    metadata: null,
    files: files.map(({ id }) => id),
    edits: 0,
    ephemeralTo: null,
    unfurl: false,
  });
}

function fileJson(file: FakeFile): Json {
  const ready = file.looksUntilReady <= 0;
  return {
    id: file.id,
    name: file.name,
    title: file.title,
    size: file.length,
    mimetype: ready ? mimetype(file.name) : "",
    permalink: `https://acme.slack.com/files/${file.id}`,
    shares: {},
  };
}

function mimetype(name: string): string {
  if (/\.png$/i.test(name)) return "image/png";
  return /\.csv$/i.test(name) ? "text/csv" : "application/octet-stream";
}
