import { asBag, asList, checkInteger, checkKeys, checkText, checkUrl, type Bag, type Check } from "./validate.ts";

// https://discord.com/developers/docs/components/reference
const ROWS_MAX = 5;
const BUTTONS_MAX = 5;
const V2_COMPONENTS_MAX = 40;
const V2_TEXT_MAX = 4_000;
const CUSTOM_ID_MAX = 100;
const LABEL_MAX = 80;
const URL_MAX = 512;
const OPTIONS_MAX = 25;
const OPTION_TEXT_MAX = 100;
const PLACEHOLDER_MAX = 150;
const STYLE_LINK = 5;

type Seen = { readonly ids: Set<string>; count: number; text: number };

/** Components of a message: action rows, or with the V2 flag layouts of everything. */
export function checkComponents(check: Check, value: unknown, v2: boolean): void {
  const seen: Seen = { ids: new Set(), count: 0, text: 0 };
  const rows = asList(check, value, { max: v2 ? V2_COMPONENTS_MAX : ROWS_MAX });
  rows.forEach((row, index) => checkTop(check.at(index), row, seen, v2));
  if (!v2) return;
  if (seen.count > V2_COMPONENTS_MAX) check.fail(`At most ${V2_COMPONENTS_MAX} components.`);
  if (seen.text > V2_TEXT_MAX) check.fail(`At most ${V2_TEXT_MAX} characters of text displays.`);
}

function checkTop(check: Check, value: unknown, seen: Seen, v2: boolean): void {
  const component = asBag(check, value);
  seen.count += 1;
  switch (component["type"]) {
    case 1:
      return checkRow(check, component, seen);
    case 10:
      if (!v2) return check.at("type").fail("Needs the flag IS_COMPONENTS_V2.");
      checkText(check.at("content"), component["content"], { min: 1, max: V2_TEXT_MAX });
      seen.text += String(component["content"]).length;
      return;
    case 12:
    case 13:
    case 14:
      if (!v2) check.at("type").fail("Needs the flag IS_COMPONENTS_V2.");
      return;
    case 9:
    case 17:
      if (!v2) return check.at("type").fail("Needs the flag IS_COMPONENTS_V2.");
      return asList(check.at("components"), component["components"], { min: 1, max: V2_COMPONENTS_MAX }).forEach(
        (inner, index) => checkTop(check.at("components", index), inner, seen, v2),
      );
    default:
      check.at("type").fail(`Value "${String(component["type"])}" is not allowed here.`);
  }
}

function checkRow(check: Check, row: Bag, seen: Seen): void {
  checkKeys(check, row, ["type", "id", "components"]);
  const inside = asList(check.at("components"), row["components"], { min: 1, max: BUTTONS_MAX });
  const types = inside.map((component) => (component as Bag)["type"]);
  if (types.some((type) => type !== 2) && inside.length > 1) check.at("components").fail("A select takes a whole row.");
  inside.forEach((component, index) => {
    seen.count += 1;
    const at = check.at("components", index);
    const bag = asBag(at, component);
    if (bag["type"] === 2) checkButton(at, bag, seen);
    else if (bag["type"] === 3) checkStringSelect(at, bag, seen);
    else at.at("type").fail(`Value "${String(bag["type"])}" is not allowed here.`);
  });
}

function checkButton(check: Check, button: Bag, seen: Seen): void {
  checkKeys(check, button, ["type", "id", "style", "label", "emoji", "custom_id", "url", "disabled"]);
  checkInteger(check.at("style"), button["style"] ?? "missing", { min: 1, max: STYLE_LINK });
  checkText(check.at("label"), button["label"], { min: 1, max: LABEL_MAX });
  if (button["style"] === STYLE_LINK) {
    checkUrl(check.at("url"), button["url"] ?? "", ["http", "https", "discord"], URL_MAX);
    if (button["custom_id"] !== undefined) check.fail("A custom id and url cannot both be specified");
    return;
  }
  if (button["url"] !== undefined) check.fail("A custom id and url cannot both be specified");
  checkCustomId(check, button, seen);
}

