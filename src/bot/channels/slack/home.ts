import { createHash } from "node:crypto";

import type { HomeView, KnownBlock } from "@slack/types";
import type { Logger } from "pino";

import type { Sql } from "../../../store/db.ts";
import { RECOMMENDATION_NOTIFY } from "../../../store/live-cards.ts";
import { OUTBOX_NOTIFY } from "../../../store/outbox.ts";
import { listSlackHomes, noteSlackHome, slackHomeShown } from "../../../store/slack.ts";
import { ANSWER_TOKEN_SECONDS, mintTokens } from "../../action-token.ts";
import type { Card } from "../../card.ts";
import { dispatch } from "../../dispatch.ts";
import { contextOf, type InboundBase } from "../../handle-inbound.ts";
import { DEMO_BANNER_SHORT } from "../../phrases.ts";
import { VIEW_BLOCKS_MAX } from "./limits.ts";
import { renderSlack } from "./render-slack.ts";
import type { Workspaces } from "./workspaces.ts";

/** What the tab shows, each as the command of that name answers it to this person: approvals, budgets, digests, set-up. */
const PARTS = ["recs list mine", "budget list", "digest list", "start"] as const;
/** Changes come in bursts: one look when they are over. */
const SETTLE_MS = 2_000;
/** People whose tab is kept up to date: those who opened it last. */
const HOMES_MAX = 50;

export type Home = {
  readonly opened: (team: string, user: string, name: string) => Promise<void>;
  readonly stop: () => Promise<void>;
};

type HomeDeps = {
  readonly sql: Sql;
  readonly workspaces: Workspaces;
  readonly current: () => Promise<{ readonly base: InboundBase; readonly sample: boolean }>;
  readonly groupsOf: (team: string, user: string) => Promise<string[]>;
  readonly log: Logger;
};

/** The Home tab: published when somebody opens it, and again when what it shows has changed. */
export function createHome(deps: HomeDeps): Home {
  const { sql, log } = deps;
  let stopped = false;
  let timer: NodeJS.Timeout | null = null;
  let looking: Promise<void> = Promise.resolve();
  const look = async (): Promise<void> => {
    for (const { team, user, name } of await listSlackHomes(sql, HOMES_MAX)) {
      if (stopped) return;
      await publish(deps, { team, user, name }, true);
    }
  };
  const ring = (): void => {
    if (stopped) return;
    if (timer !== null) clearTimeout(timer);
    timer = setTimeout(() => {
      looking = looking.then(look).catch((error: unknown) => {
        if (!stopped) log.warn({ err: error }, "slack: home tabs could not be brought up to date");
      });
    }, SETTLE_MS);
    timer.unref();
  };
  const listening = Promise.all(
    [OUTBOX_NOTIFY, RECOMMENDATION_NOTIFY, "finops_flip"].map((name) => sql.listen(name, ring)),
  ).catch((error: unknown) => {
    log.warn({ err: error }, "slack: home tabs are only published when they are opened");
    return [];
  });
  return {
    opened: (team, user, name) => publish(deps, { team, user, name }, false),
    stop: async () => {
      stopped = true;
      if (timer !== null) clearTimeout(timer);
      await looking;
      for (const one of await listening) await one.unlisten().catch(() => undefined);
    },
  };
}

type Whose = { readonly team: string; readonly user: string; readonly name: string };

/** `onlyChanges`: leaves alone what shows the same already. */
async function publish(deps: HomeDeps, whose: Whose, onlyChanges: boolean): Promise<void> {
  const { team, user, name } = whose;
  const { base, sample } = await deps.current();
  const ctx = await contextOf({
    base,
    inbound: {
      id: `home:${team}:${user}`,
      surface: "slack",
      tenant: team,
      person: { externalId: user, name, groups: await deps.groupsOf(team, user) },
      channel: `@${user}`,
      thread: null,
      act: { kind: "command", text: "start" },
    },
  });
  const cards: Card[] = [];
  for (const text of PARTS) cards.push((await dispatch({ ctx, text })).card);
  const shown = digestOf([sample, cards]);
  if (onlyChanges && (await slackHomeShown(deps.sql, team, user)) === shown) return;
  const parts = await Promise.all(
    cards.map(async (card, index) => {
      // A token stands for one action for ever: other actions are under another key.
      const key = `home:${user}:${index}:${digestOf(card.actions)}`;
      const owner = { channel: `@${ctx.actor.id}`, key, revision: 1, audience: ctx.actor.id };
      const tokens = await mintTokens(base.db.sql, card, { ...owner, seconds: ANSWER_TOKEN_SECONDS });
      return renderSlack(card, { tokens, pictures: new Map(), mentions: new Map(), nativeTables: false }).blocks;
    }),
  );
  const view = homeView(parts, sample);
  const workspace = await deps.workspaces.of(team);
  await workspace.client.read((web) => web.views.publish({ user_id: user, view }));
  await noteSlackHome(deps.sql, { team, user, name, shown });
}

/** The parts one below the other, a line between them. */
export function homeView(parts: readonly (readonly KnownBlock[])[], sample: boolean): HomeView {
  const banner: KnownBlock[] = sample
    ? [{ type: "context", elements: [{ type: "plain_text", text: DEMO_BANNER_SHORT, emoji: false }] }]
    : [];
  const blocks = [...banner, ...parts.flatMap((part, index) => (index === 0 ? part : [DIVIDER, ...part]))];
  return { type: "home", blocks: blocks.slice(0, VIEW_BLOCKS_MAX) };
}

const DIVIDER: KnownBlock = { type: "divider" };

function digestOf(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 24);
}
