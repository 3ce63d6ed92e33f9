import { byId, el, icon } from "./dom.js";

/** Rows shown before "Show all". The total is always there. */
const ROWS_SHOWN = 12;
const HEADLINE_LENGTH = 140;
const dark = matchMedia("(prefers-color-scheme: dark)");

/** Draws a card. `run(command)` does what a button's command says. */
export function cardElement(card, messageId, run) {
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
    ...card.blocks.flatMap((block) => blockElements(block, messageId)),
  );
  if (card.actions.length > 0) article.append(actionsElement(card.actions, run));
  article.append(card.footer.length > 0 ? receiptElement(card.footer) : el("div", { class: "card-end" }));
  return article;
}

function blockElements(block, messageId) {
  switch (block.kind) {
    case "facts":
      return [
        el(
          "dl",
          { class: "facts" },
          ...block.facts.map((fact) =>
            el("div", {}, el("dt", { text: fact.label }), el("dd", {}, ...inlines(fact.value))),
          ),
        ),
      ];
    case "table":
      return tableElements(block);
    case "chart":
      return [pictureElement(block, messageId)];
    case "list":
      return [
        ...(block.caption === null ? [] : [el("p", { class: "caption", text: block.caption })]),
        el("ul", { class: "items" }, ...block.items.map((item) => el("li", {}, ...inlines(item)))),
      ];
    case "note":
      return [
        el(
          "div",
          { class: `note ${block.tone}`, role: block.tone === "bad" ? "alert" : null },
          icon(block.tone === "neutral" ? "info" : block.tone),
          el("span", {}, ...inlines(block.text)),
        ),
      ];
    default:
      return [];
  }
}

function inlines(parts) {
  return parts.map((part) => {
    if (part.href !== undefined) {
      return el("a", { href: part.href, target: "_blank", rel: "noopener noreferrer nofollow", text: part.text });
    }
    if (part.mark === undefined) return document.createTextNode(part.text);
    return el(part.mark === "code" ? "code" : "strong", { text: part.text });
  });
}

/** More columns than fit a phone beside each other: there each row becomes a few lines, its figure at the right. */
const COLUMNS_NARROW_MAX = 3;

function tableElements(block) {
  const head = block.columns.map((column) => el("th", { scope: "col", class: sideOf(column), text: column.header }));
  const body = el("tbody", {}, ...block.rows.slice(0, ROWS_SHOWN).map((cells) => rowElement(block, cells)));
  const wide = block.columns.length > COLUMNS_NARROW_MAX ? "wide" : null;
  const table = el("table", { class: wide }, el("thead", {}, el("tr", {}, ...head)), body);
  if (block.totals !== null) table.append(el("tfoot", {}, rowElement(block, block.totals)));
  const caption = block.caption === null ? null : el("p", { class: "caption", text: block.caption });
  const label = block.caption ?? "Table";
  const wrap = el("div", { class: "table-wrap", tabindex: "0", role: "group", "aria-label": label }, caption, table);
  if (block.rows.length <= ROWS_SHOWN) return [wrap];
  const more = el("button", { class: "button more", type: "button", text: `Show all ${block.rows.length} rows` });
  more.addEventListener("click", () => {
    body.append(...block.rows.slice(ROWS_SHOWN).map((cells) => rowElement(block, cells)));
    more.remove();
    wrap.focus();
  });
  return [wrap, more];
}

function rowElement(block, cells) {
  const figure = block.columns.findIndex((column) => column.align === "right");
  const cell = (parts, index) => {
    const column = block.columns[index] ?? { header: "", align: "left" };
    const part = index === 0 ? "lead" : index === figure ? "figure" : "";
    const filled = parts.some(({ text }) => text !== "") ? "" : "blank";
    const names = [sideOf(column), part, filled].filter(Boolean).join(" ");
    return el("td", { class: names === "" ? null : names, "data-header": column.header }, ...inlines(parts));
  };
  return el("tr", {}, ...cells.map(cell));
}

function sideOf(column) {
  return column.align === "right" ? "right" : null;
}

function pictureElement(block, messageId) {
  const source = () => `/api/chat/picture/${messageId}/${block.picture}.png?theme=${dark.matches ? "dark" : "light"}`;
  const image = el("img", { alt: block.alt, loading: "lazy" });
  const button = el("button", { type: "button", "aria-label": `Enlarge: ${block.alt}` }, image);
  const figure = el("figure", { class: `picture loading ${block.shape}` }, button);
  image.addEventListener("load", () => figure.classList.remove("loading"));
  image.addEventListener("error", () => {
    figure.classList.remove("loading");
    figure.replaceChildren(el("p", { class: "no-picture", text: `The picture could not be drawn. ${block.alt}` }));
  });
  image.src = source();
  dark.addEventListener("change", () => {
    if (figure.isConnected) image.src = source();
  });
  button.addEventListener("click", () => enlarge(image));
  return figure;
}

function enlarge(image) {
  const large = byId("lightbox-image");
  large.src = image.src;
  large.alt = image.alt;
  byId("lightbox").showModal();
}

function actionsElement(actions, run) {
  const buttons = actions.map((action) => {
    const style = action.style === "plain" ? "" : ` ${action.style}`;
    return el("button", {
      class: `button${style}`,
      type: "button",
      title: action.command,
      text: action.label,
      onclick: () => run(action.command),
    });
  });
  return el("div", { class: "actions" }, ...buttons);
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
