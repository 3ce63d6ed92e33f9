import type { Logger } from "pino";

import type { ChartView } from "../../../charts/chart-view.ts";
import type { Sql } from "../../../store/db.ts";
import { findSlackPicture, forgetSlackPictures, noteSlackPicture } from "../../../store/slack.ts";
import type { Block, Card } from "../../card.ts";
import { safeLine } from "../safe-text.ts";
import { pictureId } from "../web/render-web.ts";
import { isProcessed, uploadFile, type ShareIn } from "./upload-file.ts";
import type { Workspace } from "./workspaces.ts";

export type ChartPng = (view: ChartView, options: { readonly theme: "light" | "dark" }) => Promise<Uint8Array>;

/** A card goes out with text and table alone when its pictures are not there by then. */
const READY_MS = 10_000;
/** A server without files is not asked again for a while. */
const UNABLE_MS = 10 * 60_000;
/** More would not be looked at, and each is a message's worth of waiting. */
const PICTURES_MAX = 3;
const TITLE_MAX = 150;

export type Pictures = {
  /** Slack files of a card's charts, uploaded where they are not yet; a chart without one is left out. Never rejects. */
  readonly ready: (workspace: Workspace, card: Card) => Promise<ReadonlyMap<Block, string>>;
  /** Slack would not show them: they are uploaded anew next time. */
  readonly forget: (workspace: Workspace, files: ReadonlyMap<Block, string>) => Promise<void>;
  /** Puts a card's charts below it as files of their own. Never rejects. */
  readonly share: (workspace: Workspace, card: Card, where: ShareIn) => Promise<void>;
};

export function createPictures(input: {
  readonly sql: Sql;
  readonly png: ChartPng;
  readonly log: Logger;
  readonly readyMs?: number;
}): Pictures {
  const { sql, png, log } = input;
  const unableUntil = new Map<string, number>();
  const able = ({ team }: Workspace): boolean => (unableUntil.get(team) ?? 0) <= performance.now();
  const failed = (workspace: Workspace, error: unknown, what: string): void => {
    log.warn({ err: error }, `slack: ${what}; the card goes out without its picture`);
    const lacking = error instanceof Error && /unknown_method|missing_scope|not_allowed/.test(error.message);
    if (lacking) unableUntil.set(workspace.team, performance.now() + UNABLE_MS);
  };
  const draw = async (chart: ChartBlock) => ({
    name: "chart.png",
    title: safeLine(chart.chart.title, TITLE_MAX) || "Chart",
    bytes: await png(chart.chart, { theme: "light" }),
  });
  const fileOf = async (workspace: Workspace, chart: ChartBlock): Promise<string | null> => {
    const picture = pictureId(chart.chart);
    const known = await findSlackPicture(sql, workspace.team, picture);
    if (known !== null) return known;
    const id = await uploadFile(workspace.client, await draw(chart), null);
    if (!(await isProcessed(workspace.client, id, input.readyMs ?? READY_MS))) return null;
    await noteSlackPicture(sql, workspace.team, picture, id);
    return id;
  };
  return {
    ready: async (workspace, card) => {
      const files = new Map<Block, string>();
      if (!able(workspace)) return files;
      await Promise.all(
        charts(card).map(async (chart) => {
          try {
            const id = await fileOf(workspace, chart);
            if (id !== null) files.set(chart, id);
          } catch (error) {
            failed(workspace, error, "no picture");
          }
        }),
      );
      return files;
    },
    forget: (workspace, files) => forgetSlackPictures(sql, workspace.team, [...files.values()]),
    share: async (workspace, card, where) => {
      if (!able(workspace)) return;
      for (const chart of charts(card)) {
        try {
          await uploadFile(workspace.client, await draw(chart), where);
        } catch (error) {
          failed(workspace, error, "a picture cannot be shared");
        }
      }
    },
  };
}

type ChartBlock = Extract<Block, { kind: "chart" }>;

function charts(card: Card): ChartBlock[] {
  return card.blocks.filter((block) => block.kind === "chart").slice(0, PICTURES_MAX);
}