export function checkStringSelect(check: Check, select: Bag, seen: Pick<Seen, "ids">): void {
  const known = [
    "type",
    "id",
    "custom_id",
    "options",
    "placeholder",
    "min_values",
    "max_values",
    "disabled",
    "required",
  ];
  checkKeys(check, select, known);
  checkCustomId(check, select, seen);
  checkText(check.at("placeholder"), select["placeholder"], { max: PLACEHOLDER_MAX });
  const options = asList(check.at("options"), select["options"], { min: 1, max: OPTIONS_MAX });
  checkInteger(check.at("min_values"), select["min_values"], { min: 0, max: OPTIONS_MAX });
  checkInteger(check.at("max_values"), select["max_values"], { min: 1, max: Math.max(1, options.length) });
  const values = new Set<unknown>();
  options.forEach((given, index) => {
    const at = check.at("options", index);
    const option = asBag(at, given);
    checkKeys(at, option, ["label", "value", "description", "emoji", "default"]);
    checkText(at.at("label"), option["label"], { min: 1, max: OPTION_TEXT_MAX });
    checkText(at.at("value"), option["value"], { min: 1, max: OPTION_TEXT_MAX });
    checkText(at.at("description"), option["description"], { max: OPTION_TEXT_MAX });
    if (values.has(option["value"])) at.at("value").fail("The specified option value is already used");
    values.add(option["value"]);
  });
}

function checkCustomId(check: Check, component: Bag, seen: Pick<Seen, "ids">): void {
  const id = component["custom_id"];
  checkText(check.at("custom_id"), id, { min: 1, max: CUSTOM_ID_MAX });
  if (typeof id !== "string") return;
  if (seen.ids.has(id)) check.at("custom_id").fail("Component custom id cannot be duplicated");
  seen.ids.add(id);
}

const MODAL_TITLE_MAX = 45;
const MODAL_ROWS_MAX = 5;
const LABEL_TEXT_MAX = 45;
const LABEL_DESCRIPTION_MAX = 100;
const INPUT_MAX = 4_000;
const INPUT_PLACEHOLDER_MAX = 100;

/** A modal of labels (type 18) around text inputs and selects. */
export function checkModal(check: Check, value: unknown): void {
  const modal = asBag(check, value);
  checkKeys(check, modal, ["custom_id", "title", "components"]);
  checkText(check.at("custom_id"), modal["custom_id"], { min: 1, max: CUSTOM_ID_MAX });
  checkText(check.at("title"), modal["title"], { min: 1, max: MODAL_TITLE_MAX });
  const seen = { ids: new Set<string>() };
  const rows = asList(check.at("components"), modal["components"], { min: 1, max: MODAL_ROWS_MAX });
  rows.forEach((given, index) => {
    const at = check.at("components", index);
    const label = asBag(at, given);
    checkKeys(at, label, ["type", "id", "label", "description", "component"]);
    if (label["type"] !== 18) return at.at("type").fail("Only labels are taken here.");
    checkText(at.at("label"), label["label"], { min: 1, max: LABEL_TEXT_MAX });
    checkText(at.at("description"), label["description"], { max: LABEL_DESCRIPTION_MAX });
    const inner = asBag(at.at("component"), label["component"]);
    if (inner["type"] === 4) return checkTextInput(at.at("component"), inner, seen);
    if (inner["type"] === 3) return checkStringSelect(at.at("component"), inner, seen);
    at.at("component", "type").fail("Only text inputs and selects are taken here.");
  });
}

function checkTextInput(check: Check, input: Bag, seen: Pick<Seen, "ids">): void {
  const known = ["type", "id", "custom_id", "style", "min_length", "max_length", "required", "value", "placeholder"];
  checkKeys(check, input, known);
  checkCustomId(check, input, seen);
  checkInteger(check.at("style"), input["style"] ?? "missing", { min: 1, max: 2 });
  checkInteger(check.at("min_length"), input["min_length"], { min: 0, max: INPUT_MAX });
  checkInteger(check.at("max_length"), input["max_length"], { min: 1, max: INPUT_MAX });
  checkText(check.at("value"), input["value"], { max: Math.min(INPUT_MAX, Number(input["max_length"] ?? INPUT_MAX)) });
  checkText(check.at("placeholder"), input["placeholder"], { max: INPUT_PLACEHOLDER_MAX });
}
