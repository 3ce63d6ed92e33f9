import type { HomeView, KnownBlock, ModalView } from "@slack/types";

import { escapeHtml } from "./discord-text.ts";

type Json = Record<string, unknown>;

/** A message as Slack's app draws it, light: `pictures` by file id, as data: addresses. */
export function slackMessageHtml(
  blocks: readonly KnownBlock[],
  pictures: ReadonlyMap<string, string>,
  options: { readonly ephemeral?: boolean } = {},
): string {
  const only = options.ephemeral === true ? '<div class="only">Only visible to you</div>' : "";
  return `<article class="${options.ephemeral === true ? "message quiet" : "message"}"><span class="avatar">CI</span><div class="body">
    ${only}<div class="who"><b>Cloud Intelligence</b><span class="app">APP</span><time>9:00 AM</time></div>
    ${blocksHtml(blocks, pictures)}</div></article>`;
}

export function slackHomeHtml(view: HomeView): string {
  return `<section class="home">${blocksHtml(view.blocks as readonly KnownBlock[], new Map())}</section>`;
}

export function slackModalHtml(view: ModalView): string {
  return `<section class="modal"><h2>${text(view.title)}</h2>${blocksHtml(view.blocks as readonly KnownBlock[], new Map())}
    <div class="foot"><button>${text(view.close)}</button><button class="primary">${text(view.submit)}</button></div></section>`;
}

function blocksHtml(blocks: readonly KnownBlock[], pictures: ReadonlyMap<string, string>): string {
  return blocks.map((block) => blockHtml(block as unknown as Json, pictures)).join("");
}

function blockHtml(block: Json, pictures: ReadonlyMap<string, string>): string {
  switch (block["type"]) {
    case "header":
      // The picture's fonts have no colour emoji.
      return `<h3>${text(block["text"]).replace("🔴", '<span class="dot">●</span>')}</h3>`;
    case "divider":
      return "<hr>";
    case "section":
      return sectionHtml(block);
    case "context":
      return `<div class="context">${list(block["elements"]).map(text).join(" ")}</div>`;
    case "image": {
      const source = pictures.get(String((block["slack_file"] as Json)["id"])) ?? "";
      return `<img src="${source}" alt="${escapeHtml(String(block["alt_text"]))}">`;
    }
    case "rich_text":
      return `<div class="rich">${list(block["elements"]).map(richHtml).join("")}</div>`;
    case "actions":
      return `<div class="actions">${list(block["elements"]).map(elementHtml).join("")}</div>`;
    case "input":
      return inputHtml(block);
    default:
      return "";
  }
}

function sectionHtml(block: Json): string {
  const fields = list(block["fields"]);
  if (fields.length === 0) return `<p>${text(block["text"])}</p>`;
  return `<div class="fields">${fields.map((field) => `<div>${text(field)}</div>`).join("")}</div>`;
}

function richHtml(part: Json): string {
  const inner = (elements: unknown): string => list(elements).map(leafHtml).join("");
  if (part["type"] === "rich_text_preformatted") return `<pre>${inner(part["elements"])}</pre>`;
  if (part["type"] === "rich_text_list") {
    const items = list(part["elements"]).map((item) => `<li>${inner(item["elements"])}</li>`);
    return `<ul>${items.join("")}</ul>`;
  }
  return `<p>${inner(part["elements"])}</p>`;
}

function leafHtml(leaf: Json): string {
  const words = [leaf["text"], leaf["url"], leaf["user_id"]].find((value) => typeof value === "string") ?? "";
  const shown = escapeHtml(words);
  const style = (leaf["style"] ?? {}) as Json;
  if (leaf["type"] === "user") return `<span class="mention">@${shown}</span>`;
  if (leaf["type"] === "link") return `<a>${shown}</a>`;
  if (style["code"] === true) return `<code>${shown}</code>`;
  return style["bold"] === true ? `<b>${shown}</b>` : shown;
}

function elementHtml(element: Json): string {
  if (element["type"] === "static_select")
    return `<div class="select">${text(element["placeholder"])}<span>⌄</span></div>`;
  const style = typeof element["style"] === "string" ? element["style"] : "";
  return `<button class="${style}">${text(element["text"])}</button>`;
}

function inputHtml(block: Json): string {
  const element = block["element"] as Json;
  const [first] = list(element["options"]);
  const placeholder = text(element["placeholder"]) || (first === undefined ? "" : text(first["text"]));
  const optional = block["optional"] === true ? ' <span class="optional">(optional)</span>' : "";
  return `<label>${text(block["label"])}${optional}<div class="input">${placeholder}</div></label>`;
}

