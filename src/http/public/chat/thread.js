import { get, post } from "../lib/api.js";
import { Composer } from "../ask/composer.js";
import { byId } from "../lib/dom.js";
import { toast } from "../lib/say.js";
import { showAside } from "./aside.js";
import { seek } from "./room.js";
import { Stream } from "./stream.js";

/**
 * The thread beside the stream: the message it hangs from, its answers, a field to ask in it. `page`: what the page knows
 * (`handlers`, `person()`, `receive(message)`, `onClose()`, `onRead(thread, id)`).
 */
export class ThreadPanel {
  #page;
  #stream;
  #composer;
  #open = null;
  #from = null;

  constructor(page) {
    this.#page = page;
    const { openThread: _none, newReplies: _no, ...handlers } = page.handlers;
    this.#stream = new Stream({
      scroller: byId("thread-stream"),
      list: byId("thread-messages"),
      jump: byId("thread-jump"),
      handlers: { ...handlers, run: (text) => this.#ask(text) },
      onRead: () => this.#read(),
    });
    this.#composer = new Composer({
      dock: byId("thread-dock"),
      id: "thread-composer",
      label: "Your question or command, in this thread",
      ask: (text) => this.#ask(text),
      channel: () => this.#open.channel,
    });
    this.#composer.placeholder = "Ask in this thread";
    byId("thread-close").addEventListener("click", () => page.onClose());
    byId("thread-back").addEventListener("click", () => page.onClose());
    byId("thread-jump").addEventListener("click", () => this.#stream.scroll.followEnd());
    byId("thread-older-button").addEventListener("click", () => void this.#loadOlder());
  }

  /** Id of the message whose thread is shown; null = none is. */
  get id() {
    return this.#open?.id ?? null;
  }

  /** Shows the thread under a message; `sought`: the answer a link led to. */
  async show({ channel, id, sought = null }) {
    if (this.#open?.id !== id) {
      if (this.#open === null) this.#from = document.activeElement;
      this.#open = { channel, id };
      this.#stream.clear();
    }
    this.#frame(true);
    byId("thread-where").textContent = channel.startsWith("@") ? "Ask privately" : `#${channel}`;
    const { parent, messages, older } = await get(threadPath(this.#open));
    if (this.#open?.id !== id) return;
    byId("thread-older").hidden = !older;
    this.#stream.replace([parent, ...messages], { whole: true });
    const element = sought === null ? null : this.#stream.element(sought);
    if (element === null) this.#stream.scroll.followEnd();
    else seek(this.#stream, element);
    if (sought === null && matchMedia("(pointer: fine)").matches) this.#composer.focus();
    else if (sought === null) byId("thread-close").focus();
  }

  close() {
    if (this.#open === null) return;
    const { id } = this.#open;
    this.#open = null;
    this.#frame(false);
    this.#stream.clear();
    // Back to where it was opened from, which may have been drawn anew since.
    const from = this.#from?.isConnected ? this.#from : toolOf(id);
    from?.focus();
    this.#from = null;
  }

  /** A message of the open thread, or its parent's newer revision. */
  receive(message) {
    if (this.#open === null) return;
    if (message.id === this.#open.id || message.thread === this.#open.id) this.#stream.show(message);
  }

  async #loadOlder() {
    const [, first] = byId("thread-messages").querySelectorAll("[data-id]");
    const { messages, older } = await get(`${threadPath(this.#open)}&before=${first.dataset.id}`);
    this.#stream.prepend(messages);
    byId("thread-older").hidden = !older;
  }

  #frame(shown) {
    byId("thread").hidden = !shown;
    byId("app").classList.toggle("threaded", shown);
    // On a phone the thread is all there is: what lies under it is not reachable either.
    byId("main").inert = shown && matchMedia("(max-width: 760px)").matches;
  }

  #read() {
    const last = this.#stream.scroll.lastInView()?.dataset.id ?? null;
    if (this.#open !== null && last !== null) this.#page.onRead(this.#open.channel, this.#open.id, last);
  }

  #ask(text, askId = crypto.randomUUID()) {
    const { channel, id } = this.#open;
    this.#stream.pending(askId, text, this.#page.person());
    return post("/ask", { channel, text, askId, thread: id }).then(
      ({ messages, preferences }) => {
        const elsewhere = messages.some((message) => message.channel !== channel);
        this.#page.answered(messages, preferences);
        if (elsewhere && this.#open?.id === id) showAside(this.#stream, askId, messages);
      },
      (error) => {
        if (this.#open?.id === id) this.#stream.failed(askId, error, () => this.#ask(text, askId));
        else toast(`${error.message} ${error.remedy}`.trim());
      },
    );
  }
}

function threadPath({ channel, id }) {
  return `/thread?channel=${encodeURIComponent(channel)}&id=${id}`;
}

function toolOf(id) {
  return document.querySelector(`#messages [data-id="${CSS.escape(id)}"] [data-tool]`);
}
