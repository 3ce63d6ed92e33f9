// Makes the pictures of docs/pictures from a running service: npm start in one terminal, then npm run screenshots [URL].
import { mkdir, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import sparticuz from "@sparticuz/chromium";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";

const url = process.argv[2] ?? "http://localhost:3000";
const folder = fileURLToPath(new URL("../docs/pictures/", import.meta.url));
const DESKTOP = { viewport: { width: 1360, height: 900 }, deviceScaleFactor: 2 };
const PHONE = { viewport: { width: 360, height: 760 }, deviceScaleFactor: 3, isMobile: true, hasTouch: true };
/** The daily digest, whatever was posted after it. */
const DIGEST = '.message:has(.picture):has-text("What rose")';
const DARK = { colorScheme: "dark" } as const;

/** Everything in view is drawn, nothing moves any more. */
async function settle(page: Page): Promise<void> {
  await page.waitForFunction(`
    document.fonts.status === "loaded" && document.querySelector(".pending") === null &&
    Array.from(document.querySelectorAll(".picture.loading")).every((picture) => {
      const { top, bottom } = picture.getBoundingClientRect();
      return bottom < 0 || top > innerHeight;
    })`);
  await page.waitForTimeout(300);
}

async function open(browser: Browser, options: BrowserContextOptions, channel: string): Promise<Page> {
  const context = await browser.newContext({ locale: "en-GB", timezoneId: "UTC", bypassCSP: true, ...options });
  const page = await context.newPage();
  await page.goto(`${url}/#/c/${encodeURIComponent(channel)}`);
  await page.locator(".live.on").waitFor();
  await settle(page);
  return page;
}

async function ask(page: Page, text: string): Promise<void> {
  const before = await page.locator(".message article.card").count();
  await page.locator("#composer-text").fill(text);
  await page.keyboard.press("Enter");
  await page.locator(".message article.card").nth(before).waitFor();
  await settle(page);
}

/** Brings the beginning of the last such message to the upper edge of the stream. */
async function showFrom(page: Page, selector: string): Promise<void> {
  const message = page.locator(selector).last();
  await message.evaluate((element: { scrollIntoView: (where: object) => void }) =>
    element.scrollIntoView({ block: "start" }),
  );
  await settle(page);
}

async function shoot(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: `${folder}${name}.png` });
  process.stdout.write(`docs/pictures/${name}.png\n`);
}

/** The last thread of the channel, beside it or all of a phone. */
async function shootThread(page: Page, name: string): Promise<void> {
  const replies = page.locator("#messages .replies").last();
  if ((await replies.count()) === 0) return;
  await replies.click();
  await page.locator("#thread .message").first().waitFor();
  await settle(page);
  await shoot(page, name);
}

/** The last chart of each kind, as the chat shows it. */
async function saveCharts(page: Page): Promise<void> {
  for (const kind of ["cost-over-time", "comparison", "breakdown"]) {
    const image = page.locator(`article.card .picture.${kind} img`).last();
    const source = (await image.getAttribute("src")) ?? "";
    for (const theme of ["light", "dark"]) {
      const response = await page.request.get(new URL(source.replace(/theme=\w+/, `theme=${theme}`), url).href);
      await writeFile(`${folder}chart-${kind}-${theme}.png`, await response.body());
      process.stdout.write(`docs/pictures/chart-${kind}-${theme}.png\n`);
    }
  }
}

await mkdir(folder, { recursive: true });
const browser = await chromium.launch({
  executablePath: await sparticuz.executablePath(),
  args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-zygote"],
  headless: true,
});
try {
  const first = await open(browser, DESKTOP, "finops");
  await showFrom(first, DIGEST);
  await shoot(first, "desktop-digest");
  await shoot(await open(browser, DESKTOP, "costs"), "desktop-empty");
  const me = await open(browser, DESKTOP, "@local");
  await ask(me, "cost last month by service vs previous");
  await shoot(me, "desktop-cost");
  await ask(me, "cost last 30d by team per day");
  await shoot(me, "desktop-per-day");
  await ask(me, "cost last month by service for provider aws as bar");
  await shoot(me, "desktop-breakdown");
  await ask(me, "waste");
  await shoot(me, "desktop-waste");
  await saveCharts(me);
  await ask(me, "budget list");
  await shoot(me, "desktop-budgets");
  await ask(me, "recs list");
  await shoot(me, "desktop-approvals");
  await shootThread(await open(browser, DESKTOP, "finops"), "desktop-thread");
  await me.keyboard.press("Control+k");
  await me.keyboard.type("service");
  await me.locator(".hit").first().waitFor();
  await shoot(me, "desktop-search");
  await me.keyboard.press("Escape");
  const dark = await open(browser, { ...DESKTOP, ...DARK }, "finops");
  await showFrom(dark, DIGEST);
  await shoot(dark, "dark-digest");
  const phone = await open(browser, PHONE, "finops");
  await showFrom(phone, DIGEST);
  await shoot(phone, "phone-digest");
  await phone.locator("#menu").click();
  await settle(phone);
  await shoot(phone, "phone-channels");
  await shootThread(await open(browser, PHONE, "finops"), "phone-thread");
  const phoneDark = await open(browser, { ...PHONE, ...DARK }, "@local");
  await shoot(phoneDark, "phone-dark-approvals");
} finally {
  await browser.close();
}
