import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { ingestBills } from "../../src/service/ingest-bills.ts";
import { startChatServer, type ChatServer } from "../http/chat-server.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { testContext } from "../support/context.ts";
import { askOnPage, cardTitled, launchBrowser, openChat, titles } from "./browser.ts";

const SCENARIO = new URL("../fixtures/scenario/", import.meta.url).pathname;
let browser: Browser;
let db: TestDatabase;
let server: ChatServer;
beforeAll(async () => {
  browser = await launchBrowser();
  db = await createTestDatabase({ connectionsMax: 10 });
  server = await startChatServer(db);
  const ctx = testContext(db, { dataDir: server.dataDir });
  const input = { paths: [`${SCENARIO}aws_2026-03.csv.gz`], parts: false, replace: false, dryRun: false };
  await ingestBills({ ctx, input });
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
  await db?.close();
});

describe("asking", () => {
  test("a question is there at once, its answer follows; a button answers in the card's thread", async () => {
    const { page, errors, close } = await openChat(browser, server.url);
    await askOnPage(page, "whoami");
    expect(await page.locator(".asked").last().textContent()).toBe("whoami");
    expect((await titles(page)).at(-1)).toBe("You are You");
    await page.getByRole("button", { name: "What can I ask?" }).last().click();
    await page.locator("#thread article.card h3", { hasText: "What you can ask" }).waitFor();
    expect(await page.locator("#thread .asked").last().textContent()).toBe("help");
    await page.locator("#messages .replies", { hasText: "2 replies" }).waitFor();
    expect(errors).toEqual([]);
    await close();
  });

  test("a cost is drilled into, step by step, in one thread", async () => {
    const { page, errors, close } = await openChat(browser, server.url, { at: "#/c/costs" });
    await askOnPage(page, "cost last month by service");
    const answer = cardTitled(page, "Cost by service").last();
    await answer.locator(".picture:not(.loading) img").waitFor();
    await answer.locator(".actions button").first().click();
    const inThread = page.locator("#thread article.card");
    await inThread.nth(1).waitFor();
    await inThread.nth(1).locator(".actions button").first().click();
    await inThread.nth(2).waitFor();
    expect(await page.locator("#messages article.card").count()).toBe(1);
    await page.locator("#messages .replies", { hasText: "4 replies" }).waitFor();
    expect(errors).toEqual([]);
    await close();
  });

  test("a mistyped command is answered with a guess to press", async () => {
    const { page, close } = await openChat(browser, server.url);
    await askOnPage(page, "watse");
    await page.locator("article.card").last().getByRole("button", { name: "waste", exact: true }).waitFor();
    await close();
  });

  test("the grammar and the data complete what is typed; earlier questions come back", async () => {
    const { page, close } = await openChat(browser, server.url, { at: "#/c/costs" });
    const field = page.locator("#composer-text");
    const first = page.locator("#composer-completion li").first();
    await field.pressSequentially("cos");
    await first.filter({ hasText: "cost" }).waitFor();
    await page.keyboard.press("Tab");
    await page.locator("#composer-completion li", { hasText: "last month" }).first().waitFor();
    await field.pressSequentially("last month for pro");
    await first.filter({ hasText: "provider" }).waitFor();
    await page.keyboard.press("Tab");
    await first.filter({ hasText: "aws" }).waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    expect(await field.inputValue()).toBe("cost last month for provider aws ");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Enter");
    await cardTitled(page, "provider aws").or(cardTitled(page, "Cost")).last().waitFor();
    await page.keyboard.press("ArrowUp");
    expect(await field.inputValue()).toBe("cost last month for provider aws");
    await close();
  });

  test("an answer that does not come says so, and asking again works", async () => {
    const { page, close } = await openChat(browser, server.url, { at: "#/c/%40local" });
    await page.route("**/api/chat/ask", (route) => route.abort(), { times: 1 });
    await page.locator("#composer-text").fill("whoami");
    await page.keyboard.press("Enter");
    const failed = page.locator(".failed").last();
    await failed.waitFor();
    expect(await failed.textContent()).toContain("does not answer");
    await failed.getByRole("button", { name: "Try again" }).click();
    await cardTitled(page, "You are You").waitFor();
    expect(await page.locator(".failed").count()).toBe(0);
    expect(await page.locator("#messages .asked").count()).toBe(1);
    await close();
  });

  test("what is one's own is answered to oneself: shown here, kept in the private talk", async () => {
    const { page, close } = await openChat(browser, server.url, { at: "#/c/finops" });
    await page.locator("#composer-text").fill("settings theme dark");
    await page.keyboard.press("Enter");
    await page.locator(".only-you article.card h3", { hasText: "Settings" }).waitFor();
    expect(await page.locator("html").getAttribute("data-theme")).toBe("dark");
    await page.reload();
    await page.locator(".live.on").waitFor();
    expect(await page.locator("html").getAttribute("data-theme")).toBe("dark");
    expect(await page.locator("#messages .asked", { hasText: "settings theme" }).count()).toBe(0);
    await page.goto(`${server.url}/#/c/%40local`);
    await page.locator("#messages .asked", { hasText: "settings theme dark" }).waitFor();
    await close();
  });
});
