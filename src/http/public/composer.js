import { createCompletion } from "./completion.js";
import { byId } from "./dom.js";
import { createHistory } from "./history.js";

/** The question field: Enter asks, Shift+Enter breaks the line, ↑ brings back earlier ones, Tab completes. */
export function createComposer({ ask }) {
  const field = byId("composer-text");
  const history = createHistory();
  const completion = createCompletion({ field, onTake: set });

  function set(text) {
    field.value = text;
    field.setSelectionRange(text.length, text.length);
    grow(field);
    field.focus();
  }

  function submit() {
    const text = field.value.trim();
    if (text === "") return;
    history.add(text);
    completion.close();
    set("");
    ask(text);
  }

  /** Whether the key was ours. */
  function press(event) {
    const step = event.key === "ArrowUp" ? -1 : event.key === "ArrowDown" ? 1 : 0;
    if (event.key === "Enter" && !event.shiftKey) {
      if (completion.isSelected()) completion.take();
      else submit();
    } else if (event.key === "Tab" && !event.shiftKey && completion.isOpen()) completion.take();
    else if (event.key === "Escape" && completion.isOpen()) completion.close();
    else if (step !== 0 && completion.isOpen()) completion.move(step);
    else if (step !== 0 && history.applies(field.value)) set(history.step(step, field.value));
    else return false;
    return true;
  }

  field.addEventListener("input", () => {
    grow(field);
    completion.suggest(field.value);
  });
  field.addEventListener("blur", completion.close);
  field.addEventListener("keydown", (event) => {
    if (!event.isComposing && press(event)) event.preventDefault();
  });
  byId("composer").addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  grow(field);
  return {
    setCommands(commands, example, narrow) {
      completion.setCommands(commands);
      field.placeholder = narrow ? `Ask, e.g. ${example}` : `Ask about cost, for example: ${example}`;
      grow(field);
    },
    focus: () => field.focus(),
  };
}

function grow(field) {
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight}px`;
  byId("send").disabled = field.value.trim() === "";
}
