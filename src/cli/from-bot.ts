import type { Command } from "../bot/command.ts";
import { dispatch } from "../bot/dispatch.ts";
import type { CliCommand } from "./cli-command.ts";

/** A command of the bot in the terminal: same word, same rest, same answer. */
export function fromBot(command: Command): CliCommand {
  return {
    name: command.name,
    summary: command.summary,
    usage: command.usage.split("\n").flatMap((line) => line.split(" | ")),
    options: {},
    run: async (call) => dispatch({ ctx: await call.open(), text: [command.name, ...call.words].join(" ") }),
  };
}