/** Text of either kind: literal, or the little of Slack's markup that the bot writes. */
function text(value: unknown): string {
  if (typeof value !== "object" || value === null) return "";
  const { type, text: inner } = value as { type?: string; text?: string };
  if (inner === undefined) return "";
  if (type !== "mrkdwn") return escapeHtml(inner).replaceAll("\n", "<br>");
  return inner
    .replaceAll(/<(https?:[^|>]+)\|([^>]*)>/g, "<a>$2</a>")
    .replaceAll(/\*([^*\n]+)\*/g, "<b>$1</b>")
    .replaceAll("\n", "<br>");
}

function list(value: unknown): Json[] {
  return Array.isArray(value) ? (value as Json[]) : [];
}

export function slackPageHtml(title: string, body: string): string {
  return `<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(title)}</title><style>${CSS}</style>
    <header># finops <span>${escapeHtml(title)}</span></header><main>${body}</main>`;
}

/** Colours and sizes of Slack's light theme. */
const CSS = `
  @font-face { font-family: Inter; src: url("/fonts/inter-400.ttf"); font-weight: 400; }
  @font-face { font-family: Inter; src: url("/fonts/inter-600.ttf"); font-weight: 600; }
  * { box-sizing: border-box; margin: 0; }
  body { background: #fff; color: #1d1c1d; font: 15px/1.46 Inter, sans-serif; }
  b, h2, h3 { font-weight: 600; }
  header { padding: 12px 16px; border-bottom: 1px solid #e3e3e3; font-weight: 600; font-size: 17px; }
  header span { color: #616061; font-weight: 400; font-size: 13px; margin-left: 8px; }
  .message { display: flex; gap: 8px; padding: 10px 16px; } .quiet { background: #f8f8f8; }
  .avatar { flex: none; width: 36px; height: 36px; border-radius: 8px; background: #1f3a5f; color: #fff; display: grid; place-items: center; font-weight: 600; font-size: 13px; }
  .body { min-width: 0; flex: 1; max-width: 640px; }
  .app { background: #e8e8e8; color: #616061; border-radius: 3px; font-size: 10px; padding: 1px 4px; margin: 0 6px; vertical-align: 1px; }
  time, .only, .optional { color: #616061; font-size: 12px; font-weight: 400; } .only { margin-bottom: 2px; }
  h3 { font-size: 18px; line-height: 1.3; margin: 8px 0 4px; }
  p { margin: 4px 0; overflow-wrap: anywhere; }
  .context { color: #616061; font-size: 13px; line-height: 1.4; margin: 6px 0; overflow-wrap: anywhere; }
  .fields { display: grid; grid-template-columns: 1fr 1fr; gap: 8px 12px; margin: 8px 0; overflow-wrap: anywhere; }
  pre { background: #f8f8f8; border: 1px solid #e0e0e0; border-radius: 4px; padding: 8px; font: 12px/1.5 "DejaVu Sans Mono", monospace; white-space: pre-wrap; margin: 4px 0; }
  code { background: #f8f8f8; border: 1px solid #e0e0e0; border-radius: 3px; color: #c01343; padding: 0 3px; font: 12px "DejaVu Sans Mono", monospace; }
  ul { padding-left: 22px; margin: 4px 0; } li { overflow-wrap: anywhere; }
  img { display: block; width: 100%; max-width: 520px; border-radius: 8px; border: 1px solid #e0e0e0; margin: 8px 0; }
  .actions { display: flex; flex-wrap: wrap; gap: 8px; margin: 8px 0; }
  button { background: #fff; border: 1px solid #bbb; border-radius: 4px; color: #1d1c1d; font: 600 13px Inter, sans-serif; height: 30px; padding: 0 12px; max-width: 100%; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  button.primary { background: #007a5a; border-color: #007a5a; color: #fff; } button.danger { border-color: #e01e5a; color: #e01e5a; }
  .select { border: 1px solid #bbb; border-radius: 4px; padding: 4px 10px; font-size: 13px; min-width: 160px; display: flex; justify-content: space-between; }
  .dot { color: #e01e5a; }
  a { color: #1264a3; } .mention { background: #fdf1d0; color: #1264a3; }
  hr { border: 0; border-top: 1px solid #e3e3e3; margin: 14px 0; }
  .home, .modal { padding: 16px; max-width: 760px; margin: 0 auto; }
  .modal { border: 1px solid #ddd; border-radius: 8px; max-width: 480px; margin: 16px auto; box-shadow: 0 8px 24px #0003; }
  .modal label { display: block; font-weight: 600; margin: 12px 0; } .input { border: 1px solid #bbb; border-radius: 4px; min-height: 38px; padding: 8px; margin-top: 4px; color: #616061; font-weight: 400; }
  .foot { display: flex; justify-content: flex-end; gap: 8px; margin-top: 16px; }
`;
