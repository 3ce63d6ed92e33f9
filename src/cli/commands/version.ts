import { readFile } from "node:fs/promises";

import { z } from "zod";

import type { CliCommand } from "../cli-command.ts";

const packageSchema = z.object({ version: z.string() });

export const versionCli: CliCommand = {
  name: "version",
  summary: "version of this program and of Node",
  usage: ["version"],
  options: {},
  run: async () => {
    const text = await readFile(new URL("../../../package.json", import.meta.url), "utf8");
    const { version } = packageSchema.parse(JSON.parse(text));
    const data = { version, node: process.versions.node };
    return { data, card: `finops ${version} (Node ${data.node})`, exitCode: 0 };
  },
};
