import { emptyMessage, invalidForm, tooLarge } from "./errors.ts";
import { checkComponents } from "./validate-components.ts";
import {
  asBag,
  asList,
  checkInteger,
  checkKeys,
  checkText,
  checkUrl,
  startCheck,
  type Bag,
  type Check,
} from "./validate.ts";

// https://discord.com/developers/docs/resources/message#embed-object-embed-limits
const CONTENT_MAX = 2_000;
const EMBEDS_MAX = 10;
const EMBEDS_TEXT_MAX = 6_000;
const FILES_MAX = 10;
const FILE_BYTES_MAX = 10 * 1024 * 1024;
const ALT_MAX = 1_024;
const NONCE_MAX = 25;
const COLOUR_MAX = 0xff_ff_ff;
export const FLAG_EPHEMERAL = 1 << 6;
const FLAG_SUPPRESS_EMBEDS = 1 << 2;
const FLAG_SUPPRESS_NOTIFICATIONS = 1 << 12;
export const FLAG_V2 = 1 << 15;

export type UploadedFile = { readonly index: string; readonly name: string; readonly bytes: Uint8Array };

/** What is known besides the payload: files sent with it, files the message has, where it goes. */
export type MessageSetting = {
  readonly files: readonly UploadedFile[];
  readonly kept: readonly { readonly id: string; readonly filename: string }[];
  readonly ephemeralAllowed: boolean;
  readonly edit: boolean;
};

const MESSAGE_KEYS = [
  "content",
  "embeds",
  "components",
  "allowed_mentions",
  "attachments",
  "flags",
  "nonce",
  "enforce_nonce",
  "message_reference",
  "tts",
];

/** Throws what Discord answers (and a little more) when a message breaks a rule. */
export function requireMessage(payload: unknown, setting: MessageSetting): Bag {
  if (setting.files.length > FILES_MAX) throw tooLarge();
  if (setting.files.some((file) => file.bytes.byteLength > FILE_BYTES_MAX)) throw tooLarge();
  const check = startCheck();
  const message = asBag(check, payload);
  checkKeys(check, message, MESSAGE_KEYS);
  checkText(check.at("content"), message["content"], { max: CONTENT_MAX });
  checkFlags(check.at("flags"), message["flags"], setting);
  checkText(check.at("nonce"), message["nonce"], { max: NONCE_MAX });
  checkMentions(check.at("allowed_mentions"), message["allowed_mentions"]);
  const names = checkAttachments(check.at("attachments"), message["attachments"], setting);
  const v2 = (Number(message["flags"] ?? 0) & FLAG_V2) !== 0;
  if (v2 && (message["content"] !== undefined || message["embeds"] !== undefined))
    check.fail("The flag IS_COMPONENTS_V2 excludes content and embeds.");
  checkEmbeds(check.at("embeds"), message["embeds"], names);
  checkComponents(check.at("components"), message["components"], v2);
  if (check.problems.length > 0) throw invalidForm(check.problems);
  if (!setting.edit && isEmpty(message, setting)) throw emptyMessage();
  return message;
}

function isEmpty(message: Bag, setting: MessageSetting): boolean {
  const content = typeof message["content"] === "string" ? message["content"].trim() : "";
  const lists = [message["embeds"], message["components"], setting.files].map(
    (list) => (list as [] | null)?.length ?? 0,
  );
  return content === "" && lists.every((length) => length === 0);
}

function checkFlags(check: Check, value: unknown, setting: MessageSetting): void {
  const allowed =
    FLAG_SUPPRESS_EMBEDS |
    FLAG_SUPPRESS_NOTIFICATIONS |
    FLAG_V2 |
    (setting.ephemeralAllowed && !setting.edit ? FLAG_EPHEMERAL : 0);
  checkInteger(check, value, { min: 0, max: 0xff_ff });
  if (typeof value === "number" && (value & ~allowed) !== 0) check.fail("These flags cannot be set here.");
}

