import { hasRole } from "../../domain/actor.ts";
import { AppError } from "../../domain/errors.ts";
import { nearestWords } from "../../domain/nearest.ts";
import type { Card } from "../card.ts";
import type { Command, CommandAnswer } from "../command.ts";

const EXAMPLE_BUTTONS_MAX = 4;

/** `help` over a list of commands: the list is passed, because it contains help itself. */
export function createHelpCommand(list: () => readonly Command[]): Command {
  return {
    name: "help",
    summary: "what you can ask, with examples",
    usage: "help [COMMAND]",
    examples: ["help", "help cost"],
    role: "viewer",
    run: async ({ ctx, text }): Promise<CommandAnswer> => {
      const topic = text.trim().toLowerCase().split(/\s+/)[0] ?? "";
      const commands = list().filter((command) => hasRole(ctx.actor, command.role));
      const data = commands.map(({ name, summary, usage, examples, role }) => ({
        name,
        summary,
        usage,
        examples,
        role,
      }));
      if (topic === "") return { card: overviewCard(commands), data: { commands: data }, exitCode: 0 };
      const command = list().find((candidate) => candidate.name === topic);
      if (command === undefined) throw noSuchTopic(topic, list());
      return { card: topicCard(command), data: { commands: data.filter(({ name }) => name === topic) }, exitCode: 0 };
    },
  };
}

function overviewCard(commands: readonly Command[]): Card {
  const questions = commands
    .filter((command) => command.name !== "help")
    .flatMap(({ examples }) => examples.slice(0, 1));
  return {
    title: "What you can ask",
    summary: "Type a command, or press one of the examples. Every button is also a command you can type.",
    tone: "neutral",
    blocks: [
      {
        kind: "table",
        columns: [
          { header: "Command", align: "left" },
          { header: "What it does", align: "left" },
          { header: "For example", align: "left" },
        ],
        rows: commands.map((command) => [
          [{ kind: "strong", text: command.name }],
          command.summary,
          [{ kind: "code", text: command.examples[0] ?? command.usage }],
        ]),
      },
    ],
    actions: questions
      .slice(0, EXAMPLE_BUTTONS_MAX)
      .map((example) => ({ kind: "button", label: example, style: "plain" as const, command: example })),
    footer: ["help COMMAND tells more about one of them."],
  };
}

function topicCard(command: Command): Card {
  return {
    title: command.name,
    summary: `${command.name}: ${command.summary}.`,
    tone: "neutral",
    blocks: [
      { kind: "list", caption: "Usage", items: command.usage.split("\n").map((text) => [{ kind: "code", text }]) },
      { kind: "list", caption: "Examples", items: command.examples.map((text) => [{ kind: "code", text }]) },
    ],
    actions: command.examples
      .slice(0, EXAMPLE_BUTTONS_MAX)
      .map((example) => ({ kind: "button", label: example, style: "plain" as const, command: example })),
    footer: [`Needs the role ${command.role}.`],
  };
}

function noSuchTopic(topic: string, commands: readonly Command[]): AppError {
  const [nearest] = nearestWords(
    topic,
    commands.map((command) => command.name),
  );
  const guess = nearest === undefined ? "Type help to see all." : `Did you mean "help ${nearest}"?`;
  return new AppError("not-found", `There is no help on "${topic.slice(0, 60)}".`, { remedy: guess });
}
