import { ApiError } from "../lib/api.js";
import { openDialog } from "../lib/dialog.js";
import { el } from "../lib/dom.js";

let forms = 0;

/**
 * A form in a dialog: labels, what must be there, lengths. What is wrong is said at its field before anything is sent;
 * what the server refuses, at the foot, and everything filled in stays.
 */
export function openForm({ form, send }) {
  forms += 1;
  const fields = form.fields.map((field, index) => fieldElement(field, `form-${forms}-${index}`));
  const wrong = el("p", { class: "dialog-wrong", role: "alert" });
  const submit = el("button", { class: `button ${form.style === "danger" ? "danger" : "primary"}`, text: form.submit });
  const cancel = el("button", { class: "button", type: "button", text: "Cancel", onclick: () => dialog.close() });
  const typed = el("span", { class: "typed", text: `or type: ${form.command}` });
  const body = el(
    "form",
    { novalidate: true },
    el("div", { class: "dialog-body" }, ...fields.map(({ element }) => element), wrong),
    el("footer", { class: "dialog-foot" }, typed, cancel, submit),
  );
  const state = { busy: false };
  body.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!state.busy && allRight(fields)) void submitForm({ fields, send, wrong, submit, state, dialog });
  });
  const dialog = openDialog({ title: form.title, body, name: "sheet", steady: () => state.busy });
  fields[0]?.input.focus();
}

async function submitForm({ fields, send, wrong, submit, state, dialog }) {
  state.busy = true;
  wrong.textContent = "";
  submit.setAttribute("aria-busy", "true");
  try {
    await send(Object.fromEntries(fields.map(({ name, input }) => [name, input.value.trim()])));
    dialog.close();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    wrong.textContent = `${error.message} ${error.remedy}`.trim();
  } finally {
    state.busy = false;
    submit.removeAttribute("aria-busy");
  }
}

/** Whether every field can be sent; the first that cannot gets the focus. */
function allRight(fields) {
  const bad = fields.filter((field) => !checked(field));
  bad[0]?.input.focus();
  return bad.length === 0;
}

function checked({ input, wrong, label }) {
  const words = complaint(input, label);
  input.setAttribute("aria-invalid", String(words !== ""));
  wrong.textContent = words;
  return words === "";
}

function complaint(input, label) {
  const value = input.value.trim();
  if (input.validity.badInput) return "That is no day.";
  if (input.required && value === "") return `${label} is needed.`;
  if (input.maxLength > 0 && value.length > input.maxLength) return `At most ${input.maxLength} characters.`;
  return "";
}

function fieldElement(field, id) {
  const wrong = el("span", { class: "wrong", id: `${id}-wrong` });
  const input = inputElement(field, { id, name: field.name, required: field.required, "aria-describedby": wrong.id });
  if (field.initial !== null) input.value = field.initial;
  const optional = field.required ? null : el("span", { class: "hint", text: " (may be left empty)" });
  const label = el("label", { for: id }, el("span", { text: field.label }), optional);
  const entry = { name: field.name, label: field.label, input, wrong };
  input.addEventListener("input", () => input.getAttribute("aria-invalid") === "true" && checked(entry));
  return { ...entry, element: el("div", { class: "field" }, label, input, wrong) };
}

function inputElement(field, props) {
  if (field.kind === "day") return el("input", { ...props, type: "date" });
  if (field.kind === "choice") {
    const options = field.options.map(({ label, value }) => el("option", { value, text: label }));
    const none = field.initial === null ? [el("option", { value: "", text: "Choose…" })] : [];
    return el("select", props, ...none, ...options);
  }
  const { lengthMax, placeholder } = field;
  const text = { ...props, maxlength: String(lengthMax), placeholder };
  return field.multiline ? el("textarea", { ...text, rows: "3" }) : el("input", { ...text, type: "text" });
}
