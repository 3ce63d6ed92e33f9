import { createHash } from "node:crypto";

import { InteractionResponseType, Routes, type APIMessage } from "discord-api-types/v10";

import type { Card } from "../../card.ts";
import { ChannelError } from "../channel-error.ts";
import type { Channel, Pace, Posting, Reference } from "../channel.ts";
import { safeLine } from "../safe-text.ts";
import { CODE, codeOf, isOver, toChannelError } from "./discord-error.ts";
import type { DiscordRest } from "./discord-rest.ts";
import { DISCORD_CAPABILITIES, FILE_BYTES_MAX, NONCE_MAX } from "./limits.ts";
import {
  bodyOf,
  NO_PINGS,
  saysTheSame,
  withoutPictures,
  type Body,
  type DrawPng,
  type KnownFile,
} from "./message-body.ts";
import { renderDiscord } from "./render-discord.ts";
import { renderForm } from "./render-form.ts";
import { createPlaces, inOpenThread, keep, type Places } from "./places.ts";
import { NO_MENTIONS, type Mention } from "./render-text.ts";

/** Discord says by headers how fast a channel may be written to; more places at once would meet its 50 a second. */
const PACE: Pace = { secondsBetween: 0, placesAtOnce: 10 };
/** How far back a message is looked for that may have been posted before a crash. */
const LOOK_BACK_MESSAGES = 50;

export type DiscordChannelDeps = {
  readonly rest: DiscordRest;
  readonly draw: DrawPng;
  /** The Discord users behind the people a card names. */
  readonly mentionsOf?: (card: Card) => Promise<Mention>;
};

type Remembered = { readonly revision: number; readonly files: readonly KnownFile[] };

type Drawing = { readonly known?: readonly KnownFile[]; readonly notifies?: boolean };

async function drawPosting(deps: DiscordChannelDeps, { card, tokens }: Posting, how: Drawing): Promise<Body> {
  const mention = (await deps.mentionsOf?.(card)) ?? NO_MENTIONS;
  return bodyOf(renderDiscord(card, { tokens, mention }), deps.draw, how);
}

/** Discord as a channel. Places are channel ids; a private talk is `@USER`. */
export function createDiscordChannel(deps: DiscordChannelDeps): Channel {
  const { rest } = deps;
  const remembered = new Map<string, Remembered>();
  const places = createPlaces(rest);
  const remember = (message: APIMessage, revision: number): void => {
    keep(remembered, message.id, {
      revision,
      files: message.attachments.map(({ id, filename }) => ({ id, filename })),
    });
  };

  const render = (posting: Posting, how: Drawing = {}): Promise<Body> => drawPosting(deps, posting, how);

  /** A message for one person, by the interaction it answered; when that is over it stays as it is, and has said so. */
  const editAnswer = async (interaction: string, id: string, posting: Posting): Promise<void> => {
    const [application = "", token = ""] = interaction.split(":");
    const { body } = withoutPictures(await render(posting));
    try {
      await rest.patch(Routes.webhookMessage(application, token, id), { body, auth: false });
    } catch (error) {
      if (!isOver(error)) throw error;
    }
  };

  const edit = async (reference: Reference, posting: Posting): Promise<void> => {
    if (reference.interaction !== undefined) return editAnswer(reference.interaction, reference.id, posting);
    const channel = reference.thread ?? reference.channel;
    const before = remembered.get(reference.id);
    if (before !== undefined && before.revision > posting.revision) return;
    const files = before?.files ?? (await filesOf(rest, channel, reference.id));
    const payload = await render(posting, { known: files });
    const send = (it: Body) =>
      rest.patch<APIMessage>(Routes.channelMessage(channel, reference.id), { body: it.body, files: it.files });
    const edited = await sendWithRights(payload, (it) => inOpenThread(rest, channel, () => send(it)));
    remember(edited, posting.revision);
  };

  const put = async (posting: Posting): Promise<Reference> => {
    const place = await places.find(posting, posting.card.title);
    const channel = place.thread ?? place.channel;
    // What takes the place of a deleted message was told before.
    const payload = await render(posting, { notifies: posting.generation === 1 });
    const found = posting.maybePosted ? await findPosted(rest, channel, posting) : null;
    const message =
      found ??
      (await sendWithRights(payload, (it) =>
        rest.post<APIMessage>(Routes.channelMessages(channel), {
          body: { ...it.body, nonce: nonceOf(posting), enforce_nonce: true },
          files: it.files,
        }),
      ));
    const reference = { ...place, id: message.id };
    // Posted by an earlier try: the platform answers that message, as it was then.
    const stale = (found !== null || posting.revision > 1) && !saysTheSame(message, payload);
    if (!stale) remember(message, posting.revision);
    else await edit(reference, posting);
    return reference;
  };

  return {
    name: "discord",
    capabilities: DISCORD_CAPABILITIES,
    pace: PACE,
    post: (posting) => translated(() => put(posting)),
    update: (reference, posting) => translated(() => edit(reference, posting)),
    postPrivate: (person, posting) => translated(() => put({ ...posting, channel: `@${person}` })),
    upload: (posting) => translated(() => upload(rest, places, posting)),
    openForm: (trigger, form, token) =>
      translated(async () => {
        const [id = "", secret = ""] = trigger.split(":");
        const body = { type: InteractionResponseType.Modal, data: renderForm(form, token) };
        await rest.post(Routes.interactionCallback(id, secret), { body, auth: false });
      }),
  };
}