function checkMentions(check: Check, value: unknown): void {
  if (value === undefined) return check.fail("Our own messages always say whom they may notify.");
  const mentions = asBag(check, value);
  checkKeys(check, mentions, ["parse", "users", "roles", "replied_user"]);
  const parse = asList(check.at("parse"), mentions["parse"], { max: 3 });
  if (parse.some((word) => !["roles", "users", "everyone"].includes(String(word)))) check.fail("Unknown kind.");
  const users = asList(check.at("users"), mentions["users"], { max: 100 });
  if (parse.includes("users") && users.length > 0) check.fail("parse:users and users are mutually exclusive.");
}

/** The file names embeds and galleries may point at. */
function checkAttachments(check: Check, value: unknown, setting: MessageSetting): string[] {
  const names = setting.files.map(({ name }) => name);
  asList(check, value, { max: FILES_MAX }).forEach((given, index) => {
    const at = check.at(index);
    const attachment = asBag(at, given);
    checkKeys(at, attachment, ["id", "filename", "description"]);
    checkText(at.at("description"), attachment["description"], { max: ALT_MAX });
    const id = String(attachment["id"]);
    const kept = setting.kept.find((file) => file.id === id);
    if (kept !== undefined) return void names.push(kept.filename);
    if (!setting.files.some((file) => file.index === id)) at.at("id").fail("There is no such file.");
  });
  return names;
}

function checkEmbeds(check: Check, value: unknown, names: readonly string[]): void {
  const embeds = asList(check, value, { max: EMBEDS_MAX });
  let sum = 0;
  embeds.forEach((given, index) => {
    sum += checkEmbed(check.at(index), asBag(check.at(index), given), names);
  });
  if (sum > EMBEDS_TEXT_MAX) check.fail(`Embed size exceeds maximum size of ${EMBEDS_TEXT_MAX} (is ${sum})`);
}

const EMBED_KEYS = [
  "title",
  "description",
  "url",
  "timestamp",
  "color",
  "footer",
  "image",
  "thumbnail",
  "author",
  "fields",
];

function checkEmbed(check: Check, embed: Bag, names: readonly string[]): number {
  checkKeys(check, embed, EMBED_KEYS);
  checkText(check.at("title"), embed["title"], { max: 256 });
  checkText(check.at("description"), embed["description"], { max: 4_096 });
  checkUrl(check.at("url"), embed["url"], ["http", "https"], 2_048);
  checkInteger(check.at("color"), embed["color"], { min: 0, max: COLOUR_MAX });
  const footer = embed["footer"] === undefined ? {} : asBag(check.at("footer"), embed["footer"]);
  if (embed["footer"] !== undefined) checkText(check.at("footer", "text"), footer["text"], { min: 1, max: 2_048 });
  const author = embed["author"] === undefined ? {} : asBag(check.at("author"), embed["author"]);
  if (embed["author"] !== undefined) checkText(check.at("author", "name"), author["name"], { min: 1, max: 256 });
  let size = [embed["title"], embed["description"], footer["text"], author["name"]]
    .map((text) => (typeof text === "string" ? text.length : 0))
    .reduce((total, length) => total + length, 0);
  asList(check.at("fields"), embed["fields"], { max: 25 }).forEach((given, index) => {
    const at = check.at("fields", index);
    const field = asBag(at, given);
    checkKeys(at, field, ["name", "value", "inline"]);
    checkText(at.at("name"), field["name"], { min: 1, max: 256 });
    checkText(at.at("value"), field["value"], { min: 1, max: 1_024 });
    size += String(field["name"]).length + String(field["value"]).length;
  });
  checkImage(check.at("image"), embed["image"], names);
  const hasImage = embed["image"] !== undefined;
  if (size === 0 && !hasImage) check.fail("An embed must show something.");
  return size;
}

function checkImage(check: Check, value: unknown, names: readonly string[]): void {
  if (value === undefined) return;
  const image = asBag(check, value);
  checkKeys(check, image, ["url"]);
  checkUrl(check.at("url"), image["url"] ?? "", ["http", "https", "attachment"], 2_048);
  const url = String(image["url"]);
  if (url.startsWith("attachment://") && !names.includes(url.slice("attachment://".length)))
    check.at("url").fail(`There is no attachment of that name: ${url}`);
}
