import { el } from "../lib/dom.js";

/** Rich text as nodes: text stays text, and a link leads where the server checked that it may. */
export function inlines(parts) {
  return parts.map((part) => {
    if (part.href !== undefined) {
      return el("a", { href: part.href, target: "_blank", rel: "noopener noreferrer nofollow", text: part.text });
    }
    if (part.person !== undefined) return el("strong", { class: "mention", text: part.text });
    if (part.mark === undefined) return document.createTextNode(part.text);
    return el(part.mark === "code" ? "code" : "strong", { text: part.text });
  });
}
