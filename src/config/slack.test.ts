import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, test } from "vitest";

import { describeConfig, formatProblems, readConfig, type ConfigReading } from "../config.ts";

const BOT = { SLACK_BOT_TOKEN: "xoxb-secret-bot-token" };
const SOCKET = { ...BOT, SLACK_APP_TOKEN: "xapp-secret-app-token" };
const HTTP = { ...BOT, SLACK_SIGNING_SECRET: "secret-signing-0123456789" };
const OAUTH = {
  SLACK_CLIENT_ID: "1.2",
  SLACK_CLIENT_SECRET: "secret-client-0123456789",
  SLACK_ENCRYPTION_KEY: "ab".repeat(32),
  SLACK_SIGNING_SECRET: "secret-signing-0123456789",
};

function read(env: Record<string, string>, yaml = ""): ConfigReading {
  const file = join(mkdtempSync(join(tmpdir(), "finops-slack-")), "finops.yaml");
  writeFileSync(file, yaml);
  return readConfig({ ...env, FINOPS_CONFIG: file }, "/nonexistent");
}
const slack = (env: Record<string, string>, yaml?: string) => {
  const reading = read(env, yaml);
  return reading.ok ? reading.config.settings.slack : formatProblems(reading.problems, null);
};
const paths = (env: Record<string, string>, yaml?: string): string[] => {
  const reading = read(env, yaml);
  return reading.ok ? [] : reading.problems.map(({ path }) => path);
};

test("without a token there is no Slack", () => {
  expect(slack({})).toBeNull();
  expect(slack({}, "slack: { mode: http }")).toBeNull();
});

test("a token is enough; the way in follows from the second one", () => {
  expect(slack(SOCKET)).toMatchObject({ mode: "socket", apiUrl: "https://slack.com/api/", teams: [], history: false });
  expect(slack(HTTP)).toMatchObject({ mode: "http" });
  const groups = "slack: { userGroups: [{ id: '@finance', role: approver }] }";
  expect(slack(HTTP, groups)).toMatchObject({ userGroups: { finance: "approver" } });
});

test("the address may be another server's, with or without a slash", () => {
  expect(slack(SOCKET, "slack: { apiUrl: http://127.0.0.1:9/api }")).toMatchObject({
    apiUrl: "http://127.0.0.1:9/api/",
  });
});

const cases: [string, Record<string, string>, string, string[]][] = [
  ["a bot without a way in", BOT, "", ["SLACK_SIGNING_SECRET"]],
  ["a socket without its token", HTTP, "slack: { mode: socket }", ["SLACK_APP_TOKEN"]],
  ["OAuth without its list", OAUTH, "", ["slack.teams"]],
  ["OAuth and a token", { ...OAUTH, ...BOT }, "slack: { teams: [T024BE7LD] }", ["SLACK_BOT_TOKEN"]],
  ["a token of another kind", { SLACK_BOT_TOKEN: "hunter2" }, "", ["SLACK_BOT_TOKEN"]],
  ["a workspace's name", HTTP, "slack: { teams: [acme] }", ["slack.teams[0]"]],
];
test.each(cases)("%s is refused by name", (_, env, yaml, want) => {
  expect(paths(env, yaml)).toEqual(expect.arrayContaining(want));
  expect(JSON.stringify(slack(env, yaml))).not.toMatch(/secret-|hunter2/);
});

test("printing the configuration shows no secret", () => {
  const reading = read({ ...OAUTH, SLACK_APP_TOKEN: "xapp-secret-app-token" }, "slack: { teams: [T024BE7LD] }");
  if (!reading.ok) throw new Error(formatProblems(reading.problems, null));
  expect(JSON.stringify(describeConfig(reading.config))).not.toMatch(/secret-|abab/);
  expect(reading.config.secrets).toEqual(expect.arrayContaining(["xapp-secret-app-token", "secret-client-0123456789"]));
});
