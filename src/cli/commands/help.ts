import { AppError } from "../../domain/errors.ts";
import type { CliCommand } from "../cli-command.ts";
import { helpText, overviewText } from "../help-text.ts";

/** `help` over the list it is part of. */
export function createHelpCli(list: () => readonly CliCommand[]): CliCommand {
  return {
    name: "help",
    summary: "this list, or one command's usage",
    usage: ["help [COMMAND]"],
    options: {},
    run: async ({ words }) => {
      const [topic] = words;
      const commands = list();
      if (topic === undefined) {
        const data = commands.map(({ name, summary, usage }) => ({ name, summary, usage }));
        return { data: { commands: data }, card: overviewText(commands), exitCode: 0 };
      }
      const command = commands.find((candidate) => candidate.name === topic);
      if (command === undefined) {
        throw new AppError("bad-input", `There is no command "${topic.slice(0, 60)}".`, { remedy: "finops help" });
      }
      const { name, summary, usage } = command;
      return { data: { commands: [{ name, summary, usage }] }, card: helpText(command), exitCode: 0 };
    },
  };
}
