import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { postMessage } from "../../src/store/conversations.ts";
import { startChatServer, type ChatServer } from "../http/chat-server.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { hasFocus, launchBrowser, messageTitled, openChat, PHONE, postCard } from "./browser.ts";

const eve = { kind: "person", id: "eve", name: "Eve" } as const;
let browser: Browser;
let db: TestDatabase;
let server: ChatServer;
const ids: string[] = [];
beforeAll(async () => {
  browser = await launchBrowser();
  db = await createTestDatabase({ connectionsMax: 10 });
  const channels = ["finops", "costs", "old"].map((name) => ({ name, title: `About ${name}`, scope: [] }));
  server = await startChatServer(db, { channels });
  for (let index = 0; index < 140; index += 1) {
    const body = index === 7 ? "the wombat clause" : `message ${index}`;
    ids.push((await postMessage(db.sql, { channel: "old", key: `m${index}`, author: eve, body })).id);
  }
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
  await db?.close();
});

describe("links", () => {
  test("to an old message: it is loaded around, in view, marked and has the focus; the end is one press away", async () => {
    const { page, errors, close } = await openChat(browser, server.url, { at: `#/c/old/m/${ids[20]}` });
    const sought = page.locator("#messages .message.sought");
    await sought.waitFor();
    expect(await sought.locator(".asked").textContent()).toBe("message 20");
    expect(await hasFocus(sought)).toBe(true);
    expect(await sought.evaluate((it: { dataset: { id: string } }) => it.dataset.id)).toBe(ids[20]);
    const texts = () => page.locator("#messages .asked").allTextContents();
    expect((await texts())[0]).toBe("message 0");
    expect((await texts()).at(-1)).toBe("message 50");
    await page.getByRole("button", { name: "Show later messages" }).click();
    await page.locator("#messages .asked", { hasText: "message 110" }).waitFor({ state: "attached" });
    expect((await texts()).length).toBe(new Set(await texts()).size);
    await page.getByRole("button", { name: "Show later messages" }).click();
    await page.locator("#messages .asked", { hasText: "message 139" }).waitFor({ state: "attached" });
    expect(await page.locator("#newer").isVisible()).toBe(false);
    expect(errors).toEqual([]);
    await close();
  });

  test("earlier messages come above without moving what is read", async () => {
    const { page, close } = await openChat(browser, server.url, { at: "#/c/old" });
    await page.locator("#messages .asked", { hasText: "message 139" }).waitFor();
    const first = page.locator("#messages .asked", { hasText: "message 80" });
    await first.evaluate((it: { scrollIntoView: () => void }) => it.scrollIntoView());
    const before = (await first.boundingBox())?.y ?? 0;
    await page.locator("#older-button").evaluate((it: { click: () => void }) => it.click());
    await page.locator("#messages .asked", { hasText: "message 20" }).waitFor({ state: "attached" });
    expect(Math.abs(((await first.boundingBox())?.y ?? 0) - before)).toBeLessThan(2);
    await close();
  });

  test("to what is not there or not to be read says so and opens the chat", async () => {
    const { page, close } = await openChat(browser, server.url, { at: "#/c/finops/m/999999" });
    await page.locator(".toast", { hasText: "not here" }).waitFor();
    expect(await page.locator("#channel-title").textContent()).toBe("# finops");
    await page.goto(`${server.url}/#/c/secret`);
    await page.locator(".toast", { hasText: "That channel is not here" }).waitFor();
    await close();
  });

  test("of a message are copied from it", async () => {
    const { page, close } = await openChat(browser, server.url, {
      at: "#/c/old",
      permissions: ["clipboard-read", "clipboard-write"],
    });
    const last = page.locator("#messages .message").last();
    await last.hover();
    await last.getByRole("button", { name: "Copy link" }).click();
    await page.locator(".toast", { hasText: "Link copied" }).waitFor();
    expect(await page.evaluate("navigator.clipboard.readText()")).toBe(`${server.url}/#/c/old/m/${ids.at(-1)}`);
    await close();
  });
});

describe("search", () => {
  test("finds an old message and jumps to it, with the keyboard alone", async () => {
    const { page, errors, close } = await openChat(browser, server.url, { at: "#/c/finops" });
    await page.keyboard.press("Control+k");
    await page.keyboard.type("womb");
    await page.locator(".hit mark", { hasText: "wombat" }).waitFor();
    await page.keyboard.press("Enter");
    const sought = page.locator("#messages .message.sought");
    await sought.waitFor();
    expect(await sought.locator(".asked").textContent()).toBe("the wombat clause");
    expect(await page.locator("#channel-title").textContent()).toBe("# old");
    expect(await page.locator("dialog").count()).toBe(0);
    await page.goBack();
    await page.locator("#channel-title", { hasText: "finops" }).waitFor();
    expect(errors).toEqual([]);
    await close();
  });

  test("closes with Escape and gives the focus back; nothing found is said", async () => {
    const { page, close } = await openChat(browser, server.url, { at: "#/c/finops" });
    await page.locator("#find").focus();
    await page.keyboard.press("Enter");
    await page.keyboard.type("zzzz");
    await page.locator("dialog output", { hasText: "nothing found" }).waitFor();
    await page.keyboard.press("Escape");
    await page.locator("dialog").waitFor({ state: "detached" });
    expect(await hasFocus(page.locator("#find"))).toBe(true);
    await close();
  });
});

