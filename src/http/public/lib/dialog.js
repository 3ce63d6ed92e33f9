import { el, iconButton } from "./dom.js";

let count = 0;

/**
 * A modal dialog that is made when needed and gone when closed; focus goes back to where it came from. `body` and `foot`
 * are elements. Escape and a click beside it close it, unless `steady` says that something is under way.
 */
export function openDialog({ title, body, foot = null, name = "", steady = () => false, onClose = () => undefined }) {
  const from = document.activeElement;
  count += 1;
  const id = `dialog-title-${count}`;
  const close = iconButton("close", "Close", () => dialog.close());
  const head = el("header", { class: "dialog-head" }, el("h2", { id, text: title }), close);
  const dialog = el("dialog", { class: name, "aria-labelledby": id }, head, body, foot);
  dialog.addEventListener("cancel", (event) => {
    if (steady()) event.preventDefault();
  });
  dialog.addEventListener("mousedown", (event) => {
    if (event.target === dialog && !steady()) dialog.close();
  });
  dialog.addEventListener("close", () => {
    dialog.remove();
    onClose();
    if (from instanceof HTMLElement && from.isConnected) from.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}
