import { AppError } from "../../domain/errors.ts";
import { shareAnswer } from "../../service/share-answer.ts";
import type { Command } from "../command.ts";

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
    const data = await shareAnswer({ ctx, input: { id, channel } });
    const summary = `Everybody in #${data.channel} sees it now.`;
    return {
      card: { title: "Shared", summary, tone: "good", blocks: [], actions: [], footer: [] },
      data,
      exitCode: 0,
    };
  },
};
