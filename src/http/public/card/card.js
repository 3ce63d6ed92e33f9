import { el, icon } from "../lib/dom.js";
import { actionsElement } from "./actions.js";
import { pictureElement } from "./picture.js";
import { inlines } from "./text.js";
import { tableElements } from "./table.js";

/** Longest value that reads well in a column beside others, characters. */
const FACT_SHORT_MAX = 34;

const HEADLINE_LENGTH = 140;

/** Draws the card of a message. `handlers`: what its buttons do (actions.js). */
export function cardElement(card, message, handlers) {
  const article = el("article", { class: `card ${card.tone}`, "aria-label": card.title });
  article.append(
    el(
      "header",
      { class: "card-head" },
      card.tone === "neutral" ? null : icon(card.tone),
      el("h3", { text: card.title }),
      card.status === null ? null : el("span", { class: "status", text: card.status }),
    ),
    el("p", { class: card.summary.length > HEADLINE_LENGTH ? "headline long" : "headline", text: card.summary }),
    ...card.blocks.flatMap((block) => blockElements(block, message)),
  );
  if (card.actions.length > 0) article.append(actionsElement(card.actions, handlers));
  article.append(card.footer.length > 0 ? receiptElement(card.footer) : el("div", { class: "card-end" }));
  return article;
}

function blockElements(block, message) {
  switch (block.kind) {
    case "facts":
      return [factsElement(block)];
    case "table":
      return tableElements(block);
    case "chart":
      return [pictureElement(block, message)];
    case "list":
      return [
        ...(block.caption === null ? [] : [el("p", { class: "caption", text: block.caption })]),
        el("ul", { class: "items" }, ...block.items.map(itemElement)),
      ];
    case "note":
      return [noteElement(block)];
    default:
      return [];
  }
}

/** An item that begins with a mark of its own needs no other. */
function itemElement(item) {
  const marked = /^[✓○]/.test(item[0]?.text ?? "");
  return el("li", { class: marked ? "marked" : null }, ...inlines(item));
}

function factsElement(block) {
  const isLong = (value) => value.reduce((length, { text }) => length + text.length, 0) > FACT_SHORT_MAX;
  const fact = ({ label, value }) =>
    el("div", { class: isLong(value) ? "wide" : null }, el("dt", { text: label }), el("dd", {}, ...inlines(value)));
  return el("dl", { class: "facts" }, ...block.facts.map(fact));
}

function noteElement(block) {
  return el(
    "div",
    { class: `note ${block.tone}` },
    icon(block.tone === "neutral" ? "info" : block.tone),
    el("span", {}, ...inlines(block.text)),
  );
}

function receiptElement(lines) {
  if (lines.length === 1) return el("p", { class: "footnote", text: lines[0] });
  return el(
    "details",
    { class: "receipt" },
    el("summary", {}, icon("receipt"), el("b", { text: "Receipt" }), el("span", { text: lines[0] })),
    el("ul", {}, ...lines.map((line) => el("li", { text: line }))),
  );
}
