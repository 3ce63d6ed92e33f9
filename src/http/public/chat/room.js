import { get, post } from "../lib/api.js";
import { byId } from "../lib/dom.js";
import { showAside } from "./aside.js";
import { hideEmpty, showEmpty } from "./empty.js";
import { Stream } from "./stream.js";

const SOUGHT_MS = 6_000;

/** Whether somebody is at the page: only then is what is in view being read. */
export function isLooking() {
  return document.visibilityState === "visible" && document.hasFocus();
}

/** Brings a message into view, marks it for a moment and gives it the focus. */
export function seek(stream, element) {
  if (element === null) return;
  stream.scroll.show(element);
  element.classList.add("sought");
  element.focus({ preventScroll: true });
  setTimeout(() => element.classList.remove("sought"), SOUGHT_MS);
}

/**
 * The open channel: its messages, and where the reader is in them. `page`: what it needs of the page (`start()`,
 * `unread`, `handlers`, `answered(messages, preferences)`, `onEnter()`).
 */
export class Room {
  #page;
  #stream;
  channel = null;

  constructor(page) {
    this.#page = page;
    this.#stream = new Stream({
      scroller: byId("stream"),
      list: byId("messages"),
      jump: byId("jump"),
      handlers: page.handlers,
      onRead: () => this.markRead(),
    });
    byId("older-button").addEventListener("click", () => void this.#loadOlder());
    byId("newer-button").addEventListener("click", () => void this.#loadNewer());
    byId("jump").addEventListener("click", () => void this.showNewest());
  }

  /** Opens a channel at its end, at what is new, or around a message. Rejects when that message is not there. */
  async open(channel, { around } = {}) {
    const where = around === undefined ? "" : `&around=${around}`;
    const wanted = get(`/messages?channel=${encodeURIComponent(channel.name)}${where}`);
    if (around === undefined) this.#enter(channel);
    const page = await wanted;
    if (around !== undefined) this.#enter(channel);
    if (this.channel.name === channel.name) this.#fill(page, around === undefined);
    return page;
  }

  /** Brings a message of a channel into view. Returns the message its thread hangs from, when it is in one. */
  async show(channel, id) {
    const here = this.channel?.name === channel.name ? this.#stream.element(id) : null;
    if (here !== null) {
      seek(this.#stream, here);
      return null;
    }
    const { parent } = await this.open(channel, { around: id });
    seek(this.#stream, this.#stream.element(parent ?? id));
    return parent;
  }

  ask(text, askId = crypto.randomUUID()) {
    const channel = this.channel.name;
    if (!this.#stream.isWhole) return void this.showNewest().then(() => this.ask(text, askId));
    hideEmpty();
    this.#stream.pending(askId, text, this.#page.start().person);
    return void post("/ask", { channel, text, askId }).then(
      ({ messages, preferences }) => {
        const elsewhere = messages.some((message) => message.channel !== channel);
        this.#page.answered(messages, preferences);
        if (elsewhere && this.channel.name === channel) this.aside(askId, messages);
      },
      (error) => this.channel.name === channel && this.#stream.failed(askId, error, () => this.ask(text, askId)),
    );
  }

  /** Shows to this person alone what is kept in their private talk. */
  aside(askId, messages) {
    showAside(this.#stream, askId, messages);
  }

  /** A message of this channel. */
  receive(message) {
    hideEmpty();
    this.#stream.show(message);
    this.markRead();
  }

  /** What has been in view counts as read, while somebody is at the page. */
  markRead() {
    if (this.channel === null || !isLooking()) return;
    const last = this.#stream.scroll.lastInView()?.dataset.id;
    if (last === undefined) return;
    const isNewest = this.#stream.isWhole && last === this.#stream.lastId();
    this.#page.unread.readUpTo(this.channel.name, last, isNewest);
  }

  async showNewest() {
    if (this.#stream.isWhole) this.followEnd();
    else await this.open(this.channel);
  }

  followEnd() {
    this.#stream.scroll.followEnd();
  }

  /** The message the reader is at; undefined while they follow the end. */
  place() {
    return this.#stream.scroll.isFollowing() ? undefined : this.#stream.scroll.firstInView()?.dataset.id;
  }

  #enter(channel) {
    this.channel = channel;
    byId("channel-title").textContent = channel.kind === "shared" ? `# ${channel.title}` : channel.title;
    byId("channel-topic").textContent = channel.topic;
    this.#stream.clear();
    hideEmpty();
    this.#page.onEnter();
  }

  #fill({ messages, older, newer }, atEnd) {
    const { name } = this.channel;
    const newAfter = newer ? null : this.#page.unread.newAfter(name);
    this.#stream.replace(messages, { whole: !newer, newAfter });
    byId("older").hidden = !older;
    byId("newer").hidden = !newer;
    const { emptyText, starters, checklist } = this.#page.start();
    if (this.#stream.isEmpty) {
      showEmpty({ text: emptyText, starters, checklist, run: (text) => this.ask(text) });
    }
    if (atEnd) this.#toNews();
    this.markRead();
  }

  /** The end; or where what is new begins, when that does not fit above it. */
  #toNews() {
    this.followEnd();
    const line = byId("messages").querySelector(".new-line");
    if (line === null || line.getBoundingClientRect().top >= byId("stream").getBoundingClientRect().top) return;
    this.#stream.scroll.show(line);
    byId("jump").hidden = false;
  }

  async #loadOlder() {
    const page = await get(
      `/messages?channel=${encodeURIComponent(this.channel.name)}&before=${this.#stream.firstId()}`,
    );
    this.#stream.prepend(page.messages);
    byId("older").hidden = !page.older;
  }

  async #loadNewer() {
    const page = await get(`/messages?channel=${encodeURIComponent(this.channel.name)}&after=${this.#stream.lastId()}`);
    this.#stream.append(page.messages, !page.newer);
    byId("newer").hidden = !page.newer;
    this.markRead();
  }
}
