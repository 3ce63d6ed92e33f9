import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";

import { addSamplePeople } from "../../src/service/sample-people.ts";
import { startChatServer, type ChatServer } from "../http/chat-server.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { askOnPage, cardTitled, launchBrowser, openChat, titles } from "./browser.ts";

const SHARED = "correct horse battery staple";
const PAYMENTS = [{ dimension: "team" as const, negated: false, values: ["payments"] }];
let browser: Browser;
let db: TestDatabase;
let demoDb: TestDatabase;
beforeAll(async () => {
  browser = await launchBrowser();
  db = await createTestDatabase({ connectionsMax: 6 });
  demoDb = await createTestDatabase({ connectionsMax: 6 });
  await addSamplePeople(demoDb.sql);
});
afterAll(async () => {
  await browser?.close();
  await db?.close();
  await demoDb?.close();
});

async function serve(options: Parameters<typeof startChatServer>[1], run: (server: ChatServer) => Promise<void>) {
  const server = await startChatServer(db, options);
  try {
    await run(server);
  } finally {
    await server.close();
  }
}

test("in the sample estate one may be anybody: roles and people, each with their own talk and their own unread", () =>
  serve({ demoDb }, async ({ url }) => {
    const { page, errors, close } = await openChat(browser, url);
    await page.locator("#role").selectOption("viewer");
    await expect.poll(() => page.locator("#role").inputValue()).toBe("viewer");
    await page.locator(".live.on").waitFor();
    await askOnPage(page, "people list");
    expect((await titles(page)).at(-1)).toBe("Not allowed");
    const person = page.locator('#role optgroup[label="Be"] option').first();
    const name = (await person.textContent()) ?? "";
    await page.locator("#role").selectOption({ label: name });
    await page.locator("#person-name", { hasText: name }).waitFor();
    await page.locator('#direct [data-channel^="@demo_"]').click();
    await page.locator("#empty h2").waitFor();
    await askOnPage(page, "whoami");
    await cardTitled(page, `You are ${name}`).waitFor();
    expect(errors).toEqual([]);
    await close();
  }));

test("elsewhere one signs in; a wrong token says so, and a channel of another scope is not there", () =>
  serve(
    {
      access: { kind: "token", token: SHARED, role: "analyst" },
      channels: [
        { name: "finops", title: "All", scope: [] },
        { name: "payments", title: "Payments", scope: PAYMENTS },
      ],
    },
    async ({ url }) => {
      const context = await browser.newContext();
      const page = await context.newPage();
      await page.goto(`${url}/#/c/payments`);
      await page.getByLabel("Your name").fill("Ada");
      await page.getByLabel("Token").fill("wrong");
      await page.keyboard.press("Enter");
      await page.locator("#login-error", { hasText: "not the one" }).waitFor();
      await page.getByLabel("Token").fill(SHARED);
      await page.keyboard.press("Enter");
      await page.locator(".live.on").waitFor();
      expect(await page.locator("#person-name").textContent()).toBe("Ada");
      // Where the link led before signing in.
      expect(await page.locator("#channel-title").textContent()).toBe("# payments");
      await context.close();
    },
  ));

test("whoever loses their way in while the page is open is asked to sign in again", () =>
  serve({ access: { kind: "token", token: SHARED, role: "analyst" } }, async (server) => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(server.url);
    await page.getByLabel("Your name").fill("Bob");
    await page.getByLabel("Token").fill(SHARED);
    await page.keyboard.press("Enter");
    await page.locator(".live.on").waitFor();
    await context.clearCookies();
    await server.stop();
    await page.locator("#lost").waitFor();
    await server.start();
    await page.getByLabel("Your name").waitFor();
    await context.close();
  }));
