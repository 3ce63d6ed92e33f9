import { pino } from "pino";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { createWebChannel } from "../../src/bot/channels/web/web-channel.ts";
import { deliverDue } from "../../src/bot/deliver-outbox.ts";
import { ingestBills } from "../../src/service/ingest-bills.ts";
import { enqueuePost, enqueueUpdate } from "../../src/store/outbox.ts";
import { startChatServer, type ChatServer } from "../http/chat-server.ts";
import { costCardSample, hostileCardSample } from "../http/sample-cards.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { askOnPage, launchBrowser, openChat } from "./browser.ts";

const PHONE = { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true };
const SCENARIO = new URL("../fixtures/scenario/", import.meta.url).pathname;
const log = pino({ level: "silent" });

let browser: Browser;
let db: TestDatabase;
let server: ChatServer;
beforeAll(async () => {
  browser = await launchBrowser();
  db = await createTestDatabase({ connectionsMax: 10 });
  server = await startChatServer(db, { ingest: ingestBills });
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
  await db?.close();
});

/** What a schedule does: the card in a transaction, the deliverer after it. */
async function postScheduled(key: string, title: string, channel = "finops"): Promise<void> {
  await enqueuePost(db.sql, { channel, key, card: { ...costCardSample, title } });
  await deliverDue({ sql: db.sql, channels: [createWebChannel(db.sql)], log });
}

describe("asking", () => {
  test("a question is there at once, its answer follows, a button runs its command", async () => {
    const { page, errors, close } = await openChat(browser, server.url);
    await askOnPage(page, "whoami");
    expect(await page.locator(".asked").last().textContent()).toBe("whoami");
    expect(await page.locator("article.card h3").last().textContent()).toBe("You are You");
    await page.getByRole("button", { name: "What can I ask?" }).last().click();
    await page.locator("article.card h3", { hasText: "What you can ask" }).waitFor();
    expect(await page.locator(".asked").last().textContent()).toBe("help");
    expect(errors).toEqual([]);
    await close();
  });

  test("a mistyped command is answered with a guess to press", async () => {
    const { page, close } = await openChat(browser, server.url);
    await askOnPage(page, "watse");
    await page.locator("article.card").last().getByRole("button", { name: "waste", exact: true }).waitFor();
    await close();
  });

  test("with the keyboard alone: complete, ask, bring back", async () => {
    const { page, close } = await openChat(browser, server.url);
    const field = page.locator("#composer-text");
    await field.pressSequentially("whoa");
    await page.locator("#composer-completion li").first().waitFor();
    await page.keyboard.press("Tab");
    expect(await field.inputValue()).toBe("whoami");
    await page.keyboard.press("Enter");
    await page.locator(".asked").last().waitFor();
    await page.keyboard.press("ArrowUp");
    expect(await field.inputValue()).toBe("whoami");
    await close();
  });

  test("an answer that does not come says so, and asking again works", async () => {
    const { page, close } = await openChat(browser, server.url);
    await page.route("**/api/chat/ask", (route) => route.abort(), { times: 1 });
    await page.locator("#composer-text").fill("whoami");
    await page.keyboard.press("Enter");
    const failed = page.locator(".failed").last();
    await failed.waitFor();
    expect(await failed.textContent()).toContain("does not answer");
    await failed.getByRole("button", { name: "Try again" }).click();
    await failed.waitFor({ state: "detached" });
    expect(await page.locator("article.card h3").last().textContent()).toBe("You are You");
    await close();
  });
});

describe("live", () => {
  test("a scheduled post arrives, its picture opens large, and an edit replaces it", async () => {
    const { page, close } = await openChat(browser, server.url);
    await postScheduled("digest-1", "Morning digest");
    const card = page.locator("article.card", { hasText: "Morning digest" });
    await card.waitFor();
    await card.locator("img").scrollIntoViewIfNeeded();
    await card.locator(".picture:not(.loading)").waitFor();
    expect(await card.locator("img").getAttribute("alt")).toContain("EC2 is the largest part");
    await card.locator(".picture button").click();
    expect(await page.locator("dialog.lightbox").isVisible()).toBe(true);
    await page.keyboard.press("Escape");
    await enqueueUpdate(db.sql, { key: "digest-1", card: { ...costCardSample, title: "Morning digest, restated" } });
    await deliverDue({ sql: db.sql, channels: [createWebChannel(db.sql)], log });
    await page.locator("article.card", { hasText: "restated" }).waitFor();
    expect(await page.locator("article.card", { hasText: "Morning digest" }).count()).toBe(1);
    await close();
  });

  test("what was said while the connection was lost is there afterwards, once and in order", async () => {
    const { page, close } = await openChat(browser, server.url);
    await postScheduled("before", "Before the break");
    await page.locator("article.card", { hasText: "Before the break" }).waitFor();
    await server.stop();
    await page.locator(".live.off").waitFor();
    await postScheduled("during-1", "During the break, one");
    await postScheduled("during-2", "During the break, two");
    await server.start();
    await page.locator("article.card", { hasText: "During the break, two" }).waitFor();
    const titles = await page.locator("article.card h3").allTextContents();
    expect(titles.filter((title) => title.includes("break"))).toEqual([
      "Before the break",
      "During the break, one",
      "During the break, two",
    ]);
    await close();
  });

  test("news in another channel marks it", async () => {
    const { page, close } = await openChat(browser, server.url);
    await postScheduled("elsewhere", "Elsewhere", "costs");
    const costs = page.locator(".channel", { hasText: "costs" });
    await costs.locator(".count").click();
    await page.locator("article.card", { hasText: "Elsewhere" }).waitFor();
    await costs.locator(".count").waitFor({ state: "detached" });
    await close();
  });
});

