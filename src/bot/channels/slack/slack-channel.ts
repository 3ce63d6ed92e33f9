import { createHash } from "node:crypto";

import type { Logger } from "pino";

import type { SlackSettings } from "../../../domain/slack.ts";
import type { Sql } from "../../../store/db.ts";
import {
  findSlackMessage,
  noteSlackMessage,
  noteSlackRevision,
  slackRevision,
  type SlackMessageRow,
} from "../../../store/slack.ts";
import { ChannelError } from "../channel-error.ts";
import type { Channel, Form, Pace, Posting, Reference } from "../channel.ts";
import { createDraw, type Draw, type LeftOut } from "./draw-message.ts";
import { FILE_BYTES_MAX, SLACK_CAPABILITIES } from "./limits.ts";
import type { Pictures } from "./pictures.ts";
import { findPosted, METADATA_EVENT } from "./reconcile.ts";
import { renderModal, type Origin } from "./render-modal.ts";
import { tableCsv } from "../table-csv.ts";
import { uploadFile } from "./upload-file.ts";
import type { Workspace, Workspaces } from "./workspaces.ts";

/** About one message a second and channel; a little slower, so that a 429 stays the exception. */
const SLACK_PACE: Pace = { secondsBetween: 1.1, placesAtOnce: 16 };
/** Said on a card that was sent again because nobody could tell whether it had been. */
export const MAYBE_TWICE = "This may have been posted twice: the first try was cut off.";

export type SlackDeps = {
  readonly sql: Sql;
  readonly settings: SlackSettings;
  readonly workspaces: Workspaces;
  readonly pictures: Pictures;
  readonly log: Logger;
};

/** A click's proof with where it was: what `openForm` is given as trigger. */
export type SlackTrigger = { readonly triggerId: string; readonly team: string; readonly origin: Origin };

/** Slack as a channel. Every message is found again by its key, and an older edit never undoes a newer one. */
export function createSlackChannel(deps: SlackDeps): Channel {
  const { sql, workspaces } = deps;
  const draw = createDraw(deps);
  return {
    name: "slack",
    capabilities: SLACK_CAPABILITIES,
    pace: SLACK_PACE,
    post: async (posting) => {
      const workspace = await workspaces.ofPlace(posting.channel);
      return bring(deps, draw, { workspace, posting, conversation: posting.channel });
    },
    postPrivate: async (person, posting) => {
      const workspace = await workspaces.ofPlace(person);
      const opened = await workspace.client.read((web) => web.conversations.open({ users: person }));
      const conversation = opened.channel?.id;
      if (conversation === undefined) throw new ChannelError("refused", `Slack: no talk with ${person}`);
      // Only under what stands in this very talk.
      const thread = posting.thread?.channel === conversation ? posting.thread : null;
      return bring(deps, draw, { workspace, posting: { ...posting, thread }, conversation });
    },
    update: async (reference, posting) => {
      const of = { conversation: reference.channel, ts: reference.id, key: posting.key };
      if ((await slackRevision(sql, of)) >= posting.revision) return;
      const workspace = await workspaces.ofPlace(placeOf(posting.channel));
      await draw.edit(workspace, { channel: of.conversation, ts: of.ts }, posting);
      await noteSlackRevision(sql, of, posting.revision);
    },
    upload: async ({ channel, key, generation, thread, file }) => {
      if (file.bytes.byteLength > FILE_BYTES_MAX)
        throw new ChannelError("invalid", `Slack is sent files of at most ${FILE_BYTES_MAX / 1024 / 1024} MiB`);
      const workspace = await workspaces.ofPlace(placeOf(channel));
      const known = await findSlackMessage(sql, { channel, key, generation });
      if (known !== null) return { channel: known.conversation, id: known.ts };
      const where = { channel: thread?.channel ?? channel, thread: parentOf(thread) };
      const id = await uploadFile(workspace.client, { name: file.name, title: file.name, bytes: file.bytes }, where);
      await noteSlackMessage(sql, { channel, key, generation }, { conversation: where.channel, ts: id, revision: 1 });
      return { channel: where.channel, id };
    },
    openForm: async (trigger, form, token) => {
      const { triggerId, team, origin } = JSON.parse(trigger) as SlackTrigger;
      await openModal(await workspaces.of(team), { triggerId, form, token, origin });
    },
  };
}

