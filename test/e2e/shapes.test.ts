import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { startChatServer, type ChatServer } from "../http/chat-server.ts";
import { hostileCardSample } from "../http/sample-cards.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { askOnPage, cardTitled, hasFocus, launchBrowser, openChat, overflow, PHONE, postCard } from "./browser.ts";

let browser: Browser;
let db: TestDatabase;
let server: ChatServer;
beforeAll(async () => {
  browser = await launchBrowser();
  db = await createTestDatabase({ connectionsMax: 10 });
  const channels = ["finops", "costs", "wide"].map((name) => ({ name, title: `About ${name}`, scope: [] }));
  server = await startChatServer(db, { channels });
  const columns = Array.from({ length: 9 }, (_, index) => ({
    header: `Column ${index}`,
    align: index === 0 ? ("left" as const) : ("right" as const),
  }));
  const row = (first: string) => [first, ...Array.from({ length: 8 }, (_, index) => `$${index},123,456.78`)];
  const wide = {
    kind: "table" as const,
    columns,
    rows: [row("arn:aws:x:".repeat(12)), row("b")],
    totals: row("Total"),
  };
  const narrow = { kind: "table" as const, columns: columns.slice(0, 3), rows: [row("x".repeat(90)).slice(0, 3)] };
  await postCard(db, { key: "wide", channel: "wide", card: { title: "Wide", blocks: [wide, narrow] } });
  await postCard(db, { key: "hostile", channel: "wide", card: hostileCardSample });
  await postCard(db, { key: "usual", channel: "wide", card: { title: "On a phone" } });
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
  await db?.close();
});

describe("every size", () => {
  test.each([
    ["a phone", PHONE],
    ["a larger phone", { ...PHONE, viewport: { width: 390, height: 844 } }],
    ["200 % zoom of a small desktop", { viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 }],
    ["400 % zoom (reflow)", { viewport: { width: 320, height: 256 }, deviceScaleFactor: 4 }],
    ["a tablet", { viewport: { width: 900, height: 1100 } }],
  ])("on %s nothing is wider than the page, whatever the cards say", async (_name, options) => {
    const { page, errors, close } = await openChat(browser, server.url, { ...options, at: "#/c/wide" });
    await cardTitled(page, "On a phone").locator("summary").click();
    expect(await overflow(page)).toBe(0);
    const stream = page.locator("#stream");
    expect(
      await stream.evaluate((it: { scrollWidth: number; clientWidth: number }) => it.scrollWidth - it.clientWidth),
    ).toBe(0);
    await page.locator("#find").click();
    await page.locator("dialog.search").waitFor();
    expect(await overflow(page)).toBe(0);
    expect(errors).toEqual([]);
    await close();
  });

  test("on a phone a wide table becomes lines and keeps being a table; channels are in a drawer", async () => {
    const { page, close } = await openChat(browser, server.url, { ...PHONE, at: "#/c/wide" });
    const table = cardTitled(page, "Wide").getByRole("table").first();
    expect(await table.getByRole("row").count()).toBe(4);
    expect(await table.getByRole("cell", { name: "$7,123,456.78" }).first().isVisible()).toBe(true);
    expect(await page.locator("#sidebar").isVisible()).toBe(false);
    await page.getByRole("button", { name: "Channels" }).click();
    const costs = page.locator('#sidebar.open [data-channel="costs"]');
    await costs.click();
    await page.locator("#channel-title", { hasText: "costs" }).waitFor();
    await page.locator("#sidebar").waitFor({ state: "hidden" });
    await close();
  });
});

test("text in a card that would be code stays text", async () => {
  const { page, errors, close } = await openChat(browser, server.url, { ...PHONE, at: "#/c/wide" });
  await page.locator("article.card h3", { hasText: "<script>" }).waitFor();
  expect(await page.evaluate("window.pwned")).toBeUndefined();
  expect(await page.locator("article.card script, article.card [onload], article.card [onerror]").count()).toBe(0);
  expect(await page.locator("article.card dt", { hasText: "<b>label</b>" }).count()).toBe(1);
  expect(await page.locator('a[href^="javascript"]').count()).toBe(0);
  expect(errors).toEqual([]);
  await close();
});

describe("the keyboard alone", () => {
  test("channels, messages, a thread and its field are reached and left again", async () => {
    const { page, errors, close } = await openChat(browser, server.url, { at: "#/c/finops" });
    const press = (key: string) => page.keyboard.press(key);
    await page.locator("body").press("Tab");
    // The first stop of the page leads past the channels to the field.
    await page.locator("#skip").focus();
    await press("Enter");
    expect(await hasFocus(page.locator("#composer-text"))).toBe(true);
    await page.locator('[data-channel="finops"]').focus();
    await press("ArrowDown");
    await press("ArrowDown");
    expect(await hasFocus(page.locator('[data-channel="wide"]'))).toBe(true);
    expect(await page.locator('#sidebar [data-channel][tabindex="0"]').count()).toBe(1);
    await press("Enter");
    await cardTitled(page, "On a phone").waitFor();
    await page.locator("#stream").focus();
    await press("k");
    expect(await page.locator(".message:focus h3").textContent()).toBe("On a phone");
    await press("k");
    await press("j");
    await press("r");
    await page.locator("#thread h3", { hasText: "On a phone" }).waitFor();
    expect(await hasFocus(page.locator("#thread-composer-text"))).toBe(true);
    await press("Escape");
    await page.locator("#thread").waitFor({ state: "hidden" });
    await press("/");
    expect(await hasFocus(page.locator("#composer-text"))).toBe(true);
    await press("Alt+ArrowUp");
    await page.locator("#channel-title", { hasText: "costs" }).waitFor();
    expect(errors).toEqual([]);
    await close();
  });

  test("settings are opened, changed and closed; the theme and the zone show at once", async () => {
    await postCard(db, { key: "zone", channel: "costs", card: { title: "At a time" } });
    const { page, close } = await openChat(browser, server.url, { at: "#/c/costs", timezoneId: "UTC" });
    const time = cardTitled(page, "At a time").locator("xpath=ancestor::li").locator("time");
    const before = await time.textContent();
    await page.locator("#settings").focus();
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog", { name: "Settings" });
    await dialog.getByLabel("Dark").check();
    await page.locator('html[data-theme="dark"]').waitFor();
    expect(await page.locator("body").evaluate("getComputedStyle(document.body).backgroundColor")).toBe(
      "rgb(11, 13, 17)",
    );
    await dialog.getByLabel("Time zone").selectOption("Asia/Tokyo");
    await expect.poll(() => time.textContent()).not.toBe(before);
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    expect(await hasFocus(page.locator("#settings"))).toBe(true);
    await page.reload();
    await page.locator('html[data-theme="dark"]').waitFor();
    await expect.poll(() => time.textContent()).not.toBe(before);
    await close();
  });
});

test("what arrives is told to a screen reader in one sentence; nothing moves for those who want it still", async () => {
  const { page, close } = await openChat(browser, server.url, { at: "#/c/finops", reducedMotion: "reduce" });
  await postCard(db, { key: "spoken", card: { title: "Spoken", summary: "It rose by $5." } });
  await page.locator("#announcer", { hasText: "Cloud Intelligence: It rose by $5." }).waitFor({ state: "attached" });
  await askOnPage(page, "whoami");
  const moving = "document.getAnimations().filter((it) => it.effect.getComputedTiming().duration > 1).length";
  expect(await page.evaluate(moving)).toBe(0);
  await close();
});
