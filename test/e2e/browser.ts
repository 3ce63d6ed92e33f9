import sparticuz from "@sparticuz/chromium";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";

/** As few switches as run in a container: the web security of the browser stays on. */
const SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-zygote"];

export async function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: await sparticuz.executablePath(), args: SWITCHES, headless: true });
}

/** Opens the chat and waits until it follows live. Any error on the page fails the test that looks at `errors`. */
export async function openChat(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<{ page: Page; errors: string[]; close: () => Promise<void> }> {
  const context = await browser.newContext({ locale: "en-GB", timezoneId: "UTC", ...options });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text());
  });
  await page.goto(url);
  await page.locator(".live.on").waitFor();
  return { page, errors, close: () => context.close() };
}

/** Types a question and waits for the card that answers it. */
export async function askOnPage(page: Page, text: string): Promise<void> {
  const before = await page.locator("#messages article.card").count();
  await page.locator("#composer-text").fill(text);
  await page.keyboard.press("Enter");
  await page.locator("#messages article.card").nth(before).waitFor();
}
