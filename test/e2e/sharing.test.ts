import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { setChannelScope } from "../../src/store/conversations.ts";
import { openBudgets, type BudgetEstate } from "../budgets/support.ts";
import { startChatServer, type ChatServer } from "../http/chat-server.ts";
import { askOnPage, cardTitled, deliver, launchBrowser, openChat } from "./browser.ts";

const PAYMENTS = [{ dimension: "team" as const, negated: false, values: ["payments"] }];
let browser: Browser;
let estate: BudgetEstate;
let server: ChatServer;
beforeAll(async () => {
  browser = await launchBrowser();
  estate = await openBudgets();
  const { actor: _actor, scope: _scope, ...base } = estate.at("2026-09-18");
  const channels = [
    { name: "finops", title: "All of it", scope: [] },
    { name: "costs", title: "Questions", scope: [] },
    { name: "payments", title: "Payments only", scope: PAYMENTS },
  ];
  server = await startChatServer(estate.db, { real: { name: "real", base }, channels });
  await estate.load({ month: "2026-08", cost: "10" });
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
  await estate?.close();
});

const answer = (page: Page) => page.locator("#messages article.card").last();
/** The trail of shares: where to, and what became of it. */
const trail = () =>
  estate.db.sql<{ subject: string; outcome: string }[]>`
    select subject, outcome from audit_event where action = 'answer.share' order by id`;

describe("an answer is shared into a channel", () => {
  test("from the private talk, by menu: that very card, once, for everybody there, and it is in the trail", async () => {
    const reader = await openChat(browser, server.url, { at: "#/c/finops" });
    const { page, errors, close } = await openChat(browser, server.url, { at: "#/c/@local" });
    await askOnPage(page, "cost 2026-08 by service");
    const share = answer(page).getByLabel("Share in…");
    // Only where all of it may be shown.
    expect(await share.locator("option").allTextContents()).toEqual([
      "Share in…",
      "Share in #finops",
      "Share in #costs",
    ]);
    await share.selectOption({ label: "Share in #finops" });
    await page.locator(".toast", { hasText: "Everybody in #finops sees it now." }).waitFor();
    await share.selectOption({ label: "Share in #finops" });
    await deliver(estate.db);
    const shared = cardTitled(reader.page, (await answer(page).locator("h3").textContent()) ?? "");
    await shared.locator(".status", { hasText: "Shared by You" }).waitFor();
    expect(await shared.count()).toBe(1);
    expect(await shared.textContent()).toContain("$310.00");
    expect(await shared.getByLabel("Share in…").count()).toBe(0);
    // Nothing but the answer itself stands in the private talk.
    expect(await page.locator("#messages .message").count()).toBe(2);
    expect((await trail()).map(({ outcome, subject }) => `${subject} ${outcome}`)).toContain("finops done");
    expect([...errors, ...reader.errors]).toEqual([]);
    await close();
    await reader.close();
  });

  test("from another channel, with the keyboard, and the channel that has it shows something new", async () => {
    const { page, close } = await openChat(browser, server.url, { at: "#/c/costs" });
    await askOnPage(page, "cost 2026-08 per day");
    const share = answer(page).getByRole("button", { name: "Share in #finops" });
    await share.focus();
    await page.keyboard.press("Enter");
    await page.locator(".toast", { hasText: "Everybody in #finops sees it now." }).waitFor();
    await deliver(estate.db);
    await page.locator('[data-channel="finops"] .count').waitFor();
    await page.locator('[data-channel="finops"]').click();
    await answer(page).locator(".status", { hasText: "Shared by You" }).waitFor();
    await close();
  });

  test("whose channel may show less by now: refused beside the button, nothing is posted, the attempt is in the trail", async () => {
    const { page, close } = await openChat(browser, server.url, { at: "#/c/costs" });
    await askOnPage(page, "cost 2026-08 by region");
    const share = answer(page).getByRole("button", { name: "Share in #finops" });
    await share.waitFor();
    await setChannelScope(estate.db.sql, "finops", PAYMENTS);
    const before = await estate.db.sql`select 1 from outbox where key like 'shared:%'`;
    await cardTitled(page, "region").last().getByRole("button", { name: "Share in #finops" }).click();
    const wrong = page.locator("#messages .action-wrong", { hasText: "#finops may show only a part of the bills" });
    await wrong.waitFor();
    expect(await estate.db.sql`select 1 from outbox where key like 'shared:%'`).toHaveLength(before.length);
    expect((await trail()).at(-1)).toEqual({ subject: "finops", outcome: "refused" });
    await setChannelScope(estate.db.sql, "finops", []);
    await close();
  });
});

describe("by form", () => {
  test("a digest is subscribed to, with the keyboard; what does not fit is said in the form; the list shows when it comes", async () => {
    const { page, errors, close } = await openChat(browser, server.url, { at: "#/c/costs" });
    await askOnPage(page, "digest list");
    await answer(page).getByRole("button", { name: "Subscribe…" }).focus();
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog", { name: "A digest by itself" });
    await dialog.getByText("or type: digest subscribe").waitFor();
    await dialog.getByLabel("How often").selectOption("weekly");
    await dialog.getByPlaceholder("09:00").fill("half past");
    await page.keyboard.press("Enter");
    await dialog.locator(".dialog-wrong:not(:empty)").waitFor();
    await dialog.getByPlaceholder("09:00").fill("08:30");
    await dialog.getByLabel("Time zone").fill("Europe/Berlin");
    await dialog.getByLabel("Only a part of the bill").fill('for service "Amazon EC2"');
    await dialog.getByLabel("Only when").fill("over 5%");
    await page.keyboard.press("Enter");
    await dialog.waitFor({ state: "detached" });
    const done = page.locator("#thread article.card", { hasText: "Subscribed" }).last();
    await done.waitFor();
    expect(await done.textContent()).toContain("Weekly digest, only when over 5%");
    await page.keyboard.press("Escape");
    await askOnPage(page, "digest list");
    const list = (await answer(page).textContent()) ?? "";
    for (const part of ["Weekly digest", "08:30", "costs", "Amazon EC2"]) expect(list).toContain(part);
    expect(errors).toEqual([]);
    await close();
  });

  test("a question is saved under a name from its answer, and asked again by it", async () => {
    const { page, errors, close } = await openChat(browser, server.url, { at: "#/c/costs" });
    await askOnPage(page, "cost 2026-08 by service");
    await answer(page).getByRole("button", { name: "Save…" }).click();
    const dialog = page.getByRole("dialog", { name: "Save this question" });
    await page.keyboard.press("Enter");
    await dialog.getByText("Name is needed.").waitFor();
    await dialog.getByLabel("Name").fill("team burn");
    await page.keyboard.press("Enter");
    await dialog.waitFor({ state: "detached" });
    await page.locator("#thread article.card", { hasText: "team burn" }).last().waitFor();
    await page.keyboard.press("Escape");
    await page.locator("#thread-close").waitFor({ state: "hidden" });
    await askOnPage(page, 'run "team burn"');
    expect(await answer(page).locator("h3").textContent()).toMatch(/^team burn: /);
    expect(await answer(page).textContent()).toContain("$310.00");
    expect(errors).toEqual([]);
    await close();
  });
});
