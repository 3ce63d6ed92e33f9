import { el } from "../lib/dom.js";
import { dayOf } from "../lib/time.js";
import { failedElement, messageElement, pendingElement, questionElement } from "./message.js";
import { Scroll } from "./scroll.js";

/**
 * Messages in their order: of a channel, or of one thread. Each is known by its key, so that an optimistic question, the
 * answer of the request and the same message by live update are one element; each stands where its id puts it, so that
 * every page shows the same order. `handlers`: what a message's buttons do (chat/message.js).
 */
export class Stream {
  #list;
  #handlers;
  #elements = new Map();
  #texts = new Map();
  /** Whether the newest message is in it; else it shows a stretch of the past. */
  #whole = true;
  #newAfter = null;

  constructor({ scroller, list, jump, handlers, onRead }) {
    this.#list = list;
    this.#handlers = handlers;
    this.scroll = new Scroll({ scroller, list, jump, onRead });
  }

  get isWhole() {
    return this.#whole;
  }

  get isEmpty() {
    return this.#list.children.length === 0;
  }

  /**
   * A message, its newer revision, or a reply counted under it; what is older changes nothing. Returns whether it was not
   * there before.
   */
  show(message) {
    const before = this.#elements.get(message.key);
    if (BigInt(before?.dataset.seq ?? "0") >= BigInt(message.seq)) return false;
    if (before === undefined && !this.#whole) {
      // Later than the stretch that is shown: it is there when the reader comes back to the end.
      this.scroll.addedAtEnd(true);
      return true;
    }
    const element = this.#element(message, before === undefined);
    const focused = before?.contains(document.activeElement) === true;
    this.#put(message.key, element);
    if (before === undefined) element.classList.add("fresh");
    if (focused) element.focus();
    this.scroll.addedAtEnd(before === undefined);
    return before === undefined;
  }

  /** Shows a stretch of messages and nothing else. `newAfter`: the last id that was read before, or null. */
  replace(messages, { whole, newAfter = null }) {
    this.clear();
    this.#whole = whole;
    this.#newAfter = newAfter;
    for (const message of messages) this.#put(message.key, this.#element(message, true), false);
    this.#drawRules();
  }

  /** Earlier messages: what is read stays where it is. */
  prepend(messages) {
    this.scroll.keepPlace(() => {
      for (const message of messages) this.#put(message.key, this.#element(message, false), false);
      this.#drawRules();
    });
  }

  /** Later messages; `whole`: the newest is among them. */
  append(messages, whole) {
    this.#whole = whole;
    for (const message of messages) this.#put(message.key, this.#element(message, true), false);
    this.#drawRules();
  }

  /** The question as typed and a sign of work, before the server has said anything. */
  pending(askId, text, person) {
    this.#put(`ask:${askId}`, questionElement(text, person));
    this.#put(`answer:${askId}`, pendingElement());
    this.scroll.followEnd();
  }

  failed(askId, error, retry) {
    if (this.#elements.get(`answer:${askId}`)?.dataset.id !== undefined) return;
    this.#put(`answer:${askId}`, failedElement(error, retry));
    this.scroll.addedAtEnd(false);
  }

  /** What only this person is shown here: it is kept elsewhere. */
  aside(key, message, words) {
    const element = messageElement(message, { ...this.#handlers, openThread: undefined }, null);
    delete element.dataset.id;
    element.classList.add("only-you");
    element.querySelector(".byline").append(el("span", { class: "edited", text: words }));
    this.#put(key, element);
    this.scroll.followEnd();
  }

  /** Takes back a question that was answered elsewhere. */
  forget(askId) {
    for (const key of [`ask:${askId}`, `answer:${askId}`]) {
      this.#elements.get(key)?.remove();
      this.#elements.delete(key);
    }
  }

  element(id) {
    return this.#list.querySelector(`[data-id="${CSS.escape(id)}"]`);
  }

  firstId() {
    return this.#list.querySelector("[data-id]")?.dataset.id ?? null;
  }

  lastId() {
    return Array.from(this.#list.querySelectorAll("[data-id]")).at(-1)?.dataset.id ?? null;
  }

  clear() {
    this.#elements.clear();
    this.#texts.clear();
    this.#list.replaceChildren();
    this.#whole = true;
    this.#newAfter = null;
  }

  #element(message, quoting) {
    const quoted = quoting ? this.#questionElsewhere(message) : null;
    if (message.text !== null) this.#texts.set(message.id, message.text);
    return messageElement(message, this.#handlers, quoted);
  }

  #put(key, element, rules = true) {
    this.#elements.get(key)?.remove();
    this.#elements.set(key, element);
    const next = this.#elementAfter(element);
    this.#list.insertBefore(element, next);
    if (rules) this.#drawRules();
  }

  /** What stands below: the first message with a greater id, else what the server has not confirmed yet. */
  #elementAfter({ dataset }) {
    if (dataset.id === undefined) return null;
    const id = BigInt(dataset.id);
    let next = null;
    for (let at = this.#list.lastElementChild; at !== null; at = at.previousElementSibling) {
      if (at.dataset.id !== undefined && BigInt(at.dataset.id) < id) return next;
      next = at;
    }
    return next;
  }

  /** The question a message answers, when something else stands between the two. */
  #questionElsewhere(message) {
    if (message.replyTo === null) return null;
    const last = Array.from(this.#list.querySelectorAll("[data-id]")).findLast(
      ({ dataset }) => BigInt(dataset.id) < BigInt(message.id),
    );
    return last?.dataset.id === message.replyTo ? null : (this.#texts.get(message.replyTo) ?? null);
  }

  /** A rule where a day begins, and one where what is new begins. */
  #drawRules() {
    for (const rule of this.#list.querySelectorAll(".day, .new-line")) rule.remove();
    let day = "";
    let isNew = false;
    for (const element of Array.from(this.#list.children)) {
      const label = element.dataset.at === undefined ? day || "Today" : dayOf(element.dataset.at);
      if (label !== day) element.before(el("li", { class: "day", text: label }));
      day = label;
      if (!isNew && this.#begins(element)) {
        isNew = true;
        element.before(el("li", { class: "new-line", text: "New" }));
      }
    }
  }

  #begins({ dataset }) {
    if (this.#newAfter === null || dataset.id === undefined || dataset.own === "true") return false;
    return BigInt(dataset.id) > BigInt(this.#newAfter);
  }
}
