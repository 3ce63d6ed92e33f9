import { sourceCommand } from "../../bot/commands/source.ts";
import { dispatch } from "../../bot/dispatch.ts";
import type { CliCommand } from "../cli-command.ts";

const OPTIONS = ["provider", "account", "sub-accounts"] as const;

export const sourceCli: CliCommand = {
  name: sourceCommand.name,
  summary: sourceCommand.summary,
  usage: sourceCommand.usage.split("\n"),
  options: Object.fromEntries(OPTIONS.map((name) => [name, { type: "string" as const }])),
  run: async (call) => {
    const options = OPTIONS.flatMap((name) => {
      const value = call.text(name);
      return value === undefined ? [] : [`--${name}`, value];
    });
    const text = [sourceCommand.name, ...call.words, ...options].join(" ");
    return dispatch({ ctx: await call.open(), text }, [sourceCommand]);
  },
};
