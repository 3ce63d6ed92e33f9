// Makes docs/pictures/discord-*.png: answers of the sample estate as Discord's app draws them. node scripts/preview-discord.ts [NAME…]
import type { Card } from "../src/bot/card.ts";
import { renderDiscord } from "../src/bot/channels/discord/render-discord.ts";
import { renderForm } from "../src/bot/channels/discord/render-form.ts";
import { openCamera } from "./preview/camera.ts";
import { discordMessageHtml, discordModalHtml, discordPageHtml } from "./preview/discord.ts";
import { openSampleCards, type SampleCards } from "./preview/sample-cards.ts";

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

const wanted = process.argv.slice(2);
const sample = await openSampleCards("dark");
const camera = await openCamera({ desktop: 2, phone: 3 });
try {
  for (const { name, title, asked, ephemeral = false } of SHOTS) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    const bodies: string[] = [];
    for (const text of asked) bodies.push(await messageHtml(sample, text, ephemeral));
    await camera.shoot(name, discordPageHtml(title, bodies.join("")));
  }
  await shootDecision(sample);
} finally {
  await camera.close();
  await sample.close();
}

/** A recommendation as it waits, the form a rejection opens, and the card afterwards. */
async function shootDecision(sample: SampleCards): Promise<void> {
  if (wanted.length > 0 && !wanted.includes("discord-approval")) return;
  const list = await sample.answer("", "recs list");
  const id = /waste_[0-9a-z]{12}/.exec(JSON.stringify(list.card))?.[0] ?? "";
  const { card } = await sample.answer("", `recs show ${id}`);
  const form = card.actions.find((action) => action.kind === "form");
  const modal = form?.kind === "form" ? discordModalHtml(renderForm(form, "t")) : "";
  const html = await cardHtml(sample, card, {});
  await camera.shoot("discord-approval", discordPageHtml("an approval", html));
  if (modal !== "") await camera.shoot("discord-form", discordPageHtml("a form", modal));
}
