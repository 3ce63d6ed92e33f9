import { el } from "../lib/dom.js";

/** A command: where it is too long for the line it breaks after a comma sooner than within a word, and copies unchanged. */
function codeSpan(text) {
  const code = el("code", {});
  text.split(/(?<=,)/).forEach((piece, index) => {
    if (index > 0) code.append(document.createElement("wbr"));
    code.append(document.createTextNode(piece));
  });
  return code;
}

/** Rich text as nodes: text stays text, and a link leads where the server checked that it may. */
export function inlines(parts) {
  return parts.map((part) => {
    if (part.href !== undefined) {
      return el("a", { href: part.href, target: "_blank", rel: "noopener noreferrer nofollow", text: part.text });
    }
    if (part.person !== undefined)
      return el("strong", { class: "mention", "data-person": part.person, text: part.text });
    if (part.mark === undefined) return document.createTextNode(part.text);
    return part.mark === "code" ? codeSpan(part.text) : el("strong", { text: part.text });
  });
}
