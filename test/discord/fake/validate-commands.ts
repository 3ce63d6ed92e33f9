import { invalidForm } from "./errors.ts";
import { asBag, asList, checkInteger, checkKeys, checkText, startCheck, type Bag, type Check } from "./validate.ts";

// https://discord.com/developers/docs/interactions/application-commands
const COMMANDS_MAX = 100;
const CHARACTERS_MAX = 8_000;
const OPTIONS_MAX = 25;
const CHOICES_MAX = 25;
const DESCRIPTION_MAX = 100;
const CHOICE_TEXT_MAX = 100;
const STRING_LENGTH_MAX = 6_000;
const NAME = /^[-_\p{L}\p{N}]{1,32}$/u;
const SUBCOMMAND = 1;
const GROUP = 2;
const STRING = 3;

/** Throws what Discord answers when a bulk overwrite breaks a rule. */
export function requireCommands(payload: unknown): Bag[] {
  const check = startCheck();
  const commands = asList(check, payload, { max: COMMANDS_MAX });
  const names = new Set<unknown>();
  commands.forEach((given, index) => {
    const at = check.at(index);
    const command = asBag(at, given);
    checkKeys(at, command, [
      "name",
      "description",
      "type",
      "options",
      "contexts",
      "integration_types",
      "default_member_permissions",
      "nsfw",
    ]);
    checkName(at, command);
    if (names.has(command["name"])) at.at("name").fail("Application command names must be unique");
    names.add(command["name"]);
    if (charactersOf(command) > CHARACTERS_MAX) at.fail(`Command exceeds maximum size (${CHARACTERS_MAX})`);
    checkOptions(at.at("options"), command["options"], 0);
  });
  if (check.problems.length > 0) throw invalidForm(check.problems);
  return commands as Bag[];
}

function checkName(check: Check, named: Bag): void {
  const { name } = named as { name?: unknown };
  if (typeof name !== "string" || !NAME.test(name) || name !== name.toLowerCase())
    check.at("name").fail("Command name is invalid");
  checkText(check.at("description"), named["description"], { min: 1, max: DESCRIPTION_MAX });
}

function checkOptions(check: Check, value: unknown, depth: number): void {
  const options = asList(check, value, { max: OPTIONS_MAX });
  let optional = false;
  const names = new Set<unknown>();
  const nested = options.filter((given) => [SUBCOMMAND, GROUP].includes(Number((given as Bag)["type"])));
  if (nested.length > 0 && nested.length < options.length) check.fail("Sub-command and plain options do not mix.");
  options.forEach((given, index) => {
    const at = check.at(index);
    const option = asBag(at, given);
    checkKeys(at, option, [
      "type",
      "name",
      "description",
      "required",
      "choices",
      "options",
      "autocomplete",
      "min_value",
      "max_value",
      "min_length",
      "max_length",
      "channel_types",
    ]);
    checkName(at, option);
    if (names.has(option["name"])) at.at("name").fail("Option names must be unique");
    names.add(option["name"]);
    checkInteger(at.at("type"), option["type"] ?? "missing", { min: 1, max: 11 });
    if (option["required"] === true && optional) at.fail("Required options must be placed before non-required options");
    if (option["required"] !== true) optional = true;
    checkChoices(at, option);
    if (option["type"] === GROUP && depth > 0) at.fail("Groups are at the top only.");
    if (option["type"] === SUBCOMMAND || option["type"] === GROUP)
      checkOptions(at.at("options"), option["options"], depth + 1);
  });
}

function checkChoices(check: Check, option: Bag): void {
  const choices = asList(check.at("choices"), option["choices"], { max: CHOICES_MAX });
  if (choices.length > 0 && option["autocomplete"] === true) check.fail("Choices and autocomplete exclude each other.");
  const values = new Set<unknown>();
  choices.forEach((given, index) => {
    const at = check.at("choices", index);
    const choice = asBag(at, given);
    checkText(at.at("name"), choice["name"], { min: 1, max: CHOICE_TEXT_MAX });
    if (option["type"] === STRING) checkText(at.at("value"), choice["value"], { min: 1, max: CHOICE_TEXT_MAX });
    if (values.has(choice["value"])) at.fail("Option choice values must be unique");
    values.add(choice["value"]);
  });
  checkInteger(check.at("max_length"), option["max_length"], { min: 1, max: STRING_LENGTH_MAX });
}

/** Name, description and value of the command, its options and choices: what the 8,000 count. */
function charactersOf(value: Bag): number {
  const own = [value["name"], value["description"], value["value"]]
    .map((text) => (typeof text === "string" ? text.length : 0))
    .reduce((total, length) => total + length, 0);
  const lists = [value["options"], value["choices"]].flatMap((list) => (Array.isArray(list) ? (list as Bag[]) : []));
  return lists.reduce((total, inner) => total + charactersOf(inner), own);
}

/** Whether a person could send these options with that command, as Discord's own client checks; null = they could. */
export function whyNotSendable(definition: Bag, given: readonly Bag[]): string | null {
  const known = (definition["options"] as Bag[] | undefined) ?? [];
  for (const option of given) {
    const match = known.find((candidate) => candidate["name"] === option["name"]);
    if (match === undefined) return `there is no option ${String(option["name"])}`;
    if (match["type"] !== option["type"]) return `${String(option["name"])} has another type`;
    if (match["type"] === SUBCOMMAND || match["type"] === GROUP) {
      const inner = whyNotSendable(match, (option["options"] as Bag[] | undefined) ?? []);
      if (inner !== null) return inner;
      continue;
    }
    const choices = (match["choices"] as Bag[] | undefined) ?? [];
    if (choices.length > 0 && !choices.some((choice) => choice["value"] === option["value"]))
      return `${String(option["name"])} offers no ${String(option["value"])}`;
  }
  const missing = known.find(
    (option) => option["required"] === true && !given.some((one) => one["name"] === option["name"]),
  );
  return missing === undefined ? null : `${String(missing["name"])} is required`;
}
