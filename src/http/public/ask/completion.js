import { get } from "../lib/api.js";
import { el } from "../lib/dom.js";

/**
 * What may come next, in a list box over the field: commands, clauses, values the person may see, whole examples. The
 * server knows the grammar and the values; an answer to what is no longer typed is dropped.
 */
export class Completion {
  #field;
  #listbox;
  #onTake;
  #channel;
  #options = [];
  #selected = -1;
  #asked = null;

  /** `channel()`: where it is asked: there only what that channel shows is offered. */
  constructor({ field, listbox, channel, onTake }) {
    this.#channel = channel;
    this.#field = field;
    this.#listbox = listbox;
    this.#onTake = onTake;
  }

  /** Looks up what may stand at the caret. Only at the end of the text: inside it one corrects, and needs no list. */
  suggest() {
    const text = this.#field.value;
    this.#asked?.abort();
    if (text.trim() === "" || this.#field.selectionEnd !== text.length) return this.close();
    const asked = new AbortController();
    this.#asked = asked;
    const where = `text=${encodeURIComponent(text)}&channel=${encodeURIComponent(this.#channel())}`;
    return get(`/complete?${where}`, { signal: asked.signal })
      .then(({ options }) => this.#field.value === text && this.#draw(options))
      .catch(() => undefined);
  }

  close() {
    this.#asked?.abort();
    this.#draw([]);
  }

  isOpen() {
    return this.#options.length > 0;
  }

  isSelected() {
    return this.#selected >= 0;
  }

  take(index = Math.max(0, this.#selected)) {
    const { text, more } = this.#options[index];
    this.#draw([]);
    this.#onTake(text);
    // A word that wants another one after it offers that at once.
    if (more) void this.suggest();
  }

  move(by) {
    const count = this.#options.length;
    this.#selected = this.#selected < 0 && by < 0 ? count - 1 : (this.#selected + by + count) % count;
    for (const [index, item] of Array.from(this.#listbox.children).entries()) {
      item.setAttribute("aria-selected", String(index === this.#selected));
    }
    const item = this.#listbox.children[this.#selected];
    item.scrollIntoView({ block: "nearest" });
    this.#field.setAttribute("aria-activedescendant", item.id);
  }

  #draw(options) {
    this.#options = options;
    this.#selected = -1;
    this.#listbox.replaceChildren(...options.map((option, index) => this.#element(option, index)));
    this.#listbox.hidden = options.length === 0;
    this.#field.removeAttribute("aria-activedescendant");
  }

  #element(option, index) {
    const item = el("li", { role: "option", id: `${this.#listbox.id}-${index}`, "aria-selected": "false" });
    item.append(el("b", { text: option.label }), el("span", { text: option.about }));
    // mousedown, because a click would take the focus from the field first.
    item.addEventListener("mousedown", (event) => {
      event.preventDefault();
      this.take(index);
    });
    return item;
  }
}
