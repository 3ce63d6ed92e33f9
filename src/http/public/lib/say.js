import { byId, el } from "./dom.js";

const TOAST_MS = 4_000;
/** A screen reader that is told two things at once says only the last. */
const PAUSE_MS = 150;

/** Tells a screen reader, politely: what arrived, in a sentence. */
export function announce(text) {
  const region = byId("announcer");
  region.textContent = "";
  setTimeout(() => {
    region.textContent = text;
  }, PAUSE_MS);
}

/** A short word about what was just done, seen and heard. */
export function toast(text) {
  const element = el("div", { class: "toast", text });
  byId("toasts").append(element);
  setTimeout(() => element.remove(), TOAST_MS);
}
