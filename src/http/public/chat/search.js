import { get } from "../lib/api.js";
import { el, icon, iconButton } from "../lib/dom.js";
import { whenOf } from "../lib/time.js";

const SHORTEST = 2;

/**
 * Search in a dialog: what was typed and what cards say, in every channel the person reads. Arrows and Enter work while
 * the field has the focus. `channel`: the open one, for "only here"; `onOpen(hit)` jumps to a message.
 */
export function openSearch({ channel, onOpen }) {
  const from = document.activeElement;
  const parts = searchParts(channel);
  const { dialog, field, here, list } = parts;
  const state = { hits: [], selected: 0, asked: null };
  const open = (hit) => {
    dialog.close();
    onOpen(hit);
  };
  const look = () => void find(parts, state, { channel, open });
  field.addEventListener("input", look);
  here?.addEventListener("change", look);
  field.addEventListener("keydown", (event) => {
    const by = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (by !== 0) select(list, field, state, state.selected + by);
    else if (event.key === "Enter" && state.hits[state.selected] !== undefined) open(state.hits[state.selected]);
    else return;
    event.preventDefault();
  });
  dialog.addEventListener("mousedown", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (from?.isConnected) from.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
  field.focus();
}

function searchParts(channel) {
  const field = el("input", {
    type: "text",
    role: "combobox",
    "aria-label": "Search messages",
    "aria-expanded": "false",
    "aria-controls": "hits",
    "aria-autocomplete": "list",
    placeholder: "Search what was said: a service, a team, an amount",
    autocomplete: "off",
    spellcheck: "false",
    maxlength: "200",
  });
  const here = el("input", { type: "checkbox" });
  const count = el("output", { role: "status" });
  const list = el("ul", { class: "hits", id: "hits", role: "listbox", "aria-label": "Found messages" });
  const where = channel.kind === "shared" ? `#${channel.title}` : "my private talk";
  const dialog = el(
    "dialog",
    { class: "search", "aria-label": "Search" },
    el(
      "div",
      { class: "search-field" },
      icon("search"),
      field,
      iconButton("close", "Close", () => dialog.close()),
    ),
    el("div", { class: "search-where" }, el("label", {}, here, ` only in ${where}`), count),
    list,
  );
  return { dialog, field, here, count, list };
}

async function find(parts, state, { channel, open }) {
  const { field, here, count } = parts;
  state.asked?.abort();
  const text = field.value.trim();
  if (text.length < SHORTEST) return draw(parts, state, [], "", open);
  state.asked = new AbortController();
  const only = here.checked ? `&channel=${encodeURIComponent(channel.name)}` : "";
  try {
    const { hits, more } = await get(`/search?text=${encodeURIComponent(text)}${only}`, { signal: state.asked.signal });
    if (field.value.trim() !== text) return undefined;
    const words = hits.length === 0 ? "nothing found" : `${hits.length}${more ? " newest" : ""} found`;
    return draw(parts, state, hits, words, open);
  } catch (error) {
    if (error.status !== undefined && error.status !== 0) count.textContent = error.message;
    return undefined;
  }
}

function draw({ list, field, count }, state, hits, words, open) {
  state.hits = hits;
  count.textContent = words;
  list.replaceChildren(...hits.map((hit, index) => hitElement(hit, index, () => open(hit))));
  field.setAttribute("aria-expanded", String(hits.length > 0));
  select(list, field, state, 0);
}

function select(list, field, state, index) {
  state.selected = Math.max(0, Math.min(state.hits.length - 1, index));
  for (const [at, item] of Array.from(list.children).entries()) {
    item.setAttribute("aria-selected", String(at === state.selected));
  }
  const item = list.children[state.selected];
  item?.scrollIntoView({ block: "nearest" });
  if (item === undefined) field.removeAttribute("aria-activedescendant");
  else field.setAttribute("aria-activedescendant", item.id);
}

function hitElement(hit, index, onclick) {
  const channel = hit.channel.startsWith("@") ? "private" : `#${hit.channel}`;
  const where = el(
    "span",
    { class: "where" },
    el("span", { text: `${channel}${hit.thread === null ? "" : " · in a thread"} · ${hit.author}` }),
    el("time", { datetime: hit.at, text: whenOf(hit.at) }),
  );
  return el(
    "li",
    { class: "hit", role: "option", id: `hit-${index}`, "aria-selected": "false", onclick },
    where,
    el("b", {}, ...marked(hit.title)),
    hit.snippet.length === 0 ? null : el("p", {}, ...marked(hit.snippet)),
  );
}

/** Text in parts; those that were looked for are marked. */
function marked(parts) {
  return parts.map(({ text, hit }) => (hit ? el("mark", { text }) : document.createTextNode(text)));
}
