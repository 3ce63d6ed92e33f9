import { AppError } from "../../domain/errors.ts";
import type { Context } from "../../service/context.ts";
import { findSaved, listSaved, removeSaved } from "../../service/saved-questions.ts";
import { effectByWord, type Command, type CommandAnswer } from "../command.ts";
import { tokenise } from "../grammar/tokens.ts";
import { savedCard, savedListCard, savedRemovedCard } from "../views/saved-card.ts";
import { answerQuery } from "./cost.ts";
import { digestCommand } from "./digest.ts";
import { savedQuery, saveText } from "./saved-question.ts";

/** `save NAME QUESTION`: gives a question a name. */
export const saveCommand: Command = {
  name: "save",
  summary: "give a question a name, for you and everybody who may see its answer",
  usage: "save NAME QUESTION",
  examples: ["save burn last month by service vs previous", 'save "team burn" last month by team'],
  role: "viewer",
  effect: () => "shared",
  run: async ({ ctx, text }) => {
    const { name, rest } = nameAndRest(text);
    const data = await saveText(ctx, name, rest);
    return { card: savedCard(data), data, exitCode: 0 };
  },
};

/** `run NAME`: asks it again, as whoever runs it. */
export const runCommand: Command = {
  name: "run",
  summary: "ask a saved question again; you see your own part of the answer",
  usage: "run NAME",
  examples: ["run burn"],
  role: "viewer",
  run: async ({ ctx, text }) => {
    const saved = await findSaved({ ctx, input: { name: wholeName(text) } });
    const answer = await answerQuery(ctx, savedQuery(saved, ctx.clock.today()));
    const { card } = answer;
    const footer = [...card.footer, `Saved as ${saved.name} by ${saved.owner.name}.`];
    return { ...answer, card: { ...card, title: `${saved.name}: ${card.title}`, footer } };
  },
};

/** `saved`: the list; `saved remove NAME`; `saved subscribe NAME …`. */
export const savedCommand: Command = {
  name: "saved",
  summary: "the questions people saved: run, remove, or get one by itself",
  usage: ["saved [list]", "saved subscribe NAME [daily|weekly|monthly] [at HH:MM] …", "saved remove NAME"].join("\n"),
  examples: ["saved", "saved subscribe burn weekly"],
  role: "viewer",
  effect: effectByWord({ subscribe: "shared", remove: "shared" }),
  run: async ({ ctx, text }) => {
    const [, word = "list", rest = ""] = /^\s*(\S+)\s*([\s\S]*)$/.exec(text) ?? [];
    switch (word.toLowerCase()) {
      case "list":
        return list(ctx);
      case "remove": {
        const removed = await removeSaved({ ctx, input: { name: wholeName(rest) } });
        return { card: savedRemovedCard(removed), data: { removed }, exitCode: 0 };
      }
      case "subscribe":
        return digestCommand.run({ ctx, text: `subscribe question ${rest}` });
      default:
        throw new AppError("bad-input", `saved does not know "${word.slice(0, 40)}".`, {
          remedy: "There are: saved list, saved subscribe NAME, saved remove NAME. To ask one: run NAME",
        });
    }
  },
};

async function list(ctx: Context): Promise<CommandAnswer> {
  const saved = await listSaved({ ctx, input: {} });
  return { card: savedListCard(saved), data: { saved }, exitCode: 0 };
}

function nameAndRest(text: string): { name: string; rest: string } {
  const [first] = tokenise(text).tokens;
  if (first === undefined) {
    throw new AppError("bad-input", "Say a name and the question.", { remedy: "save burn last month by service" });
  }
  return { name: first.text, rest: text.slice(first.end) };
}

/** A name as typed: quoted, or all words that follow. */
function wholeName(text: string): string {
  const name = tokenise(text)
    .tokens.map((token) => token.text)
    .join(" ");
  if (name !== "") return name;
  throw new AppError("bad-input", "Say which question: its name follows the word.", { remedy: "saved lists them." });
}
