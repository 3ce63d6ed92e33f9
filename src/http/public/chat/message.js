import { cardElement } from "../card/card.js";
import { el, icon, iconButton } from "../lib/dom.js";
import { linkTo } from "../lib/route.js";
import { toast } from "../lib/say.js";
import { momentOf, timeOf, whenOf } from "../lib/time.js";

const BOT_NAME = "Cloud Intelligence";
const SLOW_AFTER_S = 2;

/**
 * One message as a list item. `handlers`: `run(command)`, `act(request)` for its card, `openThread(message)` where threads
 * can be opened, `isOwn(message)`, `me()`. `quoted`: the question it answers, when that is not right above it.
 */
export function messageElement(message, handlers, quoted) {
  const body = el("div", { class: "body" });
  if (message.file !== null) body.append(fileElement(message));
  else if (message.text !== null) body.append(el("p", { class: "asked", text: message.text }));
  if (quoted !== null) body.append(el("span", { class: "quoted", text: quoted }));
  if (message.card !== null) body.append(cardElement(message.card, message, handlers));
  const replies = handlers.openThread === undefined ? null : repliesElement(message, handlers);
  if (replies !== null) body.append(replies);
  const edited =
    message.editedAt === null ? null : el("span", { class: "edited", text: `edited ${timeOf(message.editedAt)}` });
  const time = el("time", { datetime: message.at, title: momentOf(message.at), text: timeOf(message.at) });
  const element = frame(message.author, body, time, edited, toolsElement(message, handlers));
  element.tabIndex = -1;
  for (const mention of element.querySelectorAll(".mention")) {
    if (mention.dataset.person !== handlers.me()) continue;
    mention.classList.add("me");
    element.classList.add("calls-me");
  }
  const own = handlers.isOwn(message);
  Object.assign(element.dataset, { id: message.id, at: message.at, seq: message.seq, own });
  return element;
}

function toolsElement(message, handlers) {
  const copy = iconButton("link", "Copy link to this message", () => void copyLink(message), { "data-tool": "link" });
  const reply =
    handlers.openThread === undefined
      ? null
      : iconButton("thread", "Reply in thread", () => handlers.openThread(message, true), { "data-tool": "reply" });
  return el("div", { class: "tools" }, reply, copy);
}

async function copyLink({ channel, id }) {
  const link = linkTo({ channel, message: id });
  try {
    await navigator.clipboard.writeText(link);
    toast("Link copied.");
  } catch {
    toast(link);
  }
}

/** A file beside a card; it is saved, never opened in the page. */
function fileElement({ id, file }) {
  const size = file.bytes < 1024 ? `${file.bytes} bytes` : `${Math.round(file.bytes / 1024)} KB`;
  return el(
    "a",
    { class: "button file", href: `/api/chat/file/${id}`, download: file.name },
    icon("save"),
    el("span", { text: file.name }),
    el("span", { class: "hint", text: size }),
  );
}

/** How many answers a thread has; opens it. */
function repliesElement(message, handlers) {
  const { count, at } = message.replies;
  if (count === 0) return null;
  const words = `${count} ${count === 1 ? "reply" : "replies"}`;
  const fresh = handlers.newReplies(message);
  return el(
    "button",
    { class: "replies", type: "button", onclick: () => handlers.openThread(message, false) },
    icon("thread"),
    el("b", { text: words }),
    fresh > 0 ? el("span", { class: "fresh-count", text: `${fresh} new` }) : null,
    at === null ? null : el("span", { text: `last ${whenOf(at)}` }),
  );
}

/** What a person just typed, before the server has it. */
export function questionElement(text, person) {
  const element = frame({ kind: "person", name: person.name }, el("p", { class: "asked", text }));
  element.dataset.own = "true";
  return element;
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