/** Opens a form for whoever just clicked. The proof of the click is good once, for three seconds. */
export async function openModal(
  workspace: Workspace,
  given: { readonly triggerId: string; readonly form: Form; readonly token: string; readonly origin: Origin },
): Promise<void> {
  const view = renderModal(given.form, given);
  await workspace.client.once((web) => web.views.open({ trigger_id: given.triggerId, view }));
}

const NOTHING: LeftOut = { rows: false, pictures: false };

type Target = { readonly workspace: Workspace; readonly posting: Posting; readonly conversation: string };

/** Brings a card to a conversation: posted the first time, else brought to the revision wanted now. */
async function bring(deps: SlackDeps, draw: Draw, target: Target): Promise<Reference> {
  const { posting } = target;
  const of = { channel: posting.channel, key: posting.key, generation: posting.generation };
  const known = (await findSlackMessage(deps.sql, of)) ?? (await foundPosted(deps, target));
  const { placed, leftOut } = known === null ? await postNew(draw, target) : { placed: known, leftOut: NOTHING };
  await noteSlackMessage(deps.sql, of, placed);
  if (placed.revision < posting.revision) {
    await draw.edit(target.workspace, { channel: placed.conversation, ts: placed.ts }, posting);
    await noteSlackMessage(deps.sql, of, { ...placed, revision: posting.revision });
  }
  // After it is noted where the card is: what belongs under it can fail without a second card.
  await addBelow(deps, target, placed, leftOut);
  const thread = parentOf(posting.thread);
  return { channel: placed.conversation, id: placed.ts, ...(thread === null ? {} : { thread }) };
}

/** A send that was cut off may have arrived: where reading is granted it is looked for. */
async function foundPosted(deps: SlackDeps, target: Target): Promise<SlackMessageRow | null> {
  const { posting, workspace, conversation } = target;
  if (!posting.maybePosted || !deps.settings.history) return null;
  const id = metadataId(posting);
  const ts = await findPosted(workspace.client, { conversation, thread: parentOf(posting.thread), id });
  // What it shows is not known: it is brought to this revision.
  return ts === null ? null : { conversation, ts, revision: 0 };
}

async function postNew(
  draw: Draw,
  { workspace, posting, conversation }: Target,
): Promise<{ placed: SlackMessageRow; leftOut: LeftOut }> {
  const marked = posting.maybePosted
    ? { ...posting, card: { ...posting.card, footer: [...posting.card.footer, MAYBE_TWICE] } }
    : posting;
  const { ts, leftOut } = await draw.post(workspace, {
    conversation,
    thread: parentOf(posting.thread),
    posting: marked,
    metadata: { event_type: METADATA_EVENT, event_payload: { id: metadataId(posting) } },
  });
  return { placed: { conversation, ts, revision: posting.revision }, leftOut };
}

/** The rows that did not fit as a file in the thread, and pictures the message could not show. Never rejects. */
async function addBelow(deps: SlackDeps, target: Target, placed: SlackMessageRow, left: LeftOut): Promise<void> {
  const { workspace, posting } = target;
  const where = { channel: placed.conversation, thread: parentOf(posting.thread) ?? placed.ts };
  if (left.pictures) await deps.pictures.share(workspace, posting.card, where);
  const csv = left.rows ? tableCsv(posting.card) : null;
  if (csv === null) return;
  try {
    const bytes = Buffer.from(csv, "utf8");
    await uploadFile(workspace.client, { name: "table.csv", title: "All rows", bytes }, where);
  } catch (error) {
    deps.log.warn({ err: error }, "slack: the file with all rows could not be added");
  }
}

/** Threads are one deep: under the parent of a reply, never under the reply. */
function parentOf(thread: Reference | null): string | null {
  return thread === null ? null : (thread.thread ?? thread.id);
}

/** `@U…` names a person's talk. */
function placeOf(channel: string): string {
  return channel.replace(/^@/, "");
}

/** What a post is found again by; says nothing to others who may read it. */
function metadataId({ channel, key, generation }: Posting): string {
  return createHash("sha256")
    .update(JSON.stringify([channel, key, generation]))
    .digest("hex")
    .slice(0, 32);
}
