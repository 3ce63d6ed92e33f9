/** Discord's markdown as HTML, as far as our renderer writes it: for looking at cards, not for serving them. */

const escapeHtml = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

const SPAN =
  /\\([^\p{L}\p{N}\s])|\*\*((?:\\.|[^*\\])+)\*\*|`([^`\n]+)`|\[((?:\\.|[^\]\\])*)\]\((https?:[^)\s]+)\)|<@(\d+)>|([\s\S])/gu;

export function markdownHtml(text: string): string {
  const parts = text.split(/```\n([\s\S]*?)\n```/);
  return parts.map((part, index) => (index % 2 === 1 ? `<pre>${escapeHtml(part)}</pre>` : blocksHtml(part))).join("");
}

function blocksHtml(text: string): string {
  const html: string[] = [];
  let items: string[] = [];
  const flush = (): void => {
    if (items.length > 0) html.push(`<ul>${items.join("")}</ul>`);
    items = [];
  };
  for (const line of text.split("\n")) {
    const item = /^- (.*)$/.exec(line)?.[1];
    if (item !== undefined) {
      items.push(`<li>${spansHtml(item)}</li>`);
      continue;
    }
    flush();
    html.push(line.trim() === "" ? '<div class="gap"></div>' : `<div>${spansHtml(line)}</div>`);
  }
  flush();
  return html.join("").replaceAll(/^(<div class="gap"><\/div>)+|(<div class="gap"><\/div>)+$/g, "");
}

function spansHtml(text: string): string {
  return text.replaceAll(
    SPAN,
    (
      _all,
      escaped?: string,
      strong?: string,
      code?: string,
      words?: string,
      href?: string,
      user?: string,
      other?: string,
    ) => {
      if (escaped !== undefined) return escapeHtml(escaped);
      if (strong !== undefined) return `<b>${spansHtml(strong)}</b>`;
      if (code !== undefined) return `<code>${escapeHtml(code)}</code>`;
      if (words !== undefined && href !== undefined) return `<a href="${escapeHtml(href)}">${spansHtml(words)}</a>`;
      if (user !== undefined) return '<span class="mention">@ada</span>';
      return escapeHtml(other ?? "");
    },
  );
}

export { escapeHtml };
