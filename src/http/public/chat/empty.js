import { cardElement } from "../card/card.js";
import { byId, el } from "../lib/dom.js";

const NOWHERE = { id: "0" };

/** What a channel says before anyone has said anything: first questions, and what is still to set up. */
export function showEmpty({ text, starters, checklist, run }) {
  const chip = (example) =>
    el("button", { class: "button", type: "button", text: example, onclick: () => run(example) });
  byId("empty").replaceChildren(
    el("img", { src: "/logo.svg", alt: "" }),
    el("h2", { text: "What did it cost?" }),
    el("p", { text }),
    el("div", { class: "chips" }, ...starters.map(chip)),
    ...(checklist === null ? [] : [cardElement(checklist, NOWHERE, { run })]),
  );
  byId("empty").hidden = false;
}

export function hideEmpty() {
  byId("empty").hidden = true;
  byId("empty").replaceChildren();
}

/** How far a new installation is, at the foot of the channels until all is done; leads to the checklist. */
export function showSetup(setup) {
  const button = byId("setup");
  button.hidden = setup === null;
  if (setup === null) return;
  const { done, total, next } = setup;
  button.replaceChildren(
    el("b", {}, el("span", { text: "Getting started" }), el("span", { text: `${done} of ${total}` })),
    el("progress", { max: String(total), value: String(done), "aria-hidden": "true" }),
    el("span", { text: `Next: ${next}` }),
  );
}
