import {
  archivedThread,
  missingAccess,
  missingPermissions,
  closedToUs,
  unknownChannel,
  unknownMessage,
  type Refusal,
} from "./errors.ts";
import { requireMessage, type UploadedFile } from "./validate-message.ts";
import type { Bag } from "./validate.ts";
import {
  changed,
  isThread,
  PERMISSIONS,
  permissionsOf,
  type FakeAttachment,
  type FakeChannel,
  type FakeMessage,
  type World,
} from "./world.ts";

/** A request body: JSON, or `payload_json` with files. */
export type Body = { readonly json: unknown; readonly files: readonly UploadedFile[] };

/** How long the platform remembers a nonce ("a few minutes"). */
const NONCE_MS = 5 * 60_000;

export function requireChannel(world: World, id: string): FakeChannel {
  const channel = world.channels.get(id);
  if (channel === undefined) throw unknownChannel();
  if ((permissionsOf(world, channel) & PERMISSIONS.viewChannel) === 0n) throw missingAccess();
  return channel;
}

export function requireMessageOf(channel: FakeChannel, id: string): FakeMessage {
  const message = channel.messages.find((candidate) => candidate.id === id);
  // What only one person sees exists for nobody else, the bot's channel routes included.
  if (message === undefined || message.onlyFor !== null) throw unknownMessage();
  return message;
}

function needed(channel: FakeChannel, message: Bag, files: readonly UploadedFile[]): bigint {
  const send = isThread(channel) ? PERMISSIONS.sendMessagesInThreads : PERMISSIONS.sendMessages;
  const embeds = (message["embeds"] as [] | undefined)?.length ? PERMISSIONS.embedLinks : 0n;
  return send | embeds | (files.length > 0 ? PERMISSIONS.attachFiles : 0n);
}

/** POST /channels/{id}/messages. A nonce seen lately with `enforce_nonce` answers the message it made. */
export function createMessage(world: World, channel: FakeChannel, body: Body): FakeMessage {
  const payload = requireMessage(body.json, { files: body.files, kept: [], ephemeralAllowed: false, edit: false });
  const bits = needed(channel, payload, body.files);
  if ((permissionsOf(world, channel) & bits) !== bits) throw missingPermissions();
  if (channel.recipientId !== null && world.closedTo.has(channel.recipientId)) throw closedToUs();
  if (channel.archived) {
    if (channel.locked) throw archivedThread();
    channel.archived = false;
  }
  const nonce = (payload["nonce"] as string | undefined) ?? null;
  if (payload["enforce_nonce"] === true && nonce !== null) {
    const same = channel.messages.find(
      (message) => message.nonce === nonce && world.now() - message.createdAt < NONCE_MS,
    );
    if (same !== undefined) return same;
  }
  const message = newMessage(world, { channelId: channel.id, payload, files: body.files, nonce, onlyFor: null });
  channel.messages.push(message);
  changed(world);
  return message;
}

export function newMessage(
  world: World,
  given: {
    channelId: string;
    payload: Bag;
    files: readonly UploadedFile[];
    nonce: string | null;
    onlyFor: string | null;
    flags?: number;
  },
): FakeMessage {
  const message: FakeMessage = {
    id: world.snowflake(),
    channelId: given.channelId,
    createdAt: world.now(),
    nonce: given.nonce,
    onlyFor: given.onlyFor,
    content: "",
    embeds: [],
    components: [],
    attachments: [],
    flags: given.flags ?? Number(given.payload["flags"] ?? 0),
    editedAt: null,
    edits: 0,
    pings: [],
  };
  write(world, message, given.payload, given.files);
  return message;
}

/** PATCH: what is given replaces; attachments that are not listed are dropped. */
export function editMessage(world: World, channel: FakeChannel | null, message: FakeMessage, body: Body): FakeMessage {
  if (channel?.archived === true) throw archivedThread();
  const payload = requireMessage(body.json, {
    files: body.files,
    kept: message.attachments,
    ephemeralAllowed: false,
    edit: true,
  });
  if (channel !== null) {
    const bits = needed(channel, payload, body.files);
    if ((permissionsOf(world, channel) & bits) !== bits) throw missingPermissions();
  }
  fill(world, message, payload, body.files);
  message.editedAt = world.now();
  message.edits += 1;
  changed(world);
  return message;
}

/** Puts a checked payload on a message that is there: an edit, or the answer a deferral promised. */
export function fill(world: World, message: FakeMessage, payload: Bag, files: readonly UploadedFile[]): void {
  write(world, message, payload, files);
}

function write(world: World, message: FakeMessage, payload: Bag, files: readonly UploadedFile[]): void {
  const before = message.content;
  if ("content" in payload) message.content = (payload["content"] as string | null) ?? "";
  if ("embeds" in payload) message.embeds = (payload["embeds"] as FakeMessage["embeds"] | null) ?? [];
  if ("components" in payload) message.components = (payload["components"] as FakeMessage["components"] | null) ?? [];
  message.attachments = attachmentsOf(world, message, payload, files);
  if (message.content !== before) message.pings = [...message.pings, ...pingsOf(message.content, payload)];
}

function attachmentsOf(
  world: World,
  message: FakeMessage,
  payload: Bag,
  files: readonly UploadedFile[],
): FakeAttachment[] {
  const listed = (payload["attachments"] as { id: string | number; description?: string }[] | undefined) ?? [];
  const kept = message.attachments.filter(({ id }) => listed.some((one) => String(one.id) === id));
  const added = files.map((file) => ({
    id: world.snowflake(),
    filename: file.name,
    description: listed.find((one) => String(one.id) === file.index)?.description ?? null,
    bytes: file.bytes,
  }));
  return [...kept, ...added];
}

/** Whom the platform notifies: what the text mentions and `allowed_mentions` allows. */
function pingsOf(content: string, payload: Bag): string[] {
  const allowed = (payload["allowed_mentions"] ?? { parse: ["everyone", "users", "roles"] }) as {
    parse?: string[];
    users?: string[];
  };
  const parse = allowed.parse ?? [];
  const everyone = /(^|[^\\])@(everyone|here)\b/.test(content) && parse.includes("everyone") ? ["everyone"] : [];
  const users = [...content.matchAll(/(^|[^\\])<@!?(\d+)>/g)].map((match) => match[2] ?? "");
  return [...everyone, ...users.filter((id) => parse.includes("users") || allowed.users?.includes(id) === true)];
}

export type { Refusal };
