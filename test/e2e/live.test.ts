import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { createWebChannel } from "../../src/bot/channels/web/web-channel.ts";
import { callOwners } from "../../src/bot/views/call-owners.ts";
import { postMessage } from "../../src/store/conversations.ts";
import { plainCard } from "../bot/arbitrary-card.ts";
import { startChatServer, type ChatServer } from "../http/chat-server.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import {
  cardTitled,
  editCard,
  hasFocus,
  launchBrowser,
  messageTitled,
  openChat,
  postCard,
  titles,
  type Seen,
} from "./browser.ts";

/** A busy machine is slow, not wrong: as long as a page waits for an element. */
const PATIENT = { timeout: 20_000 };
let browser: Browser;
let db: TestDatabase;
let server: ChatServer;
beforeAll(async () => {
  browser = await launchBrowser();
  db = await createTestDatabase({ connectionsMax: 10 });
  const names = ["finops", "costs", "break", "long", "sleep", "two", "tall", "away"];
  const channels = names.map((name) => ({ name, title: `About ${name}`, scope: [] }));
  server = await startChatServer(db, { channels });
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
  await db?.close();
});

const post = (channel: string, title: string): Promise<void> =>
  postCard(db, { key: `${channel} ${title}`, channel, card: { title } });
const edit = (channel: string, title: string, now: string): Promise<void> =>
  editCard(db, { key: `${channel} ${title}`, card: { title: now } });

describe("what happens meanwhile", () => {
  test("a post arrives with its picture, which opens large and can be saved; an edit replaces it", async () => {
    const { page, errors, close } = await openChat(browser, server.url);
    await post("finops", "Morning digest");
    const card = cardTitled(page, "Morning digest");
    await card.locator("img").scrollIntoViewIfNeeded();
    await card.locator(".picture:not(.loading)").waitFor();
    expect(await card.locator("img").getAttribute("alt")).toContain("EC2 is the largest part");
    const enlarge = card.locator(".picture button");
    await enlarge.focus();
    await page.keyboard.press("Enter");
    const dialog = page.locator("dialog.lightbox");
    await dialog.locator("img").waitFor();
    const saved = page.waitForEvent("download");
    await dialog.getByRole("link", { name: "CSV" }).click();
    expect((await saved).suggestedFilename()).toBe("cost-over-time.csv");
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    expect(await hasFocus(enlarge)).toBe(true);
    await edit("finops", "Morning digest", "Morning digest, restated");
    await cardTitled(page, "restated").waitFor();
    expect(await cardTitled(page, "Morning digest").count()).toBe(1);
    expect(errors).toEqual([]);
    await close();
  });

  test("an answer taller than the screen is entered from its beginning, and stays while its picture loads", async () => {
    const { page, close } = await openChat(browser, server.url, {
      at: "#/c/tall",
      viewport: { width: 900, height: 420 },
    });
    await post("tall", "A tall one");
    const card = cardTitled(page, "A tall one");
    await card.locator(".picture:not(.loading)").waitFor();
    const top = (await card.locator("h3").boundingBox())?.y ?? -1;
    expect(top).toBeGreaterThan(60);
    expect(top).toBeLessThan(200);
    await page.locator("#stream").evaluate((stream: Seen) => (stream.scrollTop = 0));
    await post("tall", "Said meanwhile");
    await page.locator("#jump").click();
    await cardTitled(page, "Said meanwhile").waitFor();
    expect(await page.locator("#jump").isVisible()).toBe(false);
    await close();
  });
});

