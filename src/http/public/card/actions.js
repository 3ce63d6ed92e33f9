import { ApiError } from "../lib/api.js";
import { el, icon } from "../lib/dom.js";
import { toast } from "../lib/say.js";
import { openConfirm } from "./confirm.js";
import { openForm } from "./form.js";

/**
 * What a card lets people do. A click sends the action's token and what was chosen or filled in, nothing else: what it
 * means, and whether this person may, the server knows. `handlers.act(request)` does that; an action without a token (a
 * card that is no message) is typed instead: `handlers.run(command)`.
 */
export function actionsElement(actions, handlers) {
  const wrong = el("p", { class: "action-wrong", role: "alert" });
  const bar = el("div", { class: "actions" });
  const perform = (request, control) => performIn({ bar, wrong, control, work: () => handlers.act(request) });
  bar.append(
    ...actions.map((action) => actionElement(action, { perform, run: handlers.run, act: handlers.act })),
    wrong,
  );
  return bar;
}

function actionElement(action, means) {
  switch (action.kind) {
    case "button":
      return buttonElement(action, means);
    case "select":
      return selectElement(action, means);
    case "form":
      return formElement(action, means);
    default:
      return linkElement(action);
  }
}

function buttonElement(action, { perform, run }) {
  const button = labelled(action);
  const request = { token: action.token, confirmed: action.confirm !== null };
  const go = () => (action.token === null ? run(action.command) : perform(request, button));
  button.addEventListener("click", () => {
    if (action.confirm === null) void go();
    else openConfirm({ ...action.confirm, style: action.style, command: action.command, onYes: go });
  });
  return button;
}

function selectElement(action, { perform, run }) {
  const select = el(
    "select",
    { class: "button", "aria-label": action.label },
    el("option", { value: "", text: action.label }),
    ...action.options.map(({ label, command }, index) =>
      el("option", { value: String(index), title: command, text: label }),
    ),
  );
  select.addEventListener("change", () => {
    const choice = Number(select.value);
    select.value = "";
    const option = action.options[choice];
    if (option === undefined) return;
    if (action.token === null) run(option.command);
    else void perform({ token: action.token, choice }, select);
  });
  return select;
}

function formElement(action, { act }) {
  const button = labelled(action);
  button.setAttribute("aria-haspopup", "dialog");
  button.addEventListener("click", () =>
    openForm({ form: action, send: (values) => act({ token: action.token, values }) }),
  );
  button.disabled = action.token === null;
  return button;
}

function linkElement({ label, href }) {
  return el(
    "a",
    { class: "button", href, target: "_blank", rel: "noopener noreferrer nofollow" },
    el("span", { text: label }),
    icon("outside"),
  );
}

function labelled({ label, style, command }) {
  const look = style === "plain" ? "" : ` ${style}`;
  return el("button", { class: `button${look}`, type: "button", title: `or type: ${command}`, text: label });
}

/** One at a time: while it runs, nothing else on the card can be pressed. What went wrong is said beside it. */
async function performIn({ bar, wrong, control, work }) {
  const controls = Array.from(bar.querySelectorAll("button, select")).filter(({ disabled }) => !disabled);
  wrong.textContent = "";
  control.setAttribute("aria-busy", "true");
  for (const one of controls) one.disabled = true;
  try {
    await work();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const words = `${error.message} ${error.remedy}`.trim();
    // The card may have been drawn anew meanwhile, as it is now.
    if (wrong.isConnected) wrong.textContent = words;
    else toast(words);
  } finally {
    control.removeAttribute("aria-busy");
    for (const one of controls) one.disabled = false;
    if (control.isConnected) control.focus();
  }
}
