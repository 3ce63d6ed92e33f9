// Makes docs/pictures/discord-*.png: answers of the sample estate as Discord's app draws them. node scripts/preview-discord.ts [NAME…]
import { mkdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import sparticuz from "@sparticuz/chromium";
import { chromium, type Browser } from "playwright-core";

import type { Card } from "../src/bot/card.ts";
import { renderDiscord } from "../src/bot/channels/discord/render-discord.ts";
import { renderForm } from "../src/bot/channels/discord/render-form.ts";
import { FONT_FILES } from "../src/charts/fonts.ts";
import { discordMessageHtml, discordModalHtml, discordPageHtml } from "./preview/discord.ts";
import { openSampleCards, type SampleCards } from "./preview/sample-cards.ts";

const FOLDER = fileURLToPath(new URL("../docs/pictures/", import.meta.url));
const DESKTOP = { viewport: { width: 900, height: 600 }, deviceScaleFactor: 2 };
const PHONE = { viewport: { width: 390, height: 760 }, deviceScaleFactor: 3, isMobile: true, hasTouch: true };

/** A token as long as real ones. */
const tokensOf = ({ actions }: Card): string[] => actions.map((_, index) => `f:${String(index).padStart(22, "x")}`);

type Shot = {
  readonly name: string;
  readonly title: string;
  readonly asked: readonly string[];
  readonly ephemeral?: boolean;
};
const SHOTS: readonly Shot[] = [
  { name: "discord-digest", title: "every morning", asked: ["digest now"] },
  { name: "discord-answer", title: "a question", asked: ["cost last month by service vs previous"], ephemeral: true },
  { name: "discord-budget", title: "budgets", asked: ["budget list"], ephemeral: true },
  { name: "discord-help", title: "what can be asked", asked: ["help"], ephemeral: true },
  { name: "discord-waste", title: "waste", asked: ["waste"], ephemeral: true },
  { name: "discord-recommendations", title: "recommendations", asked: ["recs list"], ephemeral: true },
  { name: "discord-start", title: "the first steps", asked: ["start"], ephemeral: true },
];

async function messageHtml(sample: SampleCards, asked: string, ephemeral: boolean): Promise<string> {
  const { card } = await sample.answer("", asked);
  return cardHtml(sample, card, { asked: ephemeral ? asked : undefined, ephemeral });
}

async function cardHtml(
  sample: SampleCards,
  card: Card,
  options: { asked?: string | undefined; ephemeral?: boolean },
): Promise<string> {
  const message = renderDiscord(card, { tokens: tokensOf(card) });
  const pictures = new Map<string, string>();
  for (const { name, view } of message.pictures) {
    const bytes = await sample.draw(view);
    pictures.set(name, `data:image/png;base64,${Buffer.from(bytes).toString("base64")}`);
  }
  return discordMessageHtml(message, pictures, options);
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
await mkdir(FOLDER, { recursive: true });
const sample = await openSampleCards("dark");
const browser = await chromium.launch({
  executablePath: await sparticuz.executablePath(),
  args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-zygote"],
  headless: true,
});
try {
  for (const { name, title, asked, ephemeral = false } of SHOTS) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    const bodies: string[] = [];
    for (const text of asked) bodies.push(await messageHtml(sample, text, ephemeral));
    await shoot(browser, name, discordPageHtml(title, bodies.join("")));
  }
  await shootDecision(browser, sample);
} finally {
  await browser.close();
  await sample.close();
}

/** A recommendation as it waits, the form a rejection opens, and the card afterwards. */
async function shootDecision(browser: Browser, sample: SampleCards): Promise<void> {
  if (wanted.length > 0 && !wanted.includes("discord-approval")) return;
  const list = await sample.answer("", "recs list");
  const id = /waste_[0-9a-z]{12}/.exec(JSON.stringify(list.card))?.[0] ?? "";
  const { card } = await sample.answer("", `recs show ${id}`);
  const form = card.actions.find((action) => action.kind === "form");
  const modal = form?.kind === "form" ? discordModalHtml(renderForm(form, "t")) : "";
  const html = await cardHtml(sample, card, {});
  await shoot(browser, "discord-approval", discordPageHtml("an approval", html));
  if (modal !== "") await shoot(browser, "discord-form", discordPageHtml("a form", modal));
}
