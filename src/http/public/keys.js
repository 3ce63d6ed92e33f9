import { byId } from "./lib/dom.js";

/** Whether somebody is writing: then letters are letters. */
function isWriting(target) {
  return target.closest("input, textarea, select, dialog") !== null;
}

/**
 * Keys of the whole page. `does`: `search()`, `focusComposer()`, `neighbour(by)`, `escape()`. Within a stream `j` and `k`
 * move between messages and `r` replies.
 */
export function wireKeys(does) {
  document.addEventListener("keydown", (event) => {
    const { key, target } = event;
    if ((event.ctrlKey || event.metaKey) && key.toLowerCase() === "k") does.search();
    else if (event.altKey && (key === "ArrowUp" || key === "ArrowDown")) does.neighbour(key === "ArrowUp" ? -1 : 1);
    else if (key === "Escape" && target.closest("dialog") === null) does.escape();
    else if (isWriting(target) || event.ctrlKey || event.metaKey || event.altKey) return;
    else if (key === "/") does.focusComposer();
    else if (key === "j" || key === "k") step(key === "j" ? 1 : -1);
    else if (key === "r") reply();
    else return;
    event.preventDefault();
  });
}

function step(by) {
  const list = document.activeElement?.closest(".thread") === null ? byId("messages") : byId("thread-messages");
  const messages = Array.from((list ?? byId("messages")).querySelectorAll(".message"));
  const at = messages.indexOf(document.activeElement?.closest(".message"));
  const next = at < 0 ? messages.at(-1) : messages[Math.max(0, Math.min(messages.length - 1, at + by))];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

function reply() {
  document.activeElement?.closest(".message")?.querySelector('[data-tool="reply"]')?.click();
}
