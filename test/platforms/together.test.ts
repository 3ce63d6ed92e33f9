import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";

import type { Card } from "../../src/bot/card.ts";
import { dispatch } from "../../src/bot/dispatch.ts";
import { recommendationCard } from "../../src/bot/views/recommendation-card.ts";
import { ingestBills } from "../../src/service/ingest-bills.ts";
import { showRecommendation } from "../../src/service/list-recommendations.ts";
import { recommendationKey } from "../../src/service/recommendation-view.ts";
import { readWindow } from "../../src/store/message-window.ts";
import { enqueuePost } from "../../src/store/outbox.ts";
import { insertPerson, linkIdentity } from "../../src/store/people.ts";
import { listRecommendations } from "../../src/store/recommendations.ts";
import { runInProcess } from "../cli/finops.ts";
import { estate, stateOf, trail, type Estate } from "../decisions/estate.ts";
import { startBot, type TestBot } from "../discord/bot.ts";
import { componentsOf } from "../discord/fake/actors.ts";
import type { FakeMessage as DiscordMessage } from "../discord/fake/world.ts";
import { ANA, CLEO, FINOPS_CHANNEL } from "../slack/fake/fake-slack.ts";
import { buttonsOf, wordsOf } from "../slack/fake/reading.ts";
import type { FakeMessage as SlackMessage } from "../slack/fake/state.ts";
import { startSlackService, type SlackService } from "../slack/slack-service.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

/** One service, one database, both platforms: Bolt and discord.js at the same cards. */
const BILLS = fileURLToPath(new URL("../fixtures/waste/focus_daily.csv.gz", import.meta.url));
const TODAY = "2025-10-25";
const WAIT = { timeout: 45_000, interval: 20 };

let db: TestDatabase;
let dataDir: string;
let all: Estate;
let slack: SlackService;
let discord: TestBot;
/** Recommendations that a click approves: harmless, and approved by one person. */
let waiting: string[];

beforeAll(async () => {
  db = await createTestDatabase({ connectionsMax: 14 });
  dataDir = await mkdtemp(join(tmpdir(), "finops-together-"));
  all = estate(db, { today: TODAY, dataDir });
  await ingestBills({ ctx: all.system, input: { paths: [BILLS], parts: false, replace: true, dryRun: false } });
  await insertPerson(db.sql, { id: "ana", handle: "ana", name: "Ana", role: "approver", scope: [], origin: "chat" });
  await linkIdentity(db.sql, { surface: "slack", externalId: ANA, personId: "ana", origin: "chat" });
  slack = await startSlackService(all.system);
  const others = [{ channel: slack.surface.channel, address: `slack:${FINOPS_CHANNEL}` }];
  discord = await startBot({ base: all.system, others });
  await dispatch({ ctx: all.as("rita"), text: "recs propose" });
  const known = await listRecommendations(db.sql);
  waiting = known
    .filter(({ state, finding }) => state === "proposed" && finding.risk !== "H")
    .filter(({ finding }) => finding.saving !== null && Number(finding.saving.amount) < 500)
    .map(({ id }) => id);
}, 180_000);
afterAll(async () => {
  await discord.close();
  await slack.stop();
  await db.close();
  await rm(dataDir, { recursive: true, force: true });
});

function there<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) throw new Error(what);
  return value;
}

/** A card as people see it on each surface. */
type Copies = {
  readonly id: string;
  readonly onSlack: SlackMessage;
  readonly onDiscord: DiscordMessage;
  readonly alsoOnDiscord: DiscordMessage;
  readonly onWeb: () => Promise<Card>;
};

const slackWords = ({ text, blocks }: SlackMessage): string => `${text}\n${wordsOf(blocks)}`;
const discordWords = ({ content, embeds }: DiscordMessage): string => `${content}\n${JSON.stringify(embeds)}`;

async function webCard(key: string): Promise<Card> {
  const reader = { personId: "reader", scope: [] };
  const { messages } = await readWindow(db.sql, { channel: "finops", reader, place: { at: "end" }, limit: 200 });
  const found = messages.find((message) => message.key === key)?.card as Card | undefined;
  return there(found, `${key} is not on the page`);
}

const plain = (text: string): string => text.replaceAll(/[^\w ]/g, "");

