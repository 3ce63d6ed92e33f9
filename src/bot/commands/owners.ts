import { AppError } from "../../domain/errors.ts";
import { describeFilter } from "../../analysis/describe-filter.ts";
import { listOwners, removeOwners, setOwner } from "../../service/manage-owners.ts";
import { effectByWord, type Command } from "../command.ts";
import { parseScope } from "../grammar/parse-scope.ts";
import { ownersCard, ownerText } from "../views/people-card.ts";

const USAGE = [
  "owners list",
  "owners of for DIM VALUE…",
  "owners set PERSON|#CHANNEL for DIM VALUE…",
  "owners remove for DIM VALUE…",
];

/** `owners`: which person or channel a part of the bill belongs to; alerts and mentions go there. */
export const ownersCommand: Command = {
  name: "owners",
  summary: "who owns which part of the bill: whom to ask, and who is told",
  usage: USAGE.join("\n"),
  examples: ["owners list", "owners of for team payments", "owners set #payments for team payments"],
  role: "viewer",
  effect: effectByWord({ set: "shared", remove: "shared" }),
  run: async ({ ctx, text }) => {
    const [word = "list", ...words] = text.split(/\s+/).filter((part) => part !== "");
    const today = ctx.clock.today();
    switch (word.toLowerCase()) {
      case "list":
      case "of": {
        const scope = word.toLowerCase() === "list" ? null : parseScope(words.join(" "), today);
        const data = await listOwners({ ctx, input: { scope } });
        return { card: ownersCard(data.owners), data, exitCode: 0 };
      }
      case "set": {
        const [who, ...rest] = words;
        if (who === undefined)
          throw new AppError("bad-input", "owners set needs a person or a #channel.", { remedy: USAGE[2] ?? "" });
        const owner = await setOwner({ ctx, input: { who, scope: parseScope(rest.join(" "), today) } });
        const summary = `${ownerText(owner)} owns ${describeFilter(owner.scope)} now.`;
        return {
          card: { ...ownersCard([owner]), title: "Owner named", summary, tone: "good" },
          data: { owner },
          exitCode: 0,
        };
      }
      case "remove": {
        const scope = parseScope(words.join(" "), today);
        const removed = await removeOwners({ ctx, input: { scope } });
        const summary = `Nobody is named as owner of ${describeFilter(scope)} any more.`;
        return {
          card: { ...ownersCard([]), title: "Owners removed", summary, tone: "good" },
          data: { removed },
          exitCode: 0,
        };
      }
      default:
        throw new AppError("bad-input", `owners does not know "${word.slice(0, 40)}".`, {
          remedy: `Usage:\n${USAGE.join("\n")}`,
        });
    }
  },
};
