import type { RawFile } from "@discordjs/rest";
import type { APIMessage, RESTPostAPIChannelMessageJSONBody } from "discord-api-types/v10";

import type { ChartView } from "../../../charts/chart-view.ts";
import type { DiscordMessage, Picture } from "./render-discord.ts";

/** Draws a chart; rejects when it is not ready in time, and the card goes out without it. */
export type DrawPng = (view: ChartView) => Promise<Uint8Array>;

export type KnownFile = { readonly id: string; readonly filename: string };
export type Body = {
  readonly body: Pick<
    RESTPostAPIChannelMessageJSONBody,
    "content" | "embeds" | "components" | "attachments" | "allowed_mentions"
  >;
  readonly files: readonly RawFile[];
};

/** Nobody is notified, whatever is written there. */
export const NO_PINGS = { parse: [] } as const satisfies RESTPostAPIChannelMessageJSONBody["allowed_mentions"];

/**
 * The payload of a rendered card: pictures drawn and attached, those the message has already kept by their ids. A picture
 * that cannot be drawn is left out, and so is what points at it. `notifies`: those the product calls on it are notified,
 * and nobody else; false for edits and repeats.
 */
export async function bodyOf(
  message: DiscordMessage,
  draw: DrawPng,
  { known = [], notifies = false }: { readonly known?: readonly KnownFile[]; readonly notifies?: boolean } = {},
): Promise<Body> {
  const kept = message.pictures.flatMap(({ name }) => known.filter(({ filename }) => filename === name).slice(0, 1));
  const fresh = message.pictures.filter(({ name }) => !kept.some(({ filename }) => filename === name));
  const drawn = await Promise.all(fresh.map((picture) => drawOne(picture, draw)));
  const ready = drawn.flatMap((one) => (one === null ? [] : [one]));
  const names = new Set([...kept.map(({ filename }) => filename), ...ready.map(({ name }) => name)]);
  const embeds = message.embeds.flatMap((embed) => {
    const url = embed.image?.url;
    if (url === undefined || names.has(url.slice("attachment://".length))) return [embed];
    const { image: _image, ...rest } = embed;
    // An embed of a picture alone would be empty.
    const shows = rest.title ?? rest.description ?? rest.footer ?? rest.fields;
    return shows === undefined ? [] : [rest];
  });
  return {
    body: {
      content: message.content,
      embeds: [...embeds],
      components: [...message.components],
      attachments: [
        ...kept.map(({ id }) => ({ id })),
        ...ready.map(({ alt }, index) => ({ id: index, description: alt })),
      ],
      allowed_mentions: notifies && message.called.length > 0 ? { parse: [], users: [...message.called] } : NO_PINGS,
    },
    files: ready.map(({ name, bytes }) => ({ name, data: Buffer.from(bytes), contentType: "image/png" })),
  };
}

async function drawOne(picture: Picture, draw: DrawPng): Promise<(Picture & { readonly bytes: Uint8Array }) | null> {
  try {
    return { ...picture, bytes: await draw(picture.view) };
  } catch {
    // Its numbers are in the text and the table.
    return null;
  }
}

/** The same card without pictures: for a place that takes none. */
export function withoutPictures({ body }: Body): Body {
  const embeds = (body.embeds ?? []).flatMap((embed) => {
    const { image: _image, ...rest } = embed;
    return Object.keys(rest).some((key) => key !== "color") ? [rest] : [];
  });
  return { body: { ...body, embeds, attachments: [] }, files: [] };
}

/** Whether a message that is there says what the payload says: nothing to edit then. */
export function saysTheSame(message: APIMessage, { body }: Body): boolean {
  const words = (embeds: APIMessage["embeds"]): string =>
    JSON.stringify(
      embeds.map(({ title = "", description = "", footer, fields = [] }) => [
        title.trim(),
        description.trim(),
        footer?.text.trim() ?? "",
        fields.map(({ name, value }) => [name.trim(), value.trim()]),
      ]),
    );
  const ids = (rows: readonly unknown[]): string =>
    [...JSON.stringify(rows).matchAll(/"(?:custom_id|value)":"([^"]*)"/g)].map(([, id]) => id).join();
  const shown = (body.embeds ?? []).flatMap(({ image }) => image?.url.slice("attachment://".length) ?? []);
  const attached = message.attachments.map(({ filename }) => filename);
  return (
    shown.every((name) => attached.includes(name)) &&
    message.content.trim() === (body.content ?? "").trim() &&
    words(message.embeds) === words([...(body.embeds ?? [])]) &&
    ids(message.components ?? []) === ids(body.components ?? [])
  );
}