async function copiesOf(key: string, id: string): Promise<Copies> {
  const { title } = await vi.waitFor(() => webCard(key), WAIT);
  const wanted = plain(title);
  const onSlack = await vi.waitFor(
    () =>
      slack.slack.posted(FINOPS_CHANNEL).find(({ text }) => plain(text).startsWith(wanted)) ??
      expect.unreachable(`${title} is not in Slack`),
    WAIT,
  );
  const pattern = new RegExp(title.replaceAll(/[^\w ]/g, "."));
  return {
    id,
    onSlack,
    onDiscord: await discord.delivered(pattern),
    alsoOnDiscord: await discord.delivered(pattern, discord.copy),
    onWeb: () => webCard(key),
  };
}

/** Posts a recommendation nobody has touched to `finops`, and so to Slack and to two channels of Discord. */
async function fresh(): Promise<Copies> {
  const id = there(waiting.shift(), "nothing waits any more");
  const view = await showRecommendation({ ctx: all.system, input: { id } });
  await enqueuePost(db.sql, { channel: "finops", key: recommendationKey(id), card: recommendationCard(view) });
  return copiesOf(recommendationKey(id), id);
}

async function everywhere(copies: Copies, words: RegExp): Promise<void> {
  await vi.waitFor(async () => {
    expect(slackWords(copies.onSlack)).toMatch(words);
    expect(discordWords(copies.onDiscord)).toMatch(words);
    expect(discordWords(copies.alsoOnDiscord)).toMatch(words);
    expect(JSON.stringify(await copies.onWeb())).toMatch(words);
  }, WAIT);
}

const slackButton = ({ blocks }: SlackMessage, word: string): string | undefined =>
  buttonsOf(blocks).find((label) => label.startsWith(word));
const discordButton = (message: DiscordMessage, word: string): string | undefined =>
  componentsOf(message)
    .map(({ label }) => String(label))
    .find((label) => label.startsWith(word));

/** Whether the card can still be approved, on each platform. */
const approvable = (copies: Copies): boolean[] => [
  slackButton(copies.onSlack, "Approve") !== undefined,
  discordButton(copies.onDiscord, "Approve") !== undefined,
  discordButton(copies.alsoOnDiscord, "Approve") !== undefined,
];

/** Slack asks with a dialog of its own before the click is sent; the last step alone is left. */
const onSlack = (copies: Copies, by: "ana" | "cleo"): (() => Promise<unknown>) => {
  const label = there(slackButton(copies.onSlack, "Approve"), "no approve button in Slack");
  return () => slack.slack[by].click(copies.onSlack, label);
};
/** Discord asks with a message of its own; pressed is what it asks. */
async function onDiscord(copies: Copies, by: "ben" | "vic") {
  const label = there(discordButton(copies.onDiscord, "Approve"), "no approve button in Discord");
  const { mine } = await discord.outcomeOf(await discord[by].press(copies.onDiscord, label));
  const asks = there(mine, "nothing was asked");
  const yes = there(discordButton(asks, "Approve"), "nothing to say yes with");
  return () => discord[by].press(asks, yes);
}
const toldOnSlack = (user: string, since: number): string =>
  slack.slack.whispered(user).slice(since).map(slackWords).join("\n");

