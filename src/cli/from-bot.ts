import type { Command } from "../bot/command.ts";
import { dispatch } from "../bot/dispatch.ts";
import type { CliCommand } from "./cli-command.ts";

/** A command of the bot in the terminal: same word, same rest, same answer. */
export function fromBot(command: Command, options: { readonly readsOptions?: true } = {}): CliCommand {
  return {
    name: command.name,
    summary: command.summary,
    usage: command.usage.split("\n"),
    options: {},
    ...options,
    run: async (call) => dispatch({ ctx: await call.open(), text: commandText(command.name, call.words) }, [command]),
  };
}

/**
 * Command text from shell words. A shell has eaten the quotes of `for service "Amazon RDS"`: a word with spaces among
 * others gets them back; a question given as one word stays as it is.
 */
export function commandText(name: string, words: readonly string[]): string {
  const quoted = words.map((word) => (words.length > 1 && /\s/.test(word) ? `"${word.replaceAll('"', '\\"')}"` : word));
  return [name, ...quoted].join(" ");
}
