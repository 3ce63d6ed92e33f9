import { AppError } from "../../domain/errors.ts";
import { acceptLink, offerLink } from "../../service/link-identity.ts";
import type { Command } from "../command.ts";

const SECONDS_PER_MINUTE = 60;

/** `link` shows a code; `link CODE`, typed on another surface, says that both are one person. */
export const linkCommand: Command = {
  name: "link",
  summary: "be one person here and elsewhere: shows a code, or takes one",
  usage: "link\nlink CODE",
  examples: ["link"],
  role: "viewer",
  effect: () => "own",
  run: async ({ ctx, text }) => {
    if (text.trim() !== "") {
      const data = await acceptLink({ ctx, input: { code: text } });
      const summary = `You are ${data.handle} here too: role, scope and settings are the same everywhere.`;
      return {
        card: { title: "Linked", summary, tone: "good", blocks: [], actions: [], footer: [] },
        data,
        exitCode: 0,
      };
    }
    // Whoever reads the code first could take it.
    if (ctx.channel?.startsWith("@") === false) {
      throw new AppError("forbidden", "A code is shown only in private.", {
        remedy: "Ask privately, or in the terminal.",
      });
    }
    const data = await offerLink({ ctx, input: {} });
    return {
      card: {
        title: "Link another surface",
        summary: `Type there within ${data.seconds / SECONDS_PER_MINUTE} minutes: link ${data.code}`,
        tone: "neutral",
        blocks: [
          { kind: "facts", facts: [{ label: "Type there", value: [{ kind: "code", text: `link ${data.code}` }] }] },
        ],
        actions: [],
        footer: ["Whoever types it becomes you: show it to nobody."],
      },
      data,
      exitCode: 0,
    };
  },
};
