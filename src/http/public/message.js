import { cardElement } from "./card.js";
import { el, icon, timeOf } from "./dom.js";

const BOT_NAME = "Cloud Intelligence";
const SLOW_AFTER_S = 2;

/** One message as a list item. `quoted`: the question it answers, when that is not right above it. */
export function messageElement(message, { run, quoted }) {
  const body = el("div", { class: "body" });
  if (message.text !== null) body.append(el("p", { class: "asked", text: message.text }));
  if (quoted !== null) body.append(el("span", { class: "quoted", text: quoted }));
  if (message.card !== null) body.append(cardElement(message.card, message.id, run));
  const time = el("time", { datetime: message.at, title: message.at, text: timeOf(message.at) });
  const edited = message.editedAt === null ? null : `edited ${timeOf(message.editedAt)}`;
  const element = frame(
    message.author,
    body,
    time,
    edited === null ? null : el("span", { class: "edited", text: edited }),
  );
  Object.assign(element.dataset, { id: message.id, at: message.at, revision: message.revision });
  element.id = `message-${message.id}`;
  return element;
}

/** What a person just typed, before the server has it. */
export function questionElement(text, person) {
  return frame({ kind: "person", name: person.name }, el("p", { class: "asked", text }));
}

/** A sign of work that counts the seconds once it takes long. */
export function pendingElement() {
  const words = el("span", { text: "Looking at the bills" });
  const dots = el("span", { class: "dots", "aria-hidden": "true" }, el("i"), el("i"), el("i"));
  const element = bot(el("div", { class: "pending", role: "status" }, dots, words));
  let seconds = 0;
  const timer = setInterval(() => {
    seconds += 1;
    if (!element.isConnected) clearInterval(timer);
    else if (seconds >= SLOW_AFTER_S) words.textContent = `Looking at the bills · ${seconds} s`;
  }, 1000);
  return element;
}

/** No answer came: what happened, and a button that asks the same question again. */
export function failedElement(error, retry) {
  const words = `${error.message} ${error.remedy ?? ""}`.trim();
  const again = el("button", { class: "button", type: "button", text: "Try again", onclick: retry });
  return bot(el("div", { class: "failed", role: "alert" }, icon("bad"), el("span", { text: words }), again));
}

function bot(body) {
  return frame({ kind: "bot", name: BOT_NAME }, body);
}

function frame(author, body, ...beside) {
  const mark =
    author.kind === "bot"
      ? el("span", { class: "avatar", "aria-hidden": "true" }, el("img", { src: "/logo.svg", alt: "" }))
      : el("span", { class: "avatar person", "aria-hidden": "true", text: initial(author.name) });
  const byline = el("div", { class: "byline" }, el("strong", { text: author.name }), ...beside);
  return el("li", { class: "message" }, mark, el("div", { class: "said" }, byline, body));
}

/** First letter, for a round mark. */
export function initial(name) {
  return [...name][0]?.toUpperCase() ?? "?";
}
