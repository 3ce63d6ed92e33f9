import { resolve } from "node:path";

import { fxCommand } from "../../bot/commands/fx.ts";
import type { CliCommand } from "../cli-command.ts";

export const fxCli: CliCommand = {
  name: fxCommand.name,
  summary: fxCommand.summary,
  usage: [fxCommand.usage],
  options: {},
  run: async (call) => {
    const [verb = "", file, ...rest] = call.words;
    // The verb reads relative paths from the process's folder; a person means their own.
    const path = file === undefined ? [] : [resolve(call.cwd, file)];
    return fxCommand.run({ ctx: await call.open(), text: [verb, ...path, ...rest].join(" ") });
  },
};
