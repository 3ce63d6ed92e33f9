import type { RichText } from "../card.ts";
import { safeHref, safeLine } from "./safe-text.ts";

/** Rich text as one harmless line. A link keeps its checked address in brackets, so that nothing is hidden behind words. */
export function plainText(text: RichText): string {
  if (typeof text === "string") return safeLine(text);
  return text
    .map((inline) => {
      const words = safeLine(inline.text);
      const href = inline.kind === "link" ? safeHref(inline.href) : null;
      return href === null || href === words ? words : `${words} (${href})`;
    })
    .join("");
}