describe("reading", () => {
  test("an answer taller than the screen is entered from its question, and stays while its picture loads", async () => {
    const { page, close } = await openChat(browser, server.url, { viewport: { width: 900, height: 420 } });
    if (await page.locator("#jump").isVisible()) await page.locator("#jump").click();
    await postScheduled("tall", "A tall one");
    const card = page.locator("article.card", { hasText: "A tall one" });
    await card.locator(".picture:not(.loading)").waitFor();
    const top = (await card.locator("h3").boundingBox())?.y ?? -1;
    expect(top).toBeGreaterThan(60);
    expect(top).toBeLessThan(200);
    await page.locator("#stream").evaluate((stream: { scrollTop: number }) => (stream.scrollTop = 0));
    await postScheduled("tall-2", "Said meanwhile");
    await page.locator("#jump").click();
    await page.locator("article.card h3", { hasText: "Said meanwhile" }).waitFor();
    expect(await page.locator("#jump").isVisible()).toBe(false);
    await close();
  });
});

describe("every size", () => {
  test("nothing is wider than a phone, and the channels are in a drawer", async () => {
    await postScheduled("phone", "On a phone");
    const { page, close } = await openChat(browser, server.url, PHONE);
    const card = page.locator("article.card", { hasText: "On a phone" });
    await card.waitFor();
    await card.locator("summary").click();
    const overflow = await page.evaluate("document.documentElement.scrollWidth - window.innerWidth");
    expect(overflow).toBe(0);
    expect(await page.locator("#sidebar").isVisible()).toBe(false);
    await page.getByRole("button", { name: "Channels" }).click();
    await page.locator("#sidebar.open").getByText("costs").click();
    await page.locator("#channel-title", { hasText: "costs" }).waitFor();
    await close();
  });

  test("text in a card that would be code stays text", async () => {
    await enqueuePost(db.sql, { channel: "finops", key: "hostile", card: hostileCardSample });
    await deliverDue({ sql: db.sql, channels: [createWebChannel(db.sql)], log });
    const { page, errors, close } = await openChat(browser, server.url, PHONE);
    await page.locator("article.card h3", { hasText: "<script>" }).waitFor();
    expect(await page.evaluate("window.pwned")).toBeUndefined();
    expect(await page.locator("article.card script, article.card [onload], article.card [onerror]").count()).toBe(0);
    expect(await page.locator("article.card dt", { hasText: "<b>label</b>" }).count()).toBe(1);
    expect(await page.locator('a[href^="javascript"]').count()).toBe(0);
    expect(await page.evaluate("document.documentElement.scrollWidth - window.innerWidth")).toBe(0);
    expect(errors).toEqual([]);
    await close();
  });
});

describe("bills by hand", () => {
  test("the sample estate gives way to one's own bills, with a summary in the channel", async () => {
    const demoDb = await createTestDatabase();
    const own = await createTestDatabase({ connectionsMax: 10 });
    const both = await startChatServer(own, { demoDb, ingest: ingestBills });
    const { page, close } = await openChat(browser, both.url);
    expect(await page.locator("#banner").textContent()).toContain("finops ingest PATH");
    await page.locator("#file").setInputFiles(`${SCENARIO}/aws_2026-01.csv.gz`);
    await page.locator("article.card h3", { hasText: "Bills loaded" }).waitFor();
    await page.locator("#banner").waitFor({ state: "hidden" });
    expect(await page.locator("#estate").textContent()).toBe("Your bills");
    await close();
    await both.close();
    await own.close();
    await demoDb.close();
  });

  test("a file that is no bill is refused with what is missing", async () => {
    const { page, close } = await openChat(browser, server.url);
    const notes = { name: "notes.csv", mimeType: "text/csv", buffer: Buffer.from("a,b\n1,2\n") };
    await page.locator("#file").setInputFiles(notes);
    await page.locator("article.card.bad").last().waitFor();
    await close();
  });
});
