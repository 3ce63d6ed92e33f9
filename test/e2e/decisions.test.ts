import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { createWebChannel } from "../../src/bot/channels/web/web-channel.ts";
import { startDeliverer, type Deliverer } from "../../src/bot/deliver-outbox.ts";
import { watchLiveCards } from "../../src/bot/live-cards.ts";
import { ingestBills } from "../../src/service/ingest-bills.ts";
import { runInProcess } from "../cli/finops.ts";
import { estate, render } from "../decisions/estate.ts";
import { proposeRecommendations } from "../../src/service/propose-recommendations.ts";
import { startChatServer, type ChatServer } from "../http/chat-server.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { askOnPage, launchBrowser, openChat } from "./browser.ts";

/** A terminal decides; pages that show it in their answers follow, without anybody asking again. */
const BILLS = fileURLToPath(new URL("../fixtures/waste/focus_daily.csv.gz", import.meta.url));
const TODAY = "2025-10-25";
let browser: Browser;
let db: TestDatabase;
let dataDir: string;
let server: ChatServer;
let deliverer: Deliverer;
let keeper: { stop: () => Promise<void> };
let ids: string[];
beforeAll(async () => {
  browser = await launchBrowser();
  db = await createTestDatabase({ connectionsMax: 10 });
  dataDir = await mkdtemp(join(tmpdir(), "finops-e2e-decisions-"));
  const { system } = estate(db, { today: TODAY, dataDir });
  await ingestBills({ ctx: system, input: { paths: [BILLS], parts: false, replace: true, dryRun: false } });
  await proposeRecommendations({ ctx: system, input: { scope: [], render } });
  const rows = await db.sql<{ id: string }[]>`
    select id from recommendation where finding ->> 'risk' <> 'H'
    order by (finding -> 'saving' ->> 'amount')::numeric, id`;
  ids = rows.map(({ id }) => id);
  const { actor: _actor, scope: _scope, ...base } = system;
  server = await startChatServer(db, { real: { name: "real", base } });
  deliverer = await startDeliverer({ sql: db.sql, channels: [createWebChannel(db.sql)], log: system.log });
  keeper = await watchLiveCards(base);
}, 120_000);
afterAll(async () => {
  await keeper?.stop();
  await deliverer?.stop();
  await browser?.close();
  await server?.close();
  await db?.close();
  await rm(dataDir, { recursive: true, force: true });
});

const terminal = async (...args: string[]): Promise<void> => {
  const { code, err } = await runInProcess(args, { databaseUrl: db.url, dataDir, today: TODAY });
  expect([code, err]).toEqual([0, ""]);
};
const cardWith = (page: Page, id: string) => page.locator("#messages article.card", { hasText: id });

describe("a decision in the terminal", () => {
  test("is on the answers of every open page, by whom, with the buttons of what there is", async () => {
    const [id = "", other = ""] = ids;
    const one = await openChat(browser, server.url, { at: "#/c/finops" });
    const two = await openChat(browser, server.url, { at: "#/c/finops" });
    await askOnPage(one.page, `recs show ${id}`);
    await askOnPage(one.page, `recs show ${other}`);
    await askOnPage(two.page, "recs list all");
    await terminal("recs", "approve", id);
    for (const { page } of [one, two]) {
      const shown = page
        .locator("#messages .message", { has: page.locator("article.card .status") })
        .filter({ hasText: id });
      await shown.locator(".status", { hasText: "Approved by" }).first().waitFor();
      expect(
        await shown
          .first()
          .getByRole("button", { name: /^Approve/ })
          .count(),
      ).toBe(0);
      await shown.first().getByRole("button", { name: "Undo" }).waitFor();
      // What was not decided on is as it was.
      expect(await cardWith(page, other).first().locator(".status").textContent()).toMatch(/^Waiting for/);
      await page
        .locator("#messages article.card", { hasText: "Together" })
        .locator("tr", { hasText: id })
        .getByText("approved")
        .waitFor();
    }
    await terminal("recs", "undo", id);
    for (const { page } of [one, two]) {
      await cardWith(page, id).first().locator(".status", { hasText: "Waiting for" }).waitFor();
    }
    expect(one.errors).toEqual([]);
    expect(two.errors).toEqual([]);
    await one.close();
    await two.close();
  });

  test("a click on an answer's own button changes that answer and says nothing more below it", async () => {
    const [, , id = ""] = ids;
    const { page, errors, close } = await openChat(browser, server.url, { at: "#/c/costs" });
    await askOnPage(page, `recs show ${id}`);
    const message = page.locator("#messages .message", { hasText: id }).last();
    await message.getByRole("button", { name: /^Approve/ }).click();
    const confirm = page.locator("dialog").getByRole("button", { name: /^Approve/ });
    if (await confirm.isVisible()) await confirm.click();
    await message.locator(".status", { hasText: "Approved by You" }).waitFor();
    expect(await page.locator("#messages .message").count()).toBe(2);
    expect(errors).toEqual([]);
    await close();
  });
});
