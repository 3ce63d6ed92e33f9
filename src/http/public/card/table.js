import { el } from "../lib/dom.js";
import { inlines } from "./text.js";

/** Rows shown before "Show all". The total is always there. */
const ROWS_SHOWN = 12;
/** More columns than fit a phone beside each other: there each row becomes a few lines, its figure at the right. */
const COLUMNS_NARROW_MAX = 3;

/** A table with its caption, and the button that shows its other rows. */
export function tableElements(block) {
  const head = block.columns.map((column) =>
    el("th", { scope: "col", role: "columnheader", class: sideOf(column), text: column.header }),
  );
  const body = el(
    "tbody",
    { role: "rowgroup" },
    ...block.rows.slice(0, ROWS_SHOWN).map((row) => rowElement(block, row)),
  );
  const wide = block.columns.length > COLUMNS_NARROW_MAX ? "wide" : null;
  // The roles are said, because a browser drops them when a narrow table is laid out as lines.
  const table = el(
    "table",
    { class: wide, role: "table" },
    el("thead", { role: "rowgroup" }, el("tr", { role: "row" }, ...head)),
    body,
  );
  if (block.totals !== null) table.append(el("tfoot", { role: "rowgroup" }, rowElement(block, block.totals)));
  const caption = block.caption === null ? null : el("p", { class: "caption", text: block.caption });
  const label = block.caption ?? "Table";
  const wrap = el("div", { class: "table-wrap", tabindex: "0", role: "group", "aria-label": label }, caption, table);
  return block.rows.length <= ROWS_SHOWN ? [wrap] : [wrap, moreElement(block, body, wrap)];
}

function moreElement(block, body, wrap) {
  const more = el("button", { class: "button more", type: "button", text: `Show all ${block.rows.length} rows` });
  more.addEventListener("click", () => {
    body.append(...block.rows.slice(ROWS_SHOWN).map((cells) => rowElement(block, cells)));
    more.remove();
    wrap.focus();
  });
  return more;
}

function rowElement(block, cells) {
  const figure = block.columns.findIndex((column) => column.align === "right");
  const cell = (parts, index) => {
    const column = block.columns[index] ?? { header: "", align: "left" };
    const part = index === 0 ? "lead" : index === figure ? "figure" : "";
    const filled = parts.some(({ text }) => text !== "") ? "" : "blank";
    const names = [sideOf(column), part, filled].filter(Boolean).join(" ");
    const props = { role: "cell", class: names === "" ? null : names, "data-header": column.header };
    return el("td", props, ...inlines(parts));
  };
  return el("tr", { role: "row" }, ...cells.map(cell));
}

function sideOf(column) {
  return column.align === "right" ? "right" : null;
}
