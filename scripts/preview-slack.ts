// Makes docs/pictures/slack-*.png: answers of the sample estate as Slack's app draws them. node scripts/preview-slack.ts [NAME…]
import type { Block, Card } from "../src/bot/card.ts";
import { homeView } from "../src/bot/channels/slack/home.ts";
import { renderModal } from "../src/bot/channels/slack/render-modal.ts";
import { renderSlack } from "../src/bot/channels/slack/render-slack.ts";
import { openCamera } from "./preview/camera.ts";
import { openSampleCards, type SampleCards } from "./preview/sample-cards.ts";
import { slackHomeHtml, slackMessageHtml, slackModalHtml, slackPageHtml } from "./preview/slack.ts";

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

const wanted = process.argv.slice(2);
const isWanted = (name: string): boolean => wanted.length === 0 || wanted.includes(name);
const sample = await openSampleCards("light");
const camera = await openCamera({ desktop: 1.5, phone: 2 });
try {
  for (const { name, title, asked, ephemeral } of SHOTS) {
    if (!isWanted(name)) continue;
    const { card } = await sample.answer("", asked);
    await camera.shoot(name, slackPageHtml(title, await cardHtml(sample, card, ephemeral)));
  }
  await shootDecision();
  await shootHome();
} finally {
  await camera.close();
  await sample.close();
}

/** A recommendation as it waits, and the form a rejection opens. */
async function shootDecision(): Promise<void> {
  if (!isWanted("slack-approval")) return;
  const list = await sample.answer("", "recs list");
  const id = /waste_[0-9a-z]{12}/.exec(JSON.stringify(list.card))?.[0] ?? "";
  const { card } = await sample.answer("", `recs show ${id}`);
  await camera.shoot("slack-approval", slackPageHtml("an approval", await cardHtml(sample, card, false)));
  const form = card.actions.find((action) => action.kind === "form");
  if (form?.kind !== "form") return;
  const modal = renderModal(form, { token: "f:x", origin: { channel: null, thread: null } });
  await camera.shoot("slack-form", slackPageHtml("a form", slackModalHtml(modal)));
}

async function shootHome(): Promise<void> {
  if (!isWanted("slack-home")) return;
  const parts = [];
  for (const asked of ["recs list mine", "budget list", "digest list", "start"]) {
    const { card } = await sample.answer("", asked);
    const options = { tokens: tokensOf(card), pictures: new Map(), mentions: new Map(), nativeTables: false };
    parts.push(renderSlack(card, options).blocks);
  }
  await camera.shoot("slack-home", slackPageHtml("Home", slackHomeHtml(homeView(parts, true))));
}
