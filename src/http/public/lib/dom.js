/** Elements by id; every one named here is in index.html. */
export const byId = (id) => document.getElementById(id);

/**
 * Makes an element. Text always goes in as text: there is no way from data to markup in this page.
 * `props`: class, text, attributes by name, on<event> handlers.
 */
export function el(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "class") element.className = value;
    else if (name === "text") element.textContent = value;
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `/icons.svg#${name}`);
  svg.append(use);
  return svg;
}

/** A button that is a picture; its name is read out and shown on hover. */
export function iconButton(name, label, onclick, props = {}) {
  return el(
    "button",
    { class: "icon-button", type: "button", "aria-label": label, title: label, onclick, ...props },
    icon(name),
  );
}
