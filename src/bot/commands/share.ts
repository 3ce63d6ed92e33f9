import { roleOf } from "../../domain/actor.ts";
import { AppError } from "../../domain/errors.ts";
import type { Context } from "../../service/context.ts";
import { shareAnswer, type SharedAnswer } from "../../service/share-answer.ts";
import type { Card } from "../card.ts";
import type { Command } from "../command.ts";
import { keepAnswerTrue, type Shows } from "../live-cards.ts";

const USAGE = "share ID [#CHANNEL]";

/** `share ID`: an answer only its asker saw goes where all see it. The button under a private answer does the same. */
export const shareCommand: Command = {
  name: "share",
  summary: "show a private answer of yours in a channel",
  usage: USAGE,
  examples: ["share 12 #finops"],
  role: "viewer",
  effect: () => "own",
  run: async ({ ctx, text }) => {
    const [id, channel = null, ...rest] = text.split(/\s+/).filter((word) => word !== "");
    if (id === undefined || rest.length > 0) {
      throw new AppError("bad-input", "Say which answer: its number stands on its Share button.", { remedy: USAGE });
    }
    const shared = await shareAnswer({ ctx, input: { id, channel } });
    await keepTrue(ctx, shared);
    const data = { channel: shared.channel };
    const summary = `Everybody in #${data.channel} sees it now.`;
    return {
      card: { title: "Shared", summary, tone: "good", blocks: [], actions: [], footer: [] },
      data,
      exitCode: 0,
    };
  },
};

/** What was shared is as old as the answer: what was decided since is on it a moment later. */
async function keepTrue(ctx: Context, { asker, by, card, channel, key, shows }: SharedAnswer): Promise<void> {
  if (shows === null) return;
  await keepAnswerTrue(ctx.db.sql, {
    key,
    card: card as Card,
    shows: shows as Shows,
    added: { footer: [by] },
    actor: { kind: "user", ...asker, role: asker.id === ctx.actor.id ? roleOf(ctx.actor) : "viewer" },
    place: channel,
    isPrivate: false,
    placed: null,
  });
}
