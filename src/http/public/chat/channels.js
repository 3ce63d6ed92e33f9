import { byId, el, icon } from "../lib/dom.js";
import { countText } from "./unread.js";

/**
 * The list of channels. One tab stop: arrows, Home and End move within it, as in any list. `count(name)`: how much is
 * unread there; `isCalled(name)`: whether some of it calls the person.
 */
export function drawChannels({ channels, current, count, isCalled, onOpen }) {
  const focused = document.activeElement?.dataset?.channel ?? null;
  const item = (channel) => {
    const news = { unread: count(channel.name), called: isCalled(channel.name) };
    return el("li", {}, channelButton({ channel, current, ...news, onOpen }));
  };
  for (const kind of ["shared", "direct"]) {
    byId(kind === "shared" ? "channels" : "direct").replaceChildren(
      ...channels.filter((channel) => channel.kind === kind).map(item),
    );
  }
  if (focused !== null)
    buttons()
      .find(({ dataset }) => dataset.channel === focused)
      ?.focus();
}

function channelButton({ channel, current, unread, called, onOpen }) {
  const here = channel.name === current;
  const badge =
    unread === 0
      ? null
      : el("b", {
          class: called ? "count called" : "count",
          text: called ? `@${countText(unread)}` : countText(unread),
          "aria-label": `${countText(unread)} unread${called ? ", you are called" : ""}`,
        });
  return el(
    "button",
    {
      class: unread > 0 ? "channel unread" : "channel",
      type: "button",
      "data-channel": channel.name,
      "aria-current": here ? "page" : null,
      tabindex: here ? "0" : "-1",
      onclick: () => onOpen(channel.name),
    },
    icon(channel.kind === "shared" ? "hash" : "lock"),
    el("span", { text: channel.title }),
    badge,
  );
}

function buttons() {
  return Array.from(document.querySelectorAll("#channels button, #direct button"));
}

/** Where the keys lead from here; null = they mean nothing here. */
function target(list, at, key) {
  if (key === "ArrowDown") return list[Math.min(list.length - 1, at + 1)];
  if (key === "ArrowUp") return list[Math.max(0, at - 1)];
  if (key === "Home") return list[0];
  return key === "End" ? list.at(-1) : null;
}

export function wireChannelKeys() {
  byId("sidebar").addEventListener("keydown", (event) => {
    const list = buttons();
    const at = list.indexOf(event.target);
    const next = at < 0 ? null : target(list, at, event.key);
    if (next === null || next === undefined) return;
    event.preventDefault();
    for (const button of list) button.tabIndex = button === next ? 0 : -1;
    next.focus();
  });
}

/** The channel before or after the open one. */
export function neighbour(channels, current, by) {
  const at = channels.findIndex(({ name }) => name === current);
  return channels[(at + by + channels.length) % channels.length].name;
}
