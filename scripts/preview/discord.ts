import type { APIEmbed, APIModalInteractionResponseCallbackData } from "discord-api-types/v10";

import type { DiscordMessage } from "../../src/bot/channels/discord/render-discord.ts";
import { escapeHtml, markdownHtml } from "./discord-text.ts";

/** A message of the bot as Discord's app draws it, dark: `pictures` by attachment name, as data: addresses. */
export function discordMessageHtml(
  message: Pick<DiscordMessage, "content" | "embeds" | "components">,
  pictures: ReadonlyMap<string, string>,
  options: { readonly ephemeral?: boolean; readonly asked?: string } = {},
): string {
  const asked =
    options.asked === undefined
      ? ""
      : `<div class="reply"><span class="avatar small ada">A</span><b>ada</b> used <span class="slash">/${escapeHtml(options.asked)}</span></div>`;
  const only =
    options.ephemeral === true
      ? '<div class="only">Only you can see this · <span class="link">Dismiss message</span></div>'
      : "";
  return `<article class="message">${asked}<div class="row"><span class="avatar">CI</span><div class="body">
    <div class="who"><b>Cloud Intelligence</b><span class="app">✓ APP</span><time>Today at 09:00</time></div>
    <div class="content">${markdownHtml(message.content)}</div>
    ${message.embeds.map((embed) => embedHtml(embed, pictures)).join("")}
    ${message.components.map((row) => rowHtml(row.components as readonly Component[])).join("")}
    ${only}</div></div></article>`;
}

function embedHtml(embed: APIEmbed, pictures: ReadonlyMap<string, string>): string {
  const colour = `#${(embed.color ?? 0).toString(16).padStart(6, "0")}`;
  const source = pictures.get(embed.image?.url.replace("attachment://", "") ?? "");
  return `<section class="embed" style="border-color:${colour}">
    ${embed.title === undefined ? "" : `<h3>${markdownHtml(embed.title)}</h3>`}
    ${embed.description === undefined ? "" : `<div class="description">${markdownHtml(embed.description)}</div>`}
    ${fieldsHtml(embed.fields ?? [])}
    ${source === undefined ? "" : `<img src="${source}" alt="">`}
    ${embed.footer === undefined ? "" : `<footer>${escapeHtml(embed.footer.text).replaceAll("\n", "<br>")}</footer>`}
  </section>`;
}

/** Up to three inline fields stand side by side. */
function fieldsHtml(fields: NonNullable<APIEmbed["fields"]>): string {
  if (fields.length === 0) return "";
  const cells = fields.map(
    ({ name, value, inline }) =>
      `<div class="field${inline === true ? " inline" : ""}"><b>${markdownHtml(name)}</b><div>${markdownHtml(value)}</div></div>`,
  );
  return `<div class="fields">${cells.join("")}</div>`;
}

type Component = {
  readonly type: number;
  readonly style?: number;
  readonly label?: string;
  readonly placeholder?: string;
};

const STYLES = ["", "primary", "secondary", "success", "danger", "link"];

function rowHtml(components: readonly Component[]): string {
  const drawn = components.map((component) =>
    component.type === 2
      ? `<button class="${STYLES[component.style ?? 2]}">${escapeHtml(component.label ?? "")}${component.style === 5 ? " ↗" : ""}</button>`
      : `<div class="select">${escapeHtml(component.placeholder ?? "")}<span>⌄</span></div>`,
  );
  return `<div class="buttons">${drawn.join("")}</div>`;
}

/** A form as the app draws it over the chat. */
export function discordModalHtml(modal: APIModalInteractionResponseCallbackData): string {
  const fields = (modal.components as unknown as readonly { label: string; component: Record<string, unknown> }[]).map(
    ({ label, component }) => {
      const required = component["required"] === false ? "" : '<span class="star">*</span>';
      const [first] = (component["options"] as { label: string }[] | undefined) ?? [];
      const shown = (component["value"] ?? component["placeholder"] ?? first?.label ?? "") as string;
      const tall = component["style"] === 2 ? " tall" : "";
      return `<label>${escapeHtml(label)}${required}<div class="input${tall}">${escapeHtml(shown)}</div></label>`;
    },
  );
  return `<div class="modal"><h2>${escapeHtml(modal.title)}</h2>${fields.join("")}
    <div class="foot"><button class="secondary">Cancel</button><button class="primary">Submit</button></div></div>`;
}

/** A page of messages. */
export function discordPageHtml(title: string, body: string): string {
  return `<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(title)}</title><style>${CSS}</style>
    <header># finops <span>${escapeHtml(title)}</span></header><main>${body}</main>`;
}

