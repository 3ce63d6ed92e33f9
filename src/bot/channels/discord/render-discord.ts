import type { APIEmbed, APIEmbedField } from "discord-api-types/v10";

import type { ChartView } from "../../../charts/chart-view.ts";
import { unreachable } from "../../../domain/errors.ts";
import type { Capabilities } from "../../capabilities.ts";
import type { Block, Card, Tone } from "../../card.ts";
import { fitInto, type Fitted } from "../../fit.ts";
import { peopleOnCard } from "../../people-on-card.ts";
import { isVisible } from "../safe-text.ts";
import { pictureId } from "../web/render-web.ts";
import {
  ALT_MAX,
  CONTENT_MAX,
  DISCORD_CAPABILITIES,
  EMBED_DESCRIPTION_MAX,
  EMBED_FIELDS_MAX,
  EMBED_TITLE_MAX,
  EMBEDS_MAX,
  EMBEDS_TEXT_MAX,
  FIELD_NAME_MAX,
  FIELD_VALUE_MAX,
  FOOTER_MAX,
} from "./limits.ts";
import { renderActions, type ActionRow } from "./render-actions.ts";
import { tableText } from "./render-table.ts";
import { cutAt, label, NO_MENTIONS, renderText, userOf, wordsOf, type Mention } from "./render-text.ts";

/** A picture to draw and attach; an embed points at it by name. The same view has the same name. */
export type Picture = { readonly name: string; readonly view: ChartView; readonly alt: string };

/** A card as a Discord message, before its pictures are drawn. */
export type DiscordMessage = {
  readonly content: string;
  readonly embeds: readonly APIEmbed[];
  readonly components: readonly ActionRow[];
  readonly pictures: readonly Picture[];
  /** Discord users the card calls. A mention in an embed notifies nobody: they stand at the end of `content` too. */
  readonly called: readonly string[];
};

export type RenderOptions = {
  /** One for each of `card.actions`, in order. */
  readonly tokens: readonly string[];
  readonly mention?: Mention;
  /** Without the right to attach files: no pictures; the table says the same. */
  readonly pictures?: boolean;
};

/** The strip beside an embed. Said in words too: colour alone tells nobody anything. */
const COLOURS: Readonly<Record<Tone, number>> = {
  neutral: 0x5b_7a_99,
  good: 0x2e_9e_5b,
  warning: 0xd9_92_0a,
  bad: 0xc9_3c_37,
};
const NOTE_SIGNS: Readonly<Record<Tone, string>> = { neutral: "", good: "✅ ", warning: "⚠️ ", bad: "⛔ " };

/**
 * A card as embeds and rows of components. Pure. Whatever the card holds, the result is within every limit, its title,
 * summary, totals, status and actions are there, and nothing in it notifies anybody or is markup of the data's own.
 */
export function renderDiscord(card: Card, options: RenderOptions): DiscordMessage {
  return fitInto({
    card,
    capabilities: DISCORD_CAPABILITIES,
    tokens: options.tokens,
    draw: (fitted, at) => ({
      ...renderEmbeds(fitted, at, options),
      ...contentOf(card, options.mention ?? NO_MENTIONS),
      components: renderActions(fitted.rows),
    }),
    fits: ({ embeds }) => isWithinLimits(embeds),
  });
}

/** More are named in the card, and not called. */
const CALLED_MAX = 10;

function contentOf(card: Card, mention: Mention): Pick<DiscordMessage, "content" | "called"> {
  const users = peopleOnCard(card).map((id) => userOf(id, mention));
  const called = [...new Set(users.flatMap((user) => (user === null ? [] : [user])))].slice(0, CALLED_MAX);
  const calls = called.length === 0 ? "" : `\n${called.map((user) => `<@${user}>`).join(" ")}`;
  return { content: `${renderText(card.summary, CONTENT_MAX - calls.length)}${calls}`, called };
}

function isWithinLimits(embeds: readonly APIEmbed[]): boolean {
  const size = embeds.reduce((sum, embed) => sum + sizeOf(embed), 0);
  return (
    embeds.length <= EMBEDS_MAX &&
    size <= EMBEDS_TEXT_MAX &&
    embeds.every(({ description = "", fields = [] }) => {
      return description.length <= EMBED_DESCRIPTION_MAX && fields.length <= EMBED_FIELDS_MAX;
    })
  );
}

function sizeOf({ title = "", description = "", footer, fields = [] }: APIEmbed): number {
  const inFields = fields.reduce((sum, { name, value }) => sum + name.length + value.length, 0);
  return title.length + description.length + (footer?.text.length ?? 0) + inFields;
}

/** An embed shows text, then fields, then a picture: a block that would come before its place begins the next embed. */
type Draft = { text: string[]; fields: APIEmbedField[]; picture: Picture | null };

