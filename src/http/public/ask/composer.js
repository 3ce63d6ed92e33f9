import { el, icon } from "../lib/dom.js";
import { Completion } from "./completion.js";
import { createHistory } from "./history.js";

const TEXT_MAX = 4_000;

/**
 * A question field: Enter asks, Shift+Enter breaks the line, ↑ brings back earlier ones, Tab completes. `before`: an
 * element at its left. `id` names its elements.
 */
export class Composer {
  #field;
  #send;
  #history = createHistory();
  #completion;
  #ask;

  constructor({ dock, id, label, ask, channel, before = null }) {
    this.#ask = ask;
    const listbox = el("ul", {
      class: "completion",
      id: `${id}-completion`,
      role: "listbox",
      "aria-label": "Suggestions",
    });
    listbox.hidden = true;
    this.#field = fieldElement(id);
    this.#send = el(
      "button",
      { type: "submit", class: "icon-button send", "aria-label": "Ask", title: "Ask (Enter)", disabled: true },
      icon("send"),
    );
    const name = el("label", { class: "visually-hidden", for: `${id}-text`, text: label });
    const form = el("form", { class: "composer", autocomplete: "off" }, listbox, before, name, this.#field, this.#send);
    this.#completion = new Completion({ field: this.#field, listbox, channel, onTake: (text) => this.set(text) });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.#wire();
    dock.append(form);
  }

  set placeholder(text) {
    this.#field.placeholder = text;
  }

  focus() {
    this.#field.focus();
  }

  set(text) {
    this.#field.value = text;
    this.#field.setSelectionRange(text.length, text.length);
    this.#grow();
    this.#field.focus();
  }

  #wire() {
    this.#field.addEventListener("input", () => {
      this.#grow();
      void this.#completion.suggest();
    });
    this.#field.addEventListener("blur", () => this.#completion.close());
    this.#field.addEventListener("keydown", (event) => {
      if (event.isComposing || !this.#press(event)) return;
      event.preventDefault();
      event.stopPropagation();
    });
  }

  #submit() {
    const text = this.#field.value.trim();
    if (text === "") return;
    this.#history.add(text);
    this.#completion.close();
    this.set("");
    this.#ask(text);
  }

  /** Whether the key was ours. */
  #press(event) {
    const completion = this.#completion;
    const step = event.altKey ? 0 : event.key === "ArrowUp" ? -1 : event.key === "ArrowDown" ? 1 : 0;
    if (event.key === "Enter" && !event.shiftKey) {
      if (completion.isSelected()) completion.take();
      else this.#submit();
    } else if (event.key === "Tab" && !event.shiftKey && completion.isOpen()) completion.take();
    else if (event.key === "Escape" && completion.isOpen()) completion.close();
    else if (step !== 0 && completion.isOpen()) completion.move(step);
    else if (step !== 0 && this.#history.applies(this.#field.value)) {
      this.set(this.#history.step(step, this.#field.value));
    } else return false;
    return true;
  }

  #grow() {
    this.#field.style.height = "auto";
    this.#field.style.height = `${this.#field.scrollHeight}px`;
    this.#send.disabled = this.#field.value.trim() === "";
  }
}

function fieldElement(id) {
  return el("textarea", {
    id: `${id}-text`,
    rows: "1",
    maxlength: String(TEXT_MAX),
    spellcheck: "false",
    "aria-autocomplete": "list",
    "aria-haspopup": "listbox",
    "aria-controls": `${id}-completion`,
  });
}