describe("unread", () => {
  test("news elsewhere is counted, in the title too, until it is seen; the new line says where it begins", async () => {
    const { page, close } = await openChat(browser, server.url, { at: "#/c/finops" });
    const badge = page.locator('[data-channel="costs"] .count');
    await post("costs", "Elsewhere");
    await badge.filter({ hasText: "1" }).waitFor();
    expect(await page.title()).toMatch(/^\(\d\) finops · Cloud Intelligence$/);
    // Listened for before it can come.
    const read = page.waitForResponse((response) => {
      return response.url().endsWith("/api/chat/read") && response.request().postData()?.includes("costs") === true;
    });
    await page.locator('[data-channel="costs"]').click();
    await cardTitled(page, "Elsewhere").waitFor();
    expect(await page.locator(".new-line + .message h3").textContent()).toBe("Elsewhere");
    await badge.waitFor({ state: "detached" });
    expect(await page.title()).toMatch(/costs · Cloud Intelligence$/);
    // Read on this page is read on the next.
    await read;
    await page.reload();
    await page.locator(".live.on").waitFor();
    expect(await page.locator(".new-line").count()).toBe(0);
    await close();
  });

  test("what is read on one page is read on the other open ones at once, in threads too; and what was read while one was cut off", async () => {
    const one = await openChat(browser, server.url, { at: "#/c/finops" });
    const two = await openChat(browser, server.url, { at: "#/c/finops" });
    const badge = (page: Page) => page.locator('[data-channel="costs"] .count');
    await post("costs", "Read there");
    for (const { page } of [one, two]) await badge(page).filter({ hasText: "1" }).waitFor();
    await two.page.locator('[data-channel="costs"]').click();
    await cardTitled(two.page, "Read there").waitFor();
    await badge(one.page).waitFor({ state: "detached" });
    // A thread: whoever asked in it is told of what others say there, on every page.
    const parent = messageTitled(two.page, "Read there");
    const id = (await parent.getAttribute("data-id")) ?? "";
    await two.page.goto(`${server.url}/#/c/costs/t/${id}`);
    await two.page.locator("#thread textarea").fill("whoami");
    await two.page.keyboard.press("Enter");
    await two.page.locator("#thread article.card h3", { hasText: "You are You" }).waitFor();
    await two.page.locator('[data-channel="finops"]').click();
    const eve = { kind: "person", id: "eve", name: "Eve" } as const;
    await postMessage(db.sql, { channel: "costs", key: "eve-in-thread", author: eve, body: "And?", thread: id });
    for (const { page } of [one, two]) await badge(page).filter({ hasText: "1" }).waitFor();
    await two.page.goto(`${server.url}/#/c/costs/t/${id}`);
    await two.page.locator("#thread .asked", { hasText: "And?" }).waitFor();
    await badge(one.page).waitFor({ state: "detached" });
    // Called by a card, in a thread nobody here has been in: said beside the count, and marked on the card, for oneself alone.
    const owners = [
      { scope: [], person: { id: "local", handle: "you", name: "You" }, channel: null },
      { scope: [], person: { id: "eve", handle: "eve", name: "<b>Eve</b>" }, channel: null },
    ];
    const web = createWebChannel(db.sql);
    const base = { channel: "costs", revision: 1, generation: 1, maybePosted: false, tokens: [] };
    // Nobody looks at the channel meanwhile.
    await two.page.locator('[data-channel="finops"]').click();
    await two.page.locator('[data-channel="finops"][aria-current="page"]').waitFor();
    const quiet = await web.post({ ...base, key: "quiet", card: plainCard("Quiet"), thread: null });
    await badge(one.page).filter({ hasText: /^1$/ }).waitFor();
    const calling = { ...plainCard("Called"), blocks: callOwners(owners, "look") };
    await web.post({ ...base, key: "calling", card: calling, thread: quiet });
    await badge(one.page).filter({ hasText: "@2" }).waitFor();
    await two.page.goto(`${server.url}/#/c/costs/t/${quiet.id}`);
    await two.page.locator(".message.calls-me .mention.me", { hasText: "You" }).waitFor();
    expect(await two.page.locator(".mention:not(.me)").textContent()).toBe("<b>Eve</b>");
    await badge(one.page).waitFor({ state: "detached" });
    // Cut off meanwhile: it hears what was read when it is back.
    await post("away", "While one was away");
    await one.page.locator('[data-channel="away"] .count', { hasText: "1" }).waitFor();
    await one.page.context().setOffline(true);
    await two.page.locator('[data-channel="away"]').click();
    await cardTitled(two.page, "While one was away").waitFor();
    const marks = () => db.sql`
      select 1 from read_mark where channel = 'away' and upto = (select max(id) from message where channel = 'away')`;
    await expect.poll(async () => (await marks()).length, PATIENT).toBe(1);
    await one.page.context().setOffline(false);
    await one.page.locator('[data-channel="away"] .count').waitFor({ state: "detached" });
    expect(two.errors).toEqual([]);
    await one.close();
    await two.close();
  });

  test("what one asked oneself is no news", async () => {
    const { page, close } = await openChat(browser, server.url, { at: "#/c/costs" });
    const other = await page.context().newPage();
    await other.goto(`${server.url}/#/c/finops`);
    await other.locator(".live.on").waitFor();
    await page.locator("#composer-text").fill("whoami");
    await page.keyboard.press("Enter");
    await cardTitled(page, "You are You").waitFor();
    await post("costs", "Said after it");
    await other.locator('[data-channel="costs"] .count', { hasText: "1" }).waitFor();
    await close();
  });
});