async function upload(
  rest: DiscordRest,
  places: Places,
  posting: Parameters<Channel["upload"]>[0],
): Promise<Reference> {
  const { file } = posting;
  if (file.bytes.byteLength > FILE_BYTES_MAX) {
    throw new ChannelError("invalid", `Discord takes files of at most ${FILE_BYTES_MAX / 1024 / 1024} MiB`);
  }
  const place = await places.find(posting, file.name);
  const name = safeLine(file.name).replace(/[^\p{L}\p{N}._ -]/gu, "_") || "file";
  const message = await rest.post<APIMessage>(Routes.channelMessages(place.thread ?? place.channel), {
    body: { attachments: [{ id: 0 }], allowed_mentions: NO_PINGS, nonce: nonceOf(posting), enforce_nonce: true },
    files: [{ name, data: Buffer.from(file.bytes), contentType: file.mime }],
  });
  return { ...place, id: message.id };
}

/** What makes a repeated post the same message, for some minutes: place, key, and how often it had to be made anew. */
function nonceOf({ channel, key, generation }: Pick<Posting, "channel" | "key" | "generation">): string {
  const digest = createHash("sha256")
    .update(JSON.stringify([channel, key, generation]))
    .digest("base64url");
  return digest.slice(0, NONCE_MAX);
}

async function translated<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw toChannelError(error);
  }
}

/** Where pictures may not be attached the card goes out without: its numbers are in the text. */
async function sendWithRights(payload: Body, send: (payload: Body) => Promise<APIMessage>): Promise<APIMessage> {
  try {
    return await send(payload);
  } catch (error) {
    const withPictures = payload.files.length > 0 || (payload.body.attachments ?? []).length > 0;
    if (codeOf(error) !== CODE.missingPermissions || !withPictures) throw error;
    return send(withoutPictures(payload));
  }
}

async function filesOf(rest: DiscordRest, channel: string, id: string): Promise<readonly KnownFile[]> {
  const { attachments } = await rest.get<APIMessage>(Routes.channelMessage(channel, id));
  return attachments.map(({ id: file, filename }) => ({ id: file, filename }));
}

/**
 * A message of ours from before a crash, when its nonce may be forgotten by now: it carries this posting's tokens. null =
 * none is seen (or we may not read what was said).
 */
async function findPosted(rest: DiscordRest, channel: string, { tokens }: Posting): Promise<APIMessage | null> {
  if (tokens.length === 0) return null;
  const recent = await rest.get<APIMessage[]>(Routes.channelMessages(channel), {
    query: { limit: String(LOOK_BACK_MESSAGES) },
  });
  const carries = (message: APIMessage): boolean => {
    const components = JSON.stringify(message.components ?? []);
    return tokens.some((token) => components.includes(`:${token}"`));
  };
  return recent.find((message) => message.author.bot === true && carries(message)) ?? null;
}
