import type { ChartView } from "../../../charts/chart-view.ts";
import { viewId } from "../../../charts/view-id.ts";
import { unreachable } from "../../../domain/errors.ts";
import type { Block, Card, Inline, RichText, Tone } from "../../card.ts";
import { fit } from "../../fit.ts";
import { safeHref, safeLine } from "../safe-text.ts";
import { WEB_CAPABILITIES } from "./capabilities.ts";
import { webActions, type WebAction } from "./web-actions.ts";

/** What the page draws: text is text (it is set with textContent), links were checked, pictures are named by content. */
export type WebInline = {
  readonly text: string;
  readonly mark?: "strong" | "code";
  readonly href?: string;
  /** Id of the person it names: how their own page knows that a card is about them. */
  readonly person?: string;
};
export type WebBlock =
  | { readonly kind: "facts"; readonly facts: readonly { readonly label: string; readonly value: WebInline[] }[] }
  | {
      readonly kind: "table";
      readonly caption: string | null;
      readonly columns: readonly { readonly header: string; readonly align: "left" | "right" }[];
      readonly rows: readonly WebInline[][][];
      readonly totals: WebInline[][] | null;
    }
  | { readonly kind: "chart"; readonly picture: string; readonly alt: string; readonly shape: ChartView["kind"] }
  | { readonly kind: "list"; readonly caption: string | null; readonly items: readonly WebInline[][] }
  | { readonly kind: "note"; readonly tone: Tone; readonly text: WebInline[] };
export type WebCard = {
  readonly title: string;
  readonly summary: string;
  readonly tone: Tone;
  readonly blocks: readonly WebBlock[];
  readonly actions: readonly WebAction[];
  readonly status: string | null;
  readonly footer: readonly string[];
};

/**
 * A card as the page draws it; `tokens` are those of its actions, in order (none: what it offers is typed instead).
 * Pure; whatever text the card carries, nothing in the result is live.
 */
export function renderWeb(card: Card, tokens: readonly string[] = []): WebCard {
  const fitted = fit(card, WEB_CAPABILITIES).card;
  return {
    title: safeLine(fitted.title),
    summary: safeLine(fitted.summary),
    tone: fitted.tone,
    blocks: fitted.blocks.map(renderBlock),
    actions: webActions(fitted.actions, tokens),
    status: fitted.status === undefined ? null : safeLine(fitted.status),
    footer: fitted.footer.map((line) => safeLine(line)),
  };
}

/** The name of a picture: the same view has the same name, on every machine. */
export function pictureId(view: ChartView): string {
  return viewId(view);
}

/** The view a picture's name stands for, looked up on the card that shows it. */
export function findPicture(card: Card, id: string): ChartView | null {
  const block = card.blocks.find((candidate) => candidate.kind === "chart" && pictureId(candidate.chart) === id);
  return block?.kind === "chart" ? block.chart : null;
}

function renderBlock(block: Block): WebBlock {
  switch (block.kind) {
    case "facts":
      return {
        kind: "facts",
        facts: block.facts.map((fact) => ({ label: safeLine(fact.label), value: renderText(fact.value) })),
      };
    case "table":
      return {
        kind: "table",
        caption: block.caption === undefined ? null : safeLine(block.caption),
        columns: block.columns.map((column) => ({ header: safeLine(column.header), align: column.align })),
        rows: block.rows.map((row) => row.map(renderText)),
        totals: block.totals === undefined ? null : block.totals.map(renderText),
      };
    case "chart":
      return {
        kind: "chart",
        picture: pictureId(block.chart),
        alt: safeLine(block.alt, WEB_CAPABILITIES.text.alt),
        shape: block.chart.kind,
      };
    case "list":
      return {
        kind: "list",
        caption: block.caption === undefined ? null : safeLine(block.caption),
        items: block.items.map(renderText),
      };
    case "note":
      return { kind: "note", tone: block.tone, text: renderText(block.text) };
    default:
      return unreachable(block);
  }
}

function renderText(text: RichText): WebInline[] {
  return typeof text === "string" ? [{ text: safeLine(text) }] : text.map(renderInline);
}

function renderInline(inline: Inline): WebInline {
  const text = safeLine(inline.text);
  if (inline.kind === "text") return { text };
  if (inline.kind === "person") return { text, mark: "strong", person: safeLine(inline.id) };
  if (inline.kind !== "link") return { text, mark: inline.kind };
  const href = safeHref(inline.href);
  return href === null ? { text } : { text, href };
}