describe("threads", () => {
  test("opened beside the channel; what two people say in it arrives at both, and the channel counts it", async () => {
    await postCard(db, { key: "t1", card: { title: "Alert one" } });
    const one = await openChat(browser, server.url, { at: "#/c/finops" });
    const two = await openChat(browser, server.url, { at: "#/c/finops" });
    const card = messageTitled(one.page, "Alert one");
    await card.hover();
    await card.getByRole("button", { name: "Reply in thread" }).click();
    await one.page.locator("#thread-composer-text").fill("whoami");
    await one.page.keyboard.press("Enter");
    await one.page.locator("#thread article.card h3", { hasText: "You are You" }).waitFor();
    const replies = two.page.locator("#messages .replies", { hasText: "2 replies" });
    await replies.waitFor();
    await replies.click();
    await two.page.locator("#thread article.card h3", { hasText: "You are You" }).waitFor();
    await two.page.locator("#thread-composer-text").fill("help cost");
    await two.page.keyboard.press("Enter");
    await one.page.locator("#thread article.card h3", { hasText: /^cost$/ }).waitFor();
    expect(await one.page.locator("#messages .asked", { hasText: "help cost" }).count()).toBe(0);
    // The address leads somebody else to the same thread.
    const three = await openChat(browser, server.url, { at: new URL(one.page.url()).hash });
    await three.page.locator("#thread article.card h3", { hasText: "You are You" }).waitFor();
    await one.page.keyboard.press("Escape");
    await one.page.locator("#thread").waitFor({ state: "hidden" });
    expect(await hasFocus(card.locator('[data-tool="reply"]'))).toBe(true);
    for (const chat of [one, two, three]) {
      expect(chat.errors).toEqual([]);
      await chat.close();
    }
  });

  test("a link to an answer opens the thread at it", async () => {
    const parent = await postMessage(db.sql, { channel: "costs", key: "p", author: eve, body: "the parent" });
    const said = { channel: "costs", author: eve, thread: parent.id };
    for (let index = 0; index < 30; index += 1) {
      await postMessage(db.sql, { ...said, key: `r${index}`, body: `answer ${index}` });
    }
    const sought = await postMessage(db.sql, { ...said, key: "sought", body: "the one" });
    const { page, close } = await openChat(browser, server.url, { at: `#/c/costs/m/${sought.id}` });
    await page.locator("#thread .message.sought .asked", { hasText: "the one" }).waitFor();
    await page.locator("#messages .message.sought .asked", { hasText: "the parent" }).waitFor();
    await close();
  });

  test("news in a thread one has been in are announced and lead there", async () => {
    const parent = await postMessage(db.sql, { channel: "finops", key: "fp", author: eve, body: "shall we?" });
    const { page, close } = await openChat(browser, server.url, { at: `#/c/finops/t/${parent.id}` });
    await page.locator("#thread-composer-text").fill("whoami");
    await page.keyboard.press("Enter");
    await page.locator("#thread article.card").waitFor();
    await page.keyboard.press("Escape");
    await page.locator("#thread").waitFor({ state: "hidden" });
    await postMessage(db.sql, { channel: "finops", key: "fr", author: eve, body: "yes", thread: parent.id });
    await page.locator("#thread-news", { hasText: "1 new reply" }).click();
    await page.locator("#thread .asked", { hasText: "yes" }).waitFor();
    await page.locator("#thread-news").waitFor({ state: "hidden" });
    await close();
  });

  test("fill a phone, and Back leads out", async () => {
    const parent = await postMessage(db.sql, { channel: "costs", key: "ph", author: eve, body: "on a phone" });
    const { page, close } = await openChat(browser, server.url, { ...PHONE, at: "#/c/costs" });
    const message = page.locator("#messages .message", { hasText: "on a phone" });
    await message.getByRole("button", { name: "Reply in thread" }).tap();
    await page.locator("#thread .asked", { hasText: "on a phone" }).waitFor();
    expect(await page.locator("#thread").boundingBox()).toMatchObject({ x: 0, y: 0, width: 360, height: 740 });
    expect(await page.locator("#main").getAttribute("inert")).not.toBeNull();
    expect(new URL(page.url()).hash).toBe(`#/c/costs/t/${parent.id}`);
    await page.goBack();
    await page.locator("#thread").waitFor({ state: "hidden" });
    expect(await page.locator("#main").getAttribute("inert")).toBeNull();
    await close();
  });
});
