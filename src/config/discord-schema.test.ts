import { expect, test } from "vitest";

import { formatProblems } from "../config.ts";
import { discordProblems, discordSettings } from "./discord-schema.ts";
import { parseEnvironment, secretValues } from "./environment.ts";
import { parseConfigText } from "./read-file.ts";

const TOKEN = "x".repeat(70);
const env = { DISCORD_TOKEN: TOKEN };

test("without a token Discord is not used, with one defaults hold", () => {
  expect(discordSettings({ mode: "gateway" }, {})).toBeNull();
  expect(discordSettings(undefined, env)).toEqual({
    mode: "gateway",
    apiUrl: "https://discord.com/api",
    token: TOKEN,
    publicKey: null,
    applicationId: null,
    guildIds: [],
    commands: "global",
  });
});

test("ids without quotes are refused, not rounded", () => {
  const { problems } = parseConfigText(`
discord:
  guilds: [998877665544332211]
  roles:
    - { id: 112233445566778899, role: approver }
    - { id: "12", role: boss }
  mode: socket
`);
  expect(formatProblems(problems, null)).toMatchInlineSnapshot(`
    "The configuration has 5 problems:
      discord.guilds[0] (line 3): must be text, not 998877665544332200.
          A server's id, in quotes. Write for example "998877665544332211".
      discord.roles[0].id (line 5): must be text, not 112233445566778900.
          The role's id in Discord, in quotes. Write for example "112233445566778899".
      discord.roles[1].id (line 6): "12" must be the id Discord copies: 15 to 21 digits.
          The role's id in Discord, in quotes. Write for example "112233445566778899".
      discord.roles[1].role (line 6): "boss" must be one of viewer, analyst, approver, admin.
          Write one of them.
      discord.mode (line 7): "socket" must be one of gateway, http.
          Write one of them."
  `);
});

test("http needs the public key", () => {
  expect(discordProblems({ mode: "http" }, env)).toHaveLength(1);
  expect(discordProblems({ mode: "http" }, { ...env, DISCORD_PUBLIC_KEY: "ab".repeat(32) })).toEqual([]);
  expect(discordProblems({ mode: "http" }, {})).toEqual([]);
});

test("the token is a secret; a wrong one is not shown", () => {
  expect(secretValues(env)).toContain(TOKEN);
  const { problems } = parseEnvironment({ DISCORD_TOKEN: "too-short-secret", DISCORD_PUBLIC_KEY: "zz" });
  const text = formatProblems(problems, null);
  expect(text).toContain("DISCORD_TOKEN: must be the bot's token");
  expect(text).toContain("DISCORD_PUBLIC_KEY");
  expect(text).not.toContain("too-short-secret");
});
