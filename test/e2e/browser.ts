import sparticuz from "@sparticuz/chromium";
import { pino } from "pino";
import { chromium, type Browser, type BrowserContextOptions, type Locator, type Page } from "playwright-core";

import type { Card } from "../../src/bot/card.ts";
import { createWebChannel } from "../../src/bot/channels/web/web-channel.ts";
import { deliverDue } from "../../src/bot/deliver-outbox.ts";
import type { Database } from "../../src/store/db.ts";
import { enqueuePost, enqueueUpdate } from "../../src/store/outbox.ts";
import { costCardSample } from "../http/sample-cards.ts";

/** As few switches as run in a container: the web security of the browser stays on. */
const SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-zygote"];
export const PHONE = { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true };

export type Chat = {
  readonly page: Page;
  /** What went wrong on the page: exceptions and errors of its console. */
  readonly errors: string[];
  readonly close: () => Promise<void>;
};

export async function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: await sparticuz.executablePath(), args: SWITCHES, headless: true });
}

/** Opens the chat at an address within it (`#/c/costs`) and waits until it follows live. */
export async function openChat(
  browser: Browser,
  url: string,
  options: BrowserContextOptions & { readonly at?: string } = {},
): Promise<Chat> {
  const { at = "", ...rest } = options;
  const context = await browser.newContext({ locale: "en-GB", timezoneId: "UTC", ...rest });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text());
  });
  await page.goto(`${url}/${at}`);
  await page.locator(".live.on").waitFor();
  return { page, errors, close: () => context.close() };
}

/** Types a question and waits for the card that answers it. */
export async function askOnPage(page: Page, text: string): Promise<void> {
  const before = await page.locator("#messages article.card").count();
  await page.locator("#composer-text").fill(text);
  // Pressed in the field: a thread that is just closing gives the focus back to where it was opened from.
  await page.locator("#composer-text").press("Enter");
  await page.locator("#messages article.card").nth(before).waitFor();
}

/** The card with that title in the channel. */
export function cardTitled(page: Page, title: string): Locator {
  return page.locator("#messages article.card", { has: page.locator("h3", { hasText: title }) });
}

/** The whole message that card is in, with what can be done with it. */
export function messageTitled(page: Page, title: string): Locator {
  return page.locator("#messages .message", { has: page.locator("article.card h3", { hasText: title }) });
}

export function titles(page: Page): Promise<string[]> {
  return page.locator("#messages article.card h3").allTextContents();
}

/** How many pixels the page is wider than the window; it must be none. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate("document.documentElement.scrollWidth - window.innerWidth");
}

export type Posting = { readonly key: string; readonly channel?: string; readonly card?: Partial<Card> };

/** What schedules and alerts do: the card in a transaction, the deliverer after it. */
export async function postCard(db: Database, { key, channel = "finops", card = {} }: Posting): Promise<void> {
  await enqueuePost(db.sql, { channel, key, card: { ...costCardSample, ...card } });
  await deliver(db);
}

export async function editCard(db: Database, { key, card = {} }: Posting): Promise<void> {
  await enqueueUpdate(db.sql, { key, card: { ...costCardSample, ...card } });
  await deliver(db);
}

export async function deliver(db: Database): Promise<void> {
  await deliverDue({ sql: db.sql, channels: [createWebChannel(db.sql)], log: pino({ level: "silent" }) });
}

/** What the tests look at of an element: the types of a browser are not those of Node. */
export type Seen = {
  readonly dataset: Readonly<Record<string, string>>;
  readonly offsetHeight: number;
  readonly ownerDocument: { readonly activeElement: unknown };
  readonly getBoundingClientRect: () => { readonly top: number; readonly bottom: number };
  readonly scrollIntoView: () => void;
  readonly click: () => void;
  scrollTop: number;
};

export function hasFocus(locator: Locator): Promise<boolean> {
  return locator.evaluate((it: Seen) => it === it.ownerDocument.activeElement);
}
