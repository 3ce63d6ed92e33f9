import { AxeBuilder } from "@axe-core/playwright";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import type { Action } from "../../src/bot/card.ts";
import { ingestBills } from "../../src/service/ingest-bills.ts";
import { startChatServer, type ChatServer } from "../http/chat-server.ts";
import { createClient } from "../http/http-client.ts";
import { testContext } from "../support/context.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { cardTitled, launchBrowser, messageTitled, openChat, PHONE, postCard } from "./browser.ts";

const QUESTIONS = ["digest now", "waste", "cost last month by service vs previous", "budget list", "help", "watse"];
const SCENARIO = new URL("../fixtures/scenario/", import.meta.url).pathname;
let browser: Browser;
let db: TestDatabase;
let server: ChatServer;
beforeAll(async () => {
  browser = await launchBrowser();
  db = await createTestDatabase({ connectionsMax: 10 });
  const channels = ["finops", "costs", "news"].map((name) => ({ name, title: `About ${name}`, scope: [] }));
  server = await startChatServer(db, { channels });
  const ctx = testContext(db, { dataDir: server.dataDir });
  const paths = ["01", "02", "03"].map((month) => `${SCENARIO}aws_2026-${month}.csv.gz`);
  await ingestBills({ ctx, input: { paths, parts: false, replace: false, dryRun: false } });
  const client = await createClient(server.url);
  for (const text of QUESTIONS) {
    await client.post("/api/chat/ask", { channel: "costs", text, askId: crypto.randomUUID() });
  }
  await postCard(db, { key: "form", channel: "finops", card: { title: "With a form", actions: [form, menu, asked] } });
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
  await db?.close();
});

const form: Action = {
  kind: "form",
  label: "Reject…",
  style: "danger",
  title: "Reject it",
  submit: "Reject",
  fields: [
    { kind: "text", name: "reason", label: "Reason", required: true, lengthMax: 200, multiline: true },
    { kind: "choice", name: "kind", label: "Kind", required: true, options: [{ label: "Kept", value: "kept" }] },
    { kind: "day", name: "until", label: "Until", required: false },
  ],
  command: ["recs reject x --reason ", { field: "reason" }],
};
const menu: Action = { kind: "select", label: "More…", options: [{ label: "Help", command: "help" }] };
const asked: Action = {
  kind: "button",
  label: "Approve $12.00",
  style: "primary",
  command: "whoami",
  confirm: { title: "Approve it?", text: "$12.00 a month.", yes: "Approve $12.00" },
};

/** Everything the engine finds, of any weight, in words that lead to it; in a part of the page, or in all of it. */
async function findings(page: Page, part?: string): Promise<string[]> {
  const engine = new AxeBuilder({ page });
  const { violations } = await (part === undefined ? engine : engine.include(part)).analyze();
  return violations.map(
    ({ impact, id, help, nodes }) => `${impact} ${id}: ${help}\n  ${nodes.map(({ html }) => html).join("\n  ")}`,
  );
}

const looks: [name: string, options: object][] = [
  ["light", { colorScheme: "light" }],
  ["dark on a phone", { colorScheme: "dark", ...PHONE }],
];

describe.each(looks)("the accessibility engine finds nothing, %s", (_name, options) => {
  const at = (place: string) => openChat(browser, server.url, { ...options, reducedMotion: "reduce", at: place });

  test("on an empty page with what is to set up, and with suggestions open", async () => {
    const { page, close } = await at("#/c/%40local");
    await page.locator("#composer-text").pressSequentially("cost last month by ");
    await page.locator("#composer-completion li").first().waitFor();
    expect(await findings(page)).toEqual([]);
    await close();
  });

  test("on a digest, waste, a cost answer, budgets, help and a refusal, receipts open", async () => {
    const { page, close } = await at("#/c/costs");
    await page.locator("#messages article.card").last().waitFor();
    await page.locator(".receipt").evaluateAll((all: { open: boolean }[]) => all.forEach((it) => (it.open = true)));
    expect(await findings(page)).toEqual([]);
    await close();
  });

  test("in a thread, beside unread news", async () => {
    const { page, close } = await at("#/c/finops");
    const message = messageTitled(page, "With a form");
    await message.locator('[data-tool="reply"]').click();
    await page.locator("#thread h3", { hasText: "With a form" }).waitFor();
    await postCard(db, { key: `news ${crypto.randomUUID()}`, channel: "news" });
    await page.locator('[data-channel="news"] .count').waitFor({ state: "attached" });
    expect(await findings(page)).toEqual([]);
    await close();
  });

  test("in its dialogs: form with complaints, confirmation, picture, search, settings", async () => {
    const { page, close } = await at("#/c/finops");
    const card = cardTitled(page, "With a form");
    const looked = async (): Promise<void> => {
      expect(await findings(page, "dialog")).toEqual([]);
      await page.keyboard.press("Escape");
      await page.locator("dialog").waitFor({ state: "detached" });
    };
    await card.getByRole("button", { name: "Reject…" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Reject" }).click();
    await page.getByText("Reason is needed.").waitFor();
    await looked();
    await card.getByRole("button", { name: "Approve $12.00" }).click();
    await page.getByRole("dialog", { name: "Approve it?" }).waitFor();
    await looked();
    await card.locator(".picture button").click();
    await page.locator("dialog.lightbox").waitFor();
    await looked();
    await page.keyboard.press("Control+k");
    await page.keyboard.type("form");
    await page.locator(".hit").first().waitFor();
    await looked();
    await page.locator("#settings").evaluate((it: { click: () => void }) => it.click());
    await page.getByRole("dialog", { name: "Settings" }).waitFor();
    await page.locator("summary", { hasText: "Keys" }).click();
    await looked();
    await close();
  });

  test("where the connection is lost, and where one signs in", async () => {
    const guarded = await startChatServer(db, { access: { kind: "token", token: "x".repeat(32), role: "viewer" } });
    const context = await browser.newContext(options);
    const login = await context.newPage();
    await login.goto(guarded.url);
    await login.getByLabel("Your name").waitFor();
    expect(await findings(login)).toEqual([]);
    await context.close();
    await guarded.close();
    const { page, close } = await at("#/c/finops");
    await page.evaluate("window.dispatchEvent(new Event('offline'))");
    await page.locator("#lost").waitFor();
    expect(await findings(page, ".head")).toEqual([]);
    expect(await findings(page, "#lost")).toEqual([]);
    await close();
  });
});
