import { post } from "../lib/api.js";
import { openDialog } from "../lib/dialog.js";
import { el } from "../lib/dom.js";
import { toast } from "../lib/say.js";

const THEMES = [
  ["auto", "As the system"],
  ["light", "Light"],
  ["dark", "Dark"],
];
const LEVELS = [
  ["all", "Everything that is new"],
  ["mentions", "Only what needs me: my private talk, my threads, cards that name me"],
  ["none", "Nothing, and no count in the title"],
];
const KEYS = [
  ["Enter", "ask · Shift Enter breaks the line"],
  ["↑", "what was asked before · Tab completes"],
  ["/", "to the question field"],
  ["Ctrl K", "search"],
  ["Alt ↑ ↓", "channel before, after"],
  ["j k", "next, previous message · r replies in its thread"],
  ["Esc", "close: dialog, thread, list"],
];

/** What a person sets for themselves, each also as a command. `onSaved(preferences)` applies it to the page. */
export function openSettings({ preferences, onSaved }) {
  const wrong = el("p", { class: "dialog-wrong", role: "alert" });
  const save = async (change) => {
    wrong.textContent = "";
    try {
      const { preferences: saved } = await post("/settings", change);
      onSaved(saved);
    } catch (error) {
      wrong.textContent = `${error.message} ${error.remedy ?? ""}`.trim();
    }
  };
  const theme = preferences.theme ?? "auto";
  const level = preferences.notify ?? "mentions";
  const body = el(
    "div",
    { class: "dialog-body" },
    choices({
      legend: "Theme",
      name: "theme",
      options: THEMES,
      value: theme,
      onPick: (value) => save({ theme: value }),
    }),
    zoneField(preferences.timeZone ?? "", (timeZone) => save({ timeZone })),
    choices({
      legend: "Notify me of",
      name: "notify",
      options: LEVELS,
      value: level,
      onPick: (value) => save({ notify: value }),
    }),
    permissionElement(),
    wrong,
    keysElement(),
    el("p", {
      class: "hint",
      text: "or type: settings theme dark · settings timezone Europe/Berlin · settings notify all",
    }),
  );
  openDialog({ title: "Settings", body, name: "sheet" });
}

function choices({ legend, name, options, value, onPick }) {
  const option = ([word, label]) => {
    const input = el("input", { type: "radio", name, value: word, onchange: () => void onPick(word) });
    input.checked = word === value;
    return el("label", {}, input, label);
  };
  return el("fieldset", { class: "choices" }, el("legend", { text: legend }), ...options.map(option));
}

function zoneField(value, onPick) {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const zones = [...new Set([value, ...Intl.supportedValuesOf("timeZone")])].filter((zone) => zone !== "");
  const select = el(
    "select",
    { id: "settings-zone" },
    el("option", { value: "", text: `This device's (${own})` }),
    ...zones.map((zone) => el("option", { value: zone, text: zone })),
  );
  select.value = value;
  select.addEventListener("change", () => void onPick(select.value === "" ? null : select.value));
  const hint = el("span", {
    class: "hint",
    text: "For times in the chat. Costs stay in UTC days, as the clouds bill them.",
  });
  return el("div", { class: "field" }, el("label", { for: "settings-zone", text: "Time zone" }), select, hint);
}

/** The browser is asked only when somebody presses this. */
function permissionElement() {
  if (!("Notification" in window) || Notification.permission === "granted") return null;
  if (Notification.permission === "denied") {
    return el("p", { class: "hint", text: "This browser was told to show no notifications of this page." });
  }
  const button = el("button", { class: "button", type: "button", text: "Allow notifications on this device" });
  button.addEventListener("click", async () => {
    if ((await Notification.requestPermission()) !== "granted") return;
    toast("This device will notify you.");
    button.remove();
  });
  return button;
}

function keysElement() {
  const rows = KEYS.flatMap(([key, words]) => [el("dt", {}, el("kbd", { text: key })), el("dd", { text: words })]);
  return el("details", {}, el("summary", { text: "Keys" }), el("dl", { class: "keys" }, ...rows));
}
