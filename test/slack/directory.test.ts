import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";

import { createDirectory, type Directory } from "../../src/bot/channels/slack/directory.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { makeChannel, silent } from "./channel-support.ts";
import { startFakeSlack, type FakeSlack } from "./fake/fake-slack.ts";

const GROUP = "S0FINANCE01";
const MINUTE_MS = 60_000;
let db: TestDatabase;
let slack: FakeSlack;
let directory: Directory;
let now = 0;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.close());
beforeEach(async () => {
  slack = await startFakeSlack();
  slack.state.groups.set(GROUP, [slack.cleo.user]);
  const { workspaces } = makeChannel(db.sql, slack);
  now = 0;
  directory = createDirectory({ workspaces, groups: [GROUP], log: silent, now: () => now });
});
afterEach(() => slack.close());

const groupsOfCleo = (): Promise<string[]> => directory.groupsOf(slack.state.team.id, slack.cleo.user);

test("who leaves a group loses what it gave within five minutes, and asks Slack no more often than that", async () => {
  expect(await groupsOfCleo()).toEqual([GROUP]);
  slack.state.groups.set(GROUP, []);
  now = 4 * MINUTE_MS;
  expect(await groupsOfCleo()).toEqual([GROUP]);
  expect(slack.api.calls.filter(({ method }) => method === "usergroups.users.list")).toHaveLength(1);
  now = 5 * MINUTE_MS;
  expect(await groupsOfCleo()).toEqual([]);
});

test("while Slack does not answer a group gives its role for a quarter of an hour, and then none", async () => {
  expect(await groupsOfCleo()).toEqual([GROUP]);
  await slack.down();
  now = 14 * MINUTE_MS;
  expect(await groupsOfCleo()).toEqual([GROUP]);
  now = 15 * MINUTE_MS;
  expect(await groupsOfCleo()).toEqual([]);
  await slack.up();
  expect(await groupsOfCleo()).toEqual([GROUP]);
});
