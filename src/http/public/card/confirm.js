import { openDialog } from "../lib/dialog.js";
import { el } from "../lib/dom.js";

/** Asks before something that moves money or cannot be taken back. The button says what it does, never "OK". */
export function openConfirm({ title, text, yes, style, command, onYes }) {
  const cancel = el("button", { class: "button", type: "button", text: "Cancel", onclick: () => dialog.close() });
  const sure = el("button", {
    class: `button ${style === "danger" ? "danger" : "primary"}`,
    type: "button",
    text: yes,
  });
  sure.addEventListener("click", () => {
    dialog.close();
    void onYes();
  });
  const typed = el("span", { class: "typed", text: `or type: ${command}` });
  const foot = el("footer", { class: "dialog-foot" }, typed, cancel, sure);
  const dialog = openDialog({
    title,
    body: el("div", { class: "dialog-body" }, el("p", { text })),
    foot,
    name: "sheet",
  });
  cancel.focus();
}
