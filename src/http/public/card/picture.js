import { openDialog } from "../lib/dialog.js";
import { el, icon } from "../lib/dom.js";
import { isDark } from "../person/theme.js";

/** A chart in the theme of the page; it opens large. Its alt text says what it shows. */
export function pictureElement(block, { id }) {
  const path = `/api/chat/picture/${id}/${block.picture}`;
  const image = el("img", { alt: block.alt, loading: "lazy", "data-path": path });
  const button = el("button", { type: "button", "aria-label": `Enlarge: ${block.alt}` }, image);
  const figure = el("figure", { class: `picture loading ${block.shape}` }, button);
  image.addEventListener("load", () => figure.classList.remove("loading"));
  image.addEventListener("error", () => {
    figure.classList.remove("loading");
    figure.replaceChildren(el("p", { class: "no-picture", text: `The picture could not be drawn. ${block.alt}` }));
  });
  image.src = inTheme(path);
  button.addEventListener("click", () => enlarge(block, path));
  return figure;
}

function inTheme(path) {
  return `${path}.png?theme=${isDark() ? "dark" : "light"}`;
}

document.addEventListener("finops-theme", () => {
  for (const image of document.querySelectorAll("img[data-path]")) image.src = inTheme(image.dataset.path);
});

function enlarge(block, path) {
  const source = inTheme(path);
  const image = el("img", { src: source, alt: block.alt });
  const frame = el("div", { class: "frame", tabindex: "0", role: "group", "aria-label": "Picture" }, image);
  const save = (label, href, name) =>
    el("a", { class: "button", href, download: name }, icon("save"), el("span", { text: label }));
  const dialog = openDialog({ title: block.alt, body: frame, name: "lightbox" });
  dialog
    .querySelector("header")
    .lastElementChild.before(
      save("PNG", source, `${block.shape}.png`),
      save("CSV", `${path}.csv`, `${block.shape}.csv`),
    );
}