/** Colours and sizes of Discord's dark theme, measured on its web app. */
const CSS = `
  @font-face { font-family: Inter; src: url("/fonts/inter-400.ttf"); font-weight: 400; }
  @font-face { font-family: Inter; src: url("/fonts/inter-600.ttf"); font-weight: 600; }
  * { box-sizing: border-box; margin: 0; }
  body { background: #313338; color: #dbdee1; font: 16px/1.375 Inter, sans-serif; }
  b, h3, h2 { font-weight: 600; }
  header { padding: 12px 16px; border-bottom: 1px solid #26282c; color: #f2f3f5; font-weight: 600; }
  header span { color: #949ba4; font-weight: 400; margin-left: 8px; font-size: 14px; }
  main { padding: 8px 0 24px; }
  .message { padding: 10px 16px 6px; }
  .row { display: flex; gap: 16px; }
  .avatar { flex: none; width: 40px; height: 40px; border-radius: 50%; background: #3b6ea5; color: #fff; display: grid; place-items: center; font-size: 14px; font-weight: 600; }
  .avatar.small { width: 16px; height: 16px; font-size: 9px; display: inline-grid; background: #8a5fbf; vertical-align: -2px; margin-right: 6px; }
  .reply { font-size: 14px; color: #949ba4; margin: 0 0 4px 56px; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
  .slash { color: #00a8fc; }
  .body { min-width: 0; flex: 1; }
  .who b { color: #f2f3f5; }
  .app { background: #5865f2; color: #fff; border-radius: 4px; font-size: 10px; padding: 1px 5px; margin: 0 6px; vertical-align: 2px; }
  time { color: #949ba4; font-size: 12px; }
  .embed { background: #2b2d31; border-left: 4px solid; border-radius: 4px; padding: 8px 16px 16px 12px; max-width: 520px; margin-top: 4px; font-size: 14px; line-height: 1.3; }
  .embed h3 { color: #f2f3f5; font-size: 16px; margin: 8px 0 4px; }
  .description { margin-top: 6px; }
  .gap { height: 9px; }
  ul { padding-left: 18px; margin: 2px 0; }
  pre { background: #1e1f22; border: 1px solid #26282c; border-radius: 4px; padding: 7px; font: 12.5px/1.35 "DejaVu Sans Mono", monospace; white-space: pre-wrap; margin: 6px 0; }
  code { background: #1e1f22; border-radius: 3px; padding: 1px 4px; font: 12px "DejaVu Sans Mono", monospace; }
  .fields { display: grid; grid-template-columns: repeat(12, 1fr); gap: 8px; margin-top: 8px; }
  .field { grid-column: 1 / -1; }
  .field.inline { grid-column: span 4; }
  .field b { color: #f2f3f5; }
  .embed img { width: 100%; border-radius: 4px; margin-top: 16px; display: block; }
  .embed footer { color: #b5bac1; font-size: 12px; margin-top: 8px; }
  .mention { background: #3c4270; color: #c9cdfb; border-radius: 3px; padding: 0 2px; }
  a { color: #00a8fc; text-decoration: none; }
  .buttons { display: flex; flex-wrap: wrap; gap: 8px; margin-top: 8px; }
  button { border: 0; border-radius: 8px; color: #fff; font: 500 14px Inter, sans-serif; height: 32px; padding: 0 14px; background: #4e5058; max-width: 100%; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  button.primary { background: #5865f2; } button.danger { background: #d83c3e; } button.success { background: #248046; }
  .select { background: #1e1f22; border-radius: 8px; padding: 9px 12px; width: 400px; max-width: 100%; color: #b5bac1; font-size: 14px; display: flex; justify-content: space-between; }
  .only { color: #949ba4; font-size: 12px; margin-top: 6px; } .link { color: #00a8fc; }
  .modal { background: #313338; border: 1px solid #26282c; border-radius: 8px; width: min(440px, calc(100% - 24px)); margin: 16px auto; padding: 20px; box-shadow: 0 8px 30px #0008; }
  .modal h2 { color: #f2f3f5; font-size: 20px; margin-bottom: 12px; }
  .modal label { display: block; color: #dbdee1; font-weight: 600; font-size: 14px; margin-bottom: 14px; }
  .star { color: #f23f42; margin-left: 3px; }
  .input { background: #1e1f22; border-radius: 4px; min-height: 40px; padding: 10px; margin-top: 6px; color: #949ba4; font-weight: 400; } .input.tall { min-height: 96px; }
  .foot { display: flex; justify-content: flex-end; gap: 8px; }
`;
