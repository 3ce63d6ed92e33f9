import { createRequire } from "node:module";

import { GlobalFonts } from "canvas";
import { FONT_FAMILY } from "./theme.ts";

const require = createRequire(import.meta.url);

/** The bundled faces: a slim image has no fonts of its own, and pictures must not depend on the machine. */
export const FONT_FILES: readonly string[] = [
  "400Regular/Inter_400Regular.ttf",
  "600SemiBold/Inter_600SemiBold.ttf",
].map((file) => require.resolve(`@expo-google-fonts/inter/${file}`));

/** Gives vega's text measuring the true font; without it labels are estimated half again too wide. */
export function registerFonts(): void {
  for (const file of FONT_FILES) GlobalFonts.registerFromPath(file, FONT_FAMILY);
}

/** Alphabets the bundled font covers: Latin, Greek, Cyrillic, punctuation, currency signs, arrows, shapes. */
const COVERED =
  /^[\u0020-\u024f\u0250-\u036f\u0370-\u052f\u1e00-\u1fff\u2000-\u206f\u20a0-\u20bf\u2100-\u214f\u2190-\u21ff\u2212\u25a0-\u25ff]*$/;

/** Whether a picture needs glyphs beyond the bundled font; then the machine's fonts are asked too. */
export function needsOtherFonts(text: string): boolean {
  return !COVERED.test(text.replace(/\s/g, " "));
}