function renderEmbeds(
  { card, dropped }: Fitted,
  at: Capabilities,
  options: RenderOptions,
): Pick<DiscordMessage, "embeds" | "pictures"> {
  const drafts: Draft[] = [{ text: [], fields: [], picture: null }];
  const current = (fits: (draft: Draft) => boolean): Draft => {
    const last = drafts.at(-1);
    if (last !== undefined && fits(last)) return last;
    const next: Draft = { text: [], fields: [], picture: null };
    drafts.push(next);
    return next;
  };
  const mention = options.mention ?? NO_MENTIONS;
  // Said once: many summaries end with where it stands.
  if (card.status !== undefined && !card.summary.includes(card.status))
    drafts[0]?.text.push(`**${renderText(card.status, at.text.status)}**`);
  for (const block of card.blocks) {
    if (block.kind === "chart") {
      const picture = pictureOf(block);
      if (options.pictures === false) continue;
      current((draft) => draft.picture === null).picture = picture;
    } else if (block.kind === "facts") {
      const fields = block.facts.map((fact) => fieldOf(fact, at, mention));
      const open = current(
        (draft) => draft.picture === null && draft.fields.length + fields.length <= EMBED_FIELDS_MAX,
      );
      open.fields.push(...fields);
    } else {
      const text = textOf(block, at, mention);
      if (isVisible(text)) current((draft) => draft.picture === null && draft.fields.length === 0).text.push(text);
    }
  }
  const embeds = drafts
    .filter((draft, index) => index === 0 || !isEmpty(draft))
    .map((draft): APIEmbed => ({ color: COLOURS[card.tone], ...embedOf(draft) }));
  const [first] = embeds;
  const last = embeds.at(-1);
  if (first !== undefined) first.title = isVisible(card.title) ? renderText(card.title, EMBED_TITLE_MAX) : "…";
  const footer = footerOf(card.footer, dropped, at);
  if (last !== undefined && footer !== "") last.footer = { text: footer };
  return { embeds, pictures: distinct(drafts.flatMap(({ picture }) => (picture === null ? [] : [picture]))) };
}

function isEmpty({ text, fields, picture }: Draft): boolean {
  return text.length === 0 && fields.length === 0 && picture === null;
}

/** A card may show one picture twice; it is attached once. */
function distinct(pictures: readonly Picture[]): Picture[] {
  return pictures.filter(({ name }, index) => pictures.findIndex((one) => one.name === name) === index);
}

function embedOf({ text, fields, picture }: Draft): APIEmbed {
  return {
    ...(text.length === 0 ? {} : { description: text.join("\n\n") }),
    ...(fields.length === 0 ? {} : { fields }),
    ...(picture === null ? {} : { image: { url: `attachment://${picture.name}` } }),
  };
}

function pictureOf({ chart, alt }: Extract<Block, { kind: "chart" }>): Picture {
  const NAME_LENGTH = 16;
  return {
    name: `chart-${pictureId(chart).slice(0, NAME_LENGTH)}.png`,
    view: chart,
    alt: label(alt, ALT_MAX, "Chart"),
  };
}

/** Short ones stand side by side. */
const INLINE_MAX = 36;

function fieldOf(
  fact: Extract<Block, { kind: "facts" }>["facts"][number],
  { text }: Capabilities,
  mention: Mention,
): APIEmbedField {
  const name = renderText(fact.label, Math.min(FIELD_NAME_MAX, text.fact)).trim();
  const value = renderText(fact.value, Math.min(FIELD_VALUE_MAX, text.fact), mention).trim();
  const words = wordsOf(fact.value);
  return {
    name: isVisible(name) ? name : "–",
    value: isVisible(value) ? value : "–",
    inline: words.length <= INLINE_MAX && fact.label.length <= INLINE_MAX,
  };
}

function textOf(block: Exclude<Block, { kind: "chart" | "facts" }>, at: Capabilities, mention: Mention): string {
  switch (block.kind) {
    case "note":
      return `${NOTE_SIGNS[block.tone]}${renderText(block.text, at.text.note, mention)}`.trimEnd();
    case "list": {
      const items = block.items.map((item) => `- ${renderText(item, at.text.item, mention)}`);
      return [...captionOf(block.caption, at), ...items].join("\n");
    }
    case "table": {
      return [...captionOf(block.caption, at), tableText(block, at.text.cell)].join("\n");
    }
    default:
      return unreachable(block);
  }
}

function captionOf(caption: string | undefined, { text: limits }: Capabilities): string[] {
  if (caption === undefined) return [];
  const text = renderText([{ kind: "strong", text: caption }], limits.caption + 4);
  return text.trim() === "" ? [] : [text];
}

/** The receipt, as long as it fits, then what was left out of the card, always. No markup is read in a footer. */
function footerOf(lines: readonly string[], dropped: readonly string[], { text }: Capabilities): string {
  const end = dropped.map((line) => label(line, text.footerLine, ""));
  const shown: string[] = [];
  let room = Math.min(text.footer, FOOTER_MAX) - end.reduce((sum, line) => sum + line.length + 1, 0);
  for (const line of lines.slice(0, lines.length - dropped.length)) {
    const said = room < 2 ? "" : label(line, room - 1, "");
    if (said === "") continue;
    shown.push(said);
    room -= said.length + 1;
  }
  const whole = [...shown, ...end].join("\n");
  return whole.length <= FOOTER_MAX ? whole : cutAt(whole, FOOTER_MAX - 1);
}
