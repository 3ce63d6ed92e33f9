// Makes docs/pictures/slack-*.png: answers of the sample estate as Slack's app draws them. node scripts/preview-slack.ts [NAME…]
import { mkdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import sparticuz from "@sparticuz/chromium";
import { chromium, type Browser } from "playwright-core";

import type { Block, Card } from "../src/bot/card.ts";
import { homeView } from "../src/bot/channels/slack/home.ts";
import { renderModal } from "../src/bot/channels/slack/render-modal.ts";
import { renderSlack } from "../src/bot/channels/slack/render-slack.ts";
import { FONT_FILES } from "../src/charts/fonts.ts";
import { openSampleCards, type SampleCards } from "./preview/sample-cards.ts";
import { slackHomeHtml, slackMessageHtml, slackModalHtml, slackPageHtml } from "./preview/slack.ts";

const FOLDER = fileURLToPath(new URL("../docs/pictures/", import.meta.url));
const DESKTOP = { viewport: { width: 900, height: 600 }, deviceScaleFactor: 1.5 };
const PHONE = { viewport: { width: 390, height: 760 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };

const tokensOf = ({ actions }: Card): string[] => actions.map((_, index) => `f:${String(index).padStart(22, "x")}`);

const SHOTS: readonly { name: string; title: string; asked: string; ephemeral: boolean }[] = [
  { name: "slack-digest", title: "every morning", asked: "digest now", ephemeral: false },
  { name: "slack-answer", title: "a question", asked: "cost last month by service vs previous", ephemeral: true },
  { name: "slack-waste", title: "waste", asked: "waste", ephemeral: true },
  { name: "slack-start", title: "the first steps", asked: "start", ephemeral: false },
];

async function cardHtml(sample: SampleCards, card: Card, ephemeral: boolean): Promise<string> {
  const files = new Map<Block, string>();
  const pictures = new Map<string, string>();
  for (const block of card.blocks) {
    if (block.kind !== "chart") continue;
    const id = `F0PICTURE${String(files.size).padStart(2, "0")}`;
    files.set(block, id);
    const bytes = await sample.draw(block.chart);
    pictures.set(id, `data:image/png;base64,${Buffer.from(bytes).toString("base64")}`);
  }
  const options = { tokens: tokensOf(card), pictures: files, mentions: new Map<string, string>(), nativeTables: false };
  return slackMessageHtml(renderSlack(card, options).blocks, pictures, { ephemeral });
}

/** The page carries its own fonts: pictures must not depend on the machine. */
async function withFonts(html: string): Promise<string> {
  const [regular, strong] = await Promise.all(
    FONT_FILES.map(async (file) => (await readFile(file)).toString("base64")),
  );
  return html
    .replace("/fonts/inter-400.ttf", `data:font/ttf;base64,${regular}`)
    .replace("/fonts/inter-600.ttf", `data:font/ttf;base64,${strong}`);
}

async function shoot(browser: Browser, name: string, html: string): Promise<void> {
  const page = await withFonts(html);
  for (const [suffix, options] of [
    ["", DESKTOP],
    ["-phone", PHONE],
  ] as const) {
    const context = await browser.newContext({ ...options, locale: "en-GB" });
    const tab = await context.newPage();
    await tab.setContent(page, { waitUntil: "load" });
    await tab.evaluate("document.fonts.ready");
    await tab.screenshot({ path: `${FOLDER}${name}${suffix}.png`, fullPage: true });
    process.stdout.write(`docs/pictures/${name}${suffix}.png\n`);
    await context.close();
  }
}

const wanted = process.argv.slice(2);
const isWanted = (name: string): boolean => wanted.length === 0 || wanted.includes(name);
await mkdir(FOLDER, { recursive: true });
const sample = await openSampleCards("light");
const browser = await chromium.launch({
  executablePath: await sparticuz.executablePath(),
  args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-zygote"],
  headless: true,
});
try {
  for (const { name, title, asked, ephemeral } of SHOTS) {
    if (!isWanted(name)) continue;
    const { card } = await sample.answer("", asked);
    await shoot(browser, name, slackPageHtml(title, await cardHtml(sample, card, ephemeral)));
  }
  await shootDecision();
  await shootHome();
} finally {
  await browser.close();
  await sample.close();
}

/** A recommendation as it waits, and the form a rejection opens. */
async function shootDecision(): Promise<void> {
  if (!isWanted("slack-approval")) return;
  const list = await sample.answer("", "recs list");
  const id = /waste_[0-9a-z]{12}/.exec(JSON.stringify(list.card))?.[0] ?? "";
  const { card } = await sample.answer("", `recs show ${id}`);
  await shoot(browser, "slack-approval", slackPageHtml("an approval", await cardHtml(sample, card, false)));
  const form = card.actions.find((action) => action.kind === "form");
  if (form?.kind !== "form") return;
  const modal = renderModal(form, { token: "f:x", origin: { channel: null, thread: null } });
  await shoot(browser, "slack-form", slackPageHtml("a form", slackModalHtml(modal)));
}

async function shootHome(): Promise<void> {
  if (!isWanted("slack-home")) return;
  const parts = [];
  for (const asked of ["recs list mine", "budget list", "digest list", "start"]) {
    const { card } = await sample.answer("", asked);
    const options = { tokens: tokensOf(card), pictures: new Map(), mentions: new Map(), nativeTables: false };
    parts.push(renderSlack(card, options).blocks);
  }
  await shoot(browser, "slack-home", slackPageHtml("Home", slackHomeHtml(homeView(parts, true))));
}
