import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import type { Action } from "../../src/bot/card.ts";
import { openBudgets, type BudgetEstate } from "../budgets/support.ts";
import { startChatServer, type ChatServer } from "../http/chat-server.ts";
import { cardTitled, deliver, editCard, launchBrowser, messageTitled, openChat, postCard } from "./browser.ts";

const TODAY = "2026-09-18";
let browser: Browser;
let estate: BudgetEstate;
let server: ChatServer;
beforeAll(async () => {
  browser = await launchBrowser();
  estate = await openBudgets();
  const { actor: _actor, scope: _scope, ...base } = estate.at(TODAY);
  server = await startChatServer(estate.db, { real: { name: "real", base } });
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
  await estate?.close();
});

const button = (label: string, command: string, more: object = {}): Action => ({
  kind: "button",
  label,
  style: "plain",
  command,
  ...more,
});

describe("a budget alert", () => {
  test("is acknowledged by button; every open page sees it on the card, and the buttons that are over are gone", async () => {
    await estate.load({ month: "2026-08", cost: "10" });
    await estate.load({ month: "2026-09", through: "2026-09-10", cost: "10" });
    const one = await openChat(browser, server.url, { at: "#/c/finops" });
    const two = await openChat(browser, server.url, { at: "#/c/finops" });
    await one.page.locator("#composer-text").fill("budget set payments 400 USD at 50,80,100 forecast none");
    await one.page.keyboard.press("Enter");
    await one.page.locator("#messages article.card").waitFor();
    await estate.load({ month: "2026-09", through: "2026-09-16", cost: (day) => (day > "2026-09-10" ? "20" : "10") });
    await estate.evaluate(TODAY);
    await deliver(estate.db);
    const alert = cardTitled(one.page, "55% of $400.00").last();
    await alert.waitFor();
    await alert.getByRole("button", { name: "Acknowledge" }).click();
    const acknowledge = one.page.locator("dialog").getByRole("button", { name: "Acknowledge" });
    if (await acknowledge.isVisible()) await acknowledge.click();
    await one.page.locator(".toast").waitFor();
    await deliver(estate.db);
    for (const { page } of [one, two]) {
      const card = cardTitled(page, "55% of $400.00").last();
      await card.locator(".status", { hasText: "Acknowledged by You" }).waitFor();
      expect(await card.getByRole("button", { name: "Acknowledge" }).count()).toBe(0);
    }
    expect(one.errors).toEqual([]);
    expect(two.errors).toEqual([]);
    await one.close();
    await two.close();
  });
});

describe("a digest", () => {
  test("is subscribed to in the channel it is wanted in, listed there and ended there", async () => {
    const { page, errors, close } = await openChat(browser, server.url, { at: "#/c/costs" });
    const say = async (text: string) => {
      const before = await page.locator("#messages article.card").count();
      await page.locator("#composer-text").fill(text);
      await page.keyboard.press("Enter");
      await page.locator("#messages article.card").nth(before).waitFor();
    };
    await say("digest subscribe weekly at 08:30");
    expect(await page.locator("#messages article.card").last().textContent()).toMatch(/08:30/);
    await say("digest list");
    expect(await page.locator("#messages article.card").last().textContent()).toContain("costs");
    expect(errors).toEqual([]);
    await close();
  });
});

