import { setTimeout as wait } from "node:timers/promises";

import type { ChatPostMessageArguments } from "@slack/web-api";
import type { Logger } from "pino";

import type { SlackSettings } from "../../../domain/slack.ts";
import type { Sql } from "../../../store/db.ts";
import { slackUsersOf } from "../../../store/slack.ts";
import type { Block } from "../../card.ts";
import { peopleOnCard } from "../../people-on-card.ts";
import { ChannelError } from "../channel-error.ts";
import type { Posting } from "../channel.ts";
import type { Pictures } from "./pictures.ts";
import { renderSlack, type SlackMessage } from "./render-slack.ts";
import { blockMessages, slackCode } from "./slack-error.ts";
import { HOME_TEAM, type Workspace } from "./workspaces.ts";

/** Slack may still refuse a file it calls processed: tried again after these pauses, then without it. */
const PICTURE_RETRIES_MS = [300, 1_000];
/** What says that the blocks are at fault, not the message. */
const BLOCK_CODES = new Set(["invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long"]);

export type NewMessage = {
  readonly conversation: string;
  readonly thread: string | null;
  readonly posting: Posting;
  readonly metadata: NonNullable<ChatPostMessageArguments["metadata"]>;
};

/** What a message does not show of its card: it follows as files. */
export type LeftOut = { readonly rows: boolean; readonly pictures: boolean };

/** Cards become messages, in the richest form this workspace takes. */
export type Draw = {
  readonly post: (workspace: Workspace, message: NewMessage) => Promise<{ ts: string; leftOut: LeftOut }>;
  readonly edit: (workspace: Workspace, at: { channel: string; ts: string }, posting: Posting) => Promise<void>;
  /** Sends a card in any other way; `send` is called again with a plainer form when its blocks are refused. */
  readonly send: <T>(
    workspace: Workspace,
    content: Pick<Posting, "card" | "tokens"> & Partial<Pick<Posting, "generation">>,
    send: (message: SlackMessage, leftOut: LeftOut) => Promise<T>,
  ) => Promise<T>;
};

export function createDraw(deps: {
  readonly sql: Sql;
  readonly settings: SlackSettings;
  readonly pictures: Pictures;
  readonly log: Logger;
}): Draw {
  // Workspaces that refused a native table: not tried again by this process.
  const plainOnly = new Set<string>();

  const send: Draw["send"] = async (workspace, { card, tokens, generation = 1 }, sender) => {
    // What takes the place of a deleted message was told before: it names people and calls nobody.
    const called = generation > 1 ? [] : peopleOnCard(card);
    const mentions = await slackUsersOf(deps.sql, called, workspace.team === HOME_TEAM ? null : workspace.team);
    let pictures = await deps.pictures.ready(workspace, card);
    let nativeTables = deps.settings.nativeTables && !plainOnly.has(workspace.team);
    const charts = card.blocks.some(({ kind }) => kind === "chart");
    for (let tries = 0; ; tries += 1) {
      const message = renderSlack(card, { tokens, pictures, mentions, nativeTables });
      try {
        return await sender(message, { rows: message.rowsLeftOut, pictures: charts && pictures.size === 0 });
      } catch (error) {
        if (!isAboutBlocks(error)) throw error;
        const pause = PICTURE_RETRIES_MS[tries];
        if (pictures.size > 0 && isAboutPicture(error) && pause !== undefined) {
          await wait(pause);
          continue;
        }
        if (pictures.size > 0 && (isAboutPicture(error) || !nativeTables)) {
          deps.log.warn({ err: error }, "slack: a picture cannot be embedded, it follows in the thread");
          await deps.pictures.forget(workspace, pictures);
          pictures = new Map<Block, string>();
          continue;
        }
        if (!nativeTables) throw error;
        deps.log.warn({ err: error }, "slack: this workspace takes no native tables");
        plainOnly.add(workspace.team);
        nativeTables = false;
      }
    }
  };
  return {
    send,
    post: (workspace, { conversation, thread, posting, metadata }) =>
      send(workspace, posting, async ({ text, blocks }, leftOut) => {
        const { ts } = await workspace.client.once((web) =>
          web.chat.postMessage({
            channel: conversation,
            text,
            blocks,
            metadata,
            unfurl_links: false,
            unfurl_media: false,
            ...(thread === null ? {} : { thread_ts: thread }),
          }),
        );
        if (ts === undefined) throw new ChannelError("unavailable", "Slack: a post without a name");
        return { ts, leftOut };
      }),
    edit: async (workspace, at, posting) => {
      await send(workspace, posting, ({ text, blocks }) =>
        workspace.client.once((web) => web.chat.update({ ...at, text, blocks })),
      );
    },
  };
}

function isAboutBlocks(error: unknown): boolean {
  return BLOCK_CODES.has(slackCode(error) ?? "");
}

function isAboutPicture(error: unknown): boolean {
  return /slack.?file/i.test(blockMessages(error));
}