describe("an approval", () => {
  test("by a manager in Slack shows in Discord and on the page, with their name and without its button", async () => {
    const copies = await fresh();
    expect(approvable(copies)).toEqual([true, true, true]);
    await onSlack(copies, "ana")();
    await everywhere(copies, /Approved by Ana/);
    expect(approvable(copies)).toEqual([false, false, false]);
    expect(await stateOf(db, copies.id)).toMatch(/^approved/);
  });

  test("by a manager in Discord shows in Slack and on the page", async () => {
    const copies = await fresh();
    await (
      await onDiscord(copies, "ben")
    )();
    await everywhere(copies, /Approved by ben/);
    expect(approvable(copies)).toEqual([false, false, false]);
  });

  test("by somebody who is no manager is refused on both, told to them alone, audited, and changes no copy", async () => {
    const copies = await fresh();
    const before = slack.slack.whispered(CLEO).length;
    const posted = slack.slack.posted(FINOPS_CHANNEL).length;
    await onSlack(copies, "cleo")();
    await vi.waitFor(() => expect(toldOnSlack(CLEO, before)).toMatch(/approver/), WAIT);
    const pressed = await (await onDiscord(copies, "vic"))();
    const { mine, shown } = await discord.outcomeOf(pressed);
    expect(discordWords(there(mine, "vic was told nothing"))).toMatch(/approver/);
    expect([mine?.onlyFor, shown]).toEqual([discord.vic.user.id, null]);
    expect(slack.slack.posted(FINOPS_CHANNEL)).toHaveLength(posted);
    expect([copies.onSlack.edits, copies.onDiscord.edits, copies.alsoOnDiscord.edits]).toEqual([0, 0, 0]);
    expect(await stateOf(db, copies.id)).toBe("proposed 1");
    expect((await trail(db, copies.id)).filter((line) => / approve refused/.test(line))).toHaveLength(2);
  });

  test("by two managers at once, one on each: one wins, the other is told by whom", async () => {
    const copies = await fresh();
    const before = slack.slack.whispered(ANA).length;
    const ben = await onDiscord(copies, "ben");
    const [, pressed] = await Promise.all([onSlack(copies, "ana")(), ben()]);
    await everywhere(copies, /Approved by (Ana|ben)/);
    const winner = /Approved by (Ana|ben)/.exec(slackWords(copies.onSlack))?.[1] ?? "";
    await everywhere(copies, new RegExp(`Approved by ${winner}`));
    const loserWasTold = async (): Promise<string> =>
      winner === "ben"
        ? vi.waitFor(() => there(toldOnSlack(ANA, before) || null, "nothing told to Ana"), WAIT)
        : discordWords(there((await discord.outcomeOf(pressed)).mine, "nothing told to ben"));
    expect(await loserWasTold()).toContain(`Approved by ${winner}`);
    expect((await trail(db, copies.id)).filter((line) => / approve done/.test(line))).toHaveLength(1);
  });

  test("decided in the terminal it shows in Slack, in Discord and on the page", async () => {
    const copies = await fresh();
    const place = { databaseUrl: db.url, dataDir, today: TODAY };
    expect(await runInProcess(["recs", "approve", copies.id, "--json"], place)).toMatchObject({ code: 0, err: "" });
    await everywhere(copies, /Approved by /);
    expect(approvable(copies)).toEqual([false, false, false]);
  });
});

describe("a budget alert", () => {
  async function alert(name: string): Promise<Copies> {
    const { exitCode } = await dispatch({
      ctx: all.as("rita", "admin"),
      text: `budget set ${name} 10 USD at 50 forecast none to #finops`,
    });
    expect(exitCode).toBe(0);
    const [row] = await db.sql<{ key: string }[]>`
      select key from outbox where channel = 'finops' and under is null and card ->> 'title' like ${`Budget ${name}:%`}`;
    return copiesOf(there(row, "no alert").key, name);
  }
  /** Nothing waits: a click on what is about to change is refused, rightly. */
  const quiet = (): Promise<void> =>
    vi.waitFor(async () => {
      expect(await db.sql`select 1 from outbox where revision_done < revision and dead_at is null`).toHaveLength(0);
    }, WAIT);

  test("acknowledged in Discord says so in Slack, in Discord and on the page", async () => {
    const copies = await alert("rivers");
    await quiet();
    const { mine } = await discord.outcomeOf(await discord.ben.press(copies.onDiscord, "Acknowledge"));
    expect(mine).toBeNull();
    await everywhere(copies, /Acknowledged by ben/);
    // The chart is there on both, and stays through the edit.
    expect([copies.onDiscord.attachments.length, copies.alsoOnDiscord.attachments.length]).toEqual([1, 1]);
    expect(copies.onSlack.blocks.map(({ type }) => type)).toContain("image");
    expect(slackButton(copies.onSlack, "Acknowledge")).toBeUndefined();
  });

  test("acknowledged in Slack says so in Discord, in Slack and on the page", async () => {
    const copies = await alert("lakes");
    await quiet();
    await slack.slack.ana.click(copies.onSlack, "Acknowledge");
    await everywhere(copies, /Acknowledged by Ana/);
    expect(discordButton(copies.onDiscord, "Acknowledge")).toBeUndefined();
  });
});
