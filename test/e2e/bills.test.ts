import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";

import { ingestBills } from "../../src/service/ingest-bills.ts";
import { startChatServer, type ChatServer } from "../http/chat-server.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { cardTitled, launchBrowser, openChat } from "./browser.ts";

const SCENARIO = new URL("../fixtures/scenario/", import.meta.url).pathname;
let browser: Browser;
let demoDb: TestDatabase;
let db: TestDatabase;
let server: ChatServer;
beforeAll(async () => {
  browser = await launchBrowser();
  demoDb = await createTestDatabase();
  db = await createTestDatabase({ connectionsMax: 10 });
  server = await startChatServer(db, { demoDb, ingest: ingestBills });
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
  await db?.close();
  await demoDb?.close();
});

test("a file that is no bill is refused with what is missing", async () => {
  const { page, close } = await openChat(browser, server.url);
  const notes = { name: "notes.csv", mimeType: "text/csv", buffer: Buffer.from("a,b\n1,2\n") };
  await page.locator("#file").setInputFiles(notes);
  await page.locator("article.card.bad").last().waitFor();
  await close();
});

test("the sample estate gives way to one's own bills, dropped on the page, with a summary and what is next", async () => {
  const { page, errors, close } = await openChat(browser, server.url);
  expect(await page.locator("#banner").textContent()).toContain("finops ingest PATH");
  await page.locator("#setup", { hasText: "Next: Bring your bills" }).waitFor();
  await page.locator("#file").setInputFiles(`${SCENARIO}aws_2026-01.csv.gz`);
  await cardTitled(page, "Bills loaded").waitFor();
  await page.locator("#banner").waitFor({ state: "hidden" });
  expect(await page.locator("#estate").textContent()).toBe("Your bills");
  await cardTitled(page, "Getting started").waitFor();
  await page.locator("#setup", { hasText: "1 of 4" }).waitFor();
  expect(errors).toEqual([]);
  await close();
});