describe("a lost connection", () => {
  test("is said; afterwards everything is there once and in order, and the reader is where they were", async () => {
    const { page, close } = await openChat(browser, server.url, { at: "#/c/break" });
    for (const title of ["One", "Two", "Three"]) await post("break", title);
    await cardTitled(page, "Three").waitFor();
    await page.locator("#stream").evaluate((stream: Seen) => (stream.scrollTop = 0));
    const place = () => cardTitled(page, "One").evaluate((it: Seen) => Math.round(it.getBoundingClientRect().top));
    await server.stop();
    await page.locator("#lost").waitFor();
    const before = await place();
    await post("break", "During, four");
    await post("break", "During, five");
    await edit("break", "Two", "Two, edited");
    await server.start();
    await cardTitled(page, "During, five").waitFor({ state: "attached" });
    await page.locator("#lost").waitFor({ state: "hidden" });
    expect(await titles(page)).toEqual(["One", "Two, edited", "Three", "During, four", "During, five"]);
    // The banner that took room has gone.
    expect(before - (await place())).toBeLessThan(60);
    expect(await page.locator("#jump").isVisible()).toBe(true);
    await close();
  });

  test("a question asked meanwhile is answered once the server is back", async () => {
    const { page, close } = await openChat(browser, server.url, { at: "#/c/break" });
    await server.stop();
    await page.locator("#lost").waitFor();
    await page.locator("#composer-text").fill("whoami");
    await page.keyboard.press("Enter");
    const again = page.locator(".failed").getByRole("button", { name: "Try again" });
    await again.waitFor();
    await server.start();
    await page.locator(".live.on").waitFor();
    await again.click();
    await cardTitled(page, "You are You").waitFor();
    expect(await page.locator("#messages .asked").count()).toBe(1);
    await close();
  });

  test("a long one: the page begins anew, where the reader was", async () => {
    for (let index = 0; index < 80; index += 1) {
      await postMessage(db.sql, {
        channel: "long",
        key: `early-${index}`,
        author: { kind: "person", id: "eve", name: "Eve" },
        body: `early ${index}`,
      });
    }
    const { page, close } = await openChat(browser, server.url, { at: "#/c/long" });
    await page.locator("#messages .asked", { hasText: "early 79" }).waitFor();
    await page.locator("#messages .asked", { hasText: "early 40" }).evaluate((it: Seen) => it.scrollIntoView());
    await server.stop();
    await page.locator("#lost").waitFor();
    await db.sql`
      insert into message (seq, channel, key, author_kind, author_id, author_name, body)
      select last_seq + n, 'long', 'late-' || n, 'person', 'eve', 'Eve', 'late ' || n
      from chat_clock, generate_series(1, 900) n`;
    await db.sql`update chat_clock set last_seq = last_seq + 900`;
    await server.start();
    await page.locator("#lost").waitFor({ state: "hidden" });
    await page.locator("#messages .asked", { hasText: "early 40" }).waitFor();
    await page.locator("#newer-button").waitFor({ state: "attached" });
    expect(await page.locator('[data-channel="long"] .count').textContent()).toBe("99+");
    await page.locator("#jump").evaluate((it: Seen) => it.click());
    await page.locator("#messages .asked", { hasText: /^late 900$/ }).waitFor();
    await close();
  });

  test("a connection that died unnoticed (a laptop that slept) is opened anew", async () => {
    const { page, close } = await openChat(browser, server.url, { at: "#/c/sleep" });
    // The stream stays open and says nothing any more, as a dead one does.
    let streams = 0;
    page.on("request", (request) => {
      if (request.url().includes("/api/chat/events")) streams += 1;
    });
    await page.clock.install();
    await page.evaluate("window.dispatchEvent(new Event('focus'))");
    expect(streams).toBe(0);
    await page.clock.fastForward(120_000);
    await page.evaluate("window.dispatchEvent(new Event('focus'))");
    await expect.poll(() => streams, PATIENT).toBeGreaterThan(0);
    await page.locator(".live.on").waitFor();
    await post("sleep", "After the nap");
    await cardTitled(page, "After the nap").waitFor();
    await close();
  });
});

describe("two at once", () => {
  test("both see everything, once, in the same order, and each other's questions", async () => {
    const one = await openChat(browser, server.url, { at: "#/c/two" });
    const two = await openChat(browser, server.url, { at: "#/c/two" });
    const ask = async (page: Page, text: string) => {
      await page.locator("#composer-text").fill(text);
      await page.keyboard.press("Enter");
    };
    await Promise.all([ask(one.page, "whoami"), ask(two.page, "help cost"), post("two", "A post between")]);
    for (const { page } of [one, two]) {
      await expect.poll(() => page.locator("#messages article.card").count(), PATIENT).toBe(3);
      await page.locator(".pending").waitFor({ state: "detached" });
    }
    const said = (page: Page) =>
      page.locator("#messages .message").evaluateAll((all: Seen[]) => all.map((it) => it.dataset.id));
    expect(await said(one.page)).toEqual(await said(two.page));
    expect(await titles(one.page)).toEqual(await titles(two.page));
    await one.page.reload();
    await one.page.locator(".live.on").waitFor();
    expect(await said(one.page)).toEqual(await said(two.page));
    await one.close();
    await two.close();
  });
});
