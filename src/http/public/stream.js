import { cardElement } from "./card.js";
import { byId, dayOf, el } from "./dom.js";
import { failedElement, messageElement, pendingElement, questionElement } from "./message.js";
import { addedAtEnd, followEnd, keepPlace } from "./scroll.js";

/**
 * The messages of the open channel. Each is known by its key, so that an optimistic question, the answer of the
 * request and the same message by live update are one element.
 */
const list = byId("messages");
const empty = byId("empty");
const elements = new Map();
const texts = new Map();

/** Draws a message or its newer revision; an older one changes nothing. */
export function showMessage(message, { run }) {
  const before = elements.get(message.key);
  if (Number(before?.dataset.revision ?? 0) >= message.revision) return;
  const quoted = before === undefined ? questionElsewhere(message) : null;
  if (message.text !== null) texts.set(message.id, message.text);
  place(message.key, messageElement(message, { run, quoted }));
}

/** Fills the empty stream with what was said before. */
export function showHistory(messages, { run }) {
  for (const message of messages) {
    if (elements.has(message.key)) continue;
    const quoted = questionElsewhere(message);
    if (message.text !== null) texts.set(message.id, message.text);
    const element = messageElement(message, { run, quoted });
    elements.set(message.key, element);
    list.append(element);
  }
  drawDays();
  followEnd();
}

/** The question as typed and a sign of work, before the server has said anything. */
export function showPending(askId, text, person) {
  place(`ask:${askId}`, questionElement(text, person));
  place(`answer:${askId}`, pendingElement());
  followEnd();
}

export function showFailed(askId, error, retry) {
  place(`answer:${askId}`, failedElement(error, retry));
}

export function showOlder(messages, { run }) {
  keepPlace(() => {
    for (const message of messages.toReversed()) {
      const element = messageElement(message, { run, quoted: null });
      elements.set(message.key, element);
      list.prepend(element);
    }
    drawDays();
  });
}

export function oldestId() {
  return list.querySelector(".message[data-id]")?.dataset.id ?? null;
}

export function clearStream() {
  elements.clear();
  texts.clear();
  list.replaceChildren();
  empty.hidden = true;
  followEnd();
}

/** What a channel says before anyone has said anything. */
export function showEmpty(text, examples, run, checklist) {
  if (list.children.length > 0) return;
  const chip = (example) =>
    el("button", { class: "button", type: "button", text: example, onclick: () => run(example) });
  empty.replaceChildren(
    el("img", { src: "/logo.svg", alt: "" }),
    el("h2", { text: "What did it cost?" }),
    el("p", { text }),
    el("div", { class: "chips" }, ...examples.map(chip)),
    ...(checklist === null ? [] : [cardElement(checklist, "0", run)]),
  );
  empty.hidden = false;
}

function place(key, element) {
  const before = elements.get(key);
  elements.set(key, element);
  empty.hidden = true;
  empty.replaceChildren();
  if (before !== undefined) before.replaceWith(element);
  else list.append(element);
  drawDays();
  if (before === undefined) element.classList.add("fresh");
  addedAtEnd(before === undefined);
}

/** The question a message answers, when something else stands between the two. */
function questionElsewhere(message) {
  if (message.replyTo === null) return null;
  const last = list.lastElementChild;
  return last?.dataset.id === message.replyTo ? null : (texts.get(message.replyTo) ?? null);
}

function drawDays() {
  for (const divider of list.querySelectorAll(".day")) divider.remove();
  let day = "";
  for (const element of Array.from(list.children)) {
    const label = element.dataset.at === undefined ? day || "Today" : dayOf(element.dataset.at);
    if (label !== day) element.before(el("li", { class: "day", text: label }));
    day = label;
  }
}