describe("menus, forms and questions first", () => {
  const form: Action = {
    kind: "form",
    label: "Set a budget…",
    style: "primary",
    title: "Set a budget",
    submit: "Set the budget",
    fields: [
      { kind: "text", name: "name", label: "Name", required: true, lengthMax: 12 },
      { kind: "text", name: "amount", label: "Amount", required: true, lengthMax: 12, initial: "100" },
      { kind: "choice", name: "currency", label: "In", required: true, options: [{ label: "Dollars", value: "USD" }] },
      { kind: "day", name: "from", label: "From", required: false },
    ],
    command: ["budget set ", { field: "name" }, " ", { field: "amount" }, " ", { field: "currency" }],
  };

  test("a form says at each field what is wrong, keeps what was filled in, and is sent with the keyboard", async () => {
    await postCard(estate.db, { key: "form", card: { title: "With a form", actions: [form] } });
    const { page, errors, close } = await openChat(browser, server.url, { at: "#/c/finops" });
    const opens = messageTitled(page, "With a form").getByRole("button", { name: "Set a budget…" });
    await opens.focus();
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog", { name: "Set a budget" });
    await dialog.getByText("or type: budget set NAME AMOUNT CURRENCY").waitFor();
    await page.keyboard.press("Enter");
    await dialog.getByText("Name is needed.").waitFor();
    expect(await dialog.getByLabel("Name").getAttribute("aria-invalid")).toBe("true");
    await page.keyboard.type("growth");
    await dialog.getByLabel("Amount").fill("nothing");
    await dialog.getByLabel("In").selectOption("USD");
    await dialog.getByRole("button", { name: "Set the budget" }).click();
    // What only the server can know comes back into the form.
    await dialog.locator(".dialog-wrong:not(:empty)").waitFor();
    expect(await dialog.getByLabel("Name").inputValue()).toBe("growth");
    await dialog.getByLabel("Amount").fill("1200");
    await page.keyboard.press("Enter");
    await dialog.waitFor({ state: "detached" });
    await page.locator("#thread article.card", { hasText: "growth" }).last().waitFor();
    expect(errors).toEqual([]);
    await close();
  });

  test("what removes something asks first, by name; Escape does nothing", async () => {
    const confirm = {
      title: "Remove budget growth?",
      text: "Its $1,200.00 a month will not be watched.",
      yes: "Remove growth",
    };
    const actions = [button("Remove…", "budget remove growth", { style: "danger", confirm })];
    await postCard(estate.db, { key: "confirm", card: { title: "Asks first", actions } });
    const { page, close } = await openChat(browser, server.url, { at: "#/c/finops" });
    const sent: string[] = [];
    page.on("request", (request) => {
      if (request.url().endsWith("/act")) sent.push(request.postData() ?? "");
    });
    const remove = messageTitled(page, "Asks first").getByRole("button", { name: "Remove…" });
    await remove.click();
    const dialog = page.getByRole("dialog", { name: "Remove budget growth?" });
    await dialog.getByText("$1,200.00 a month").waitFor();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    expect(sent).toEqual([]);
    await remove.click();
    await dialog.getByRole("button", { name: "Remove growth" }).click();
    await page.locator("#thread article.card").last().waitFor();
    expect(Object.keys(JSON.parse(sent[0] ?? "{}")).sort()).toEqual(["actId", "confirmed", "token"]);
    await close();
  });

  test("a menu runs what was picked, a link says where it leads", async () => {
    const actions: Action[] = [
      {
        kind: "select",
        label: "More…",
        options: [
          { label: "Who am I", command: "whoami" },
          { label: "Help", command: "help" },
        ],
      },
      { kind: "link", label: "The console", href: "https://console.example/x" },
    ];
    await postCard(estate.db, { key: "menu", card: { title: "With a menu", actions } });
    const { page, close } = await openChat(browser, server.url, { at: "#/c/finops" });
    const card = cardTitled(page, "With a menu");
    await card.getByLabel("More…").selectOption({ label: "Who am I" });
    await page.locator("#thread article.card h3", { hasText: "You are You" }).waitFor();
    const link = card.getByRole("link", { name: "The console" });
    expect([await link.getAttribute("href"), await link.getAttribute("rel")]).toEqual([
      "https://console.example/x",
      "noopener noreferrer nofollow",
    ]);
    await close();
  });
});

describe("a click that comes too late", () => {
  test("does nothing and shows the card as it is now", async () => {
    const actions = [button("Forget it", "budget remove payments")];
    await postCard(estate.db, { key: "late", card: { title: "Open question", actions } });
    const { page, close } = await openChat(browser, server.url, { at: "#/c/finops" });
    const card = messageTitled(page, "Open question");
    await card.waitFor();
    // This page hears nothing any more, and shows the old card.
    await page.route("**/api/chat/events**", (route) => route.abort());
    await server.stop();
    await page.locator("#lost").waitFor();
    await server.start();
    await editCard(estate.db, { key: "late", card: { title: "Decided meanwhile", actions: [] } });
    await card.getByRole("button", { name: "Forget it" }).click();
    await page.locator(".toast", { hasText: "This card has changed since. Nothing was done" }).waitFor();
    await cardTitled(page, "Decided meanwhile").waitFor();
    expect(await cardTitled(page, "Open question").count()).toBe(0);
    const budgets = await estate.db.sql`select 1 from budget where name = 'payments' and removed_at is null`;
    expect(budgets).toHaveLength(1);
    await close();
  });

  test("for somebody without the role is refused beside the button", async () => {
    await postCard(estate.db, {
      key: "role",
      card: { title: "For admins", actions: [button("People", "people list")] },
    });
    const guarded = await startChatServer(estate.db, { access: { kind: "loopback", role: "viewer" } });
    const { page, close } = await openChat(browser, guarded.url, { at: "#/c/finops" });
    const card = messageTitled(page, "For admins");
    await card.getByRole("button", { name: "People" }).click();
    await card.locator(".action-wrong", { hasText: "needs the role admin" }).waitFor();
    expect(await card.locator(".replies").count()).toBe(0);
    await close();
    await guarded.close();
  });
});
