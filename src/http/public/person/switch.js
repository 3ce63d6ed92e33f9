import { post } from "../lib/api.js";
import { initial } from "../chat/message.js";
import { byId, el } from "../lib/dom.js";

/** Who one is. In the sample estate one may be oneself in any role, or one of its people. */
export function drawPerson({ person, people, roles }) {
  byId("person-name").textContent = person.name;
  byId("person-mark").textContent = initial(person.name);
  const options = (roles ?? [person.role]).map((role) => el("option", { value: role, text: role }));
  const others = (people ?? []).filter(({ id }) => id !== "local");
  const group = (label, items) => el("optgroup", { label }, ...items);
  const names = others.map(({ id, name }) => el("option", { value: `person:${id}`, text: name }));
  byId("role").replaceChildren(...(names.length === 0 ? options : [group("You, as", options), group("Be", names)]));
  byId("role").value = others.some(({ id }) => id === person.id) ? `person:${person.id}` : person.role;
  byId("role").disabled = roles === null;
}

/** `onSwitched()` reads the page anew, as somebody else. */
export function wireSwitch(onSwitched) {
  byId("role").addEventListener("change", async ({ target }) => {
    const [kind, id] = target.value.split(":");
    await (id === undefined ? post("/role", { role: kind }) : post("/person", { id }));
    await onSwitched();
  });
}
