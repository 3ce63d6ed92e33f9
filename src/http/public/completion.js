import { byId, el } from "./dom.js";

const SUGGESTIONS_MAX = 8;

/** Commands and their examples that begin with what is typed, in a list box over the field. */
export function createCompletion({ field, onTake }) {
  const listbox = byId("completion");
  let lines = [];
  let options = [];
  let selected = -1;

  function draw(next) {
    options = next;
    selected = -1;
    listbox.replaceChildren(...options.map(optionElement));
    listbox.hidden = options.length === 0;
    field.setAttribute("aria-expanded", String(options.length > 0));
    field.removeAttribute("aria-activedescendant");
  }

  function optionElement(option, index) {
    const item = el("li", { role: "option", id: `option-${index}`, "aria-selected": "false" });
    item.append(el("b", { text: option.text }), el("span", { text: option.about }));
    // mousedown, because a click would take the focus from the field first.
    item.addEventListener("mousedown", (event) => {
      event.preventDefault();
      take(index);
    });
    return item;
  }

  function take(index = Math.max(0, selected)) {
    const { text } = options[index];
    draw([]);
    onTake(text);
  }

  return {
    setCommands(commands) {
      lines = commands.flatMap(({ name, summary, examples }) =>
        [...new Set([name, ...examples])].map((text) => ({ text, about: summary })),
      );
    },
    suggest(value) {
      const typed = value.trimStart().replace(/^\//, "").toLowerCase();
      const fits = ({ text }) => text.toLowerCase().startsWith(typed) && text.toLowerCase() !== typed;
      draw(typed === "" && value !== "/" ? [] : lines.filter(fits).slice(0, SUGGESTIONS_MAX));
    },
    close: () => draw([]),
    isOpen: () => options.length > 0,
    isSelected: () => selected >= 0,
    take,
    move(by) {
      selected = selected < 0 && by < 0 ? options.length - 1 : (selected + by + options.length) % options.length;
      for (const [index, item] of Array.from(listbox.children).entries()) {
        item.setAttribute("aria-selected", String(index === selected));
      }
      listbox.children[selected].scrollIntoView({ block: "nearest" });
      field.setAttribute("aria-activedescendant", `option-${selected}`);
    },
  };
}
