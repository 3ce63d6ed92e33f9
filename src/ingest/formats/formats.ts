import { AppError } from "../../domain/errors.ts";
import { focusFormat } from "./focus.ts";
import type { Format, SourceFile } from "./format.ts";

/** Every format bills are read from. A new one: write its file, add it here. */
export const FORMATS: readonly Format[] = [focusFormat];

/** The format of a file, by its header. Throws AppError naming the nearest format and what is missing. */
export function chooseFormat(file: SourceFile): Format {
  const ranked = FORMATS.map((format) => ({ format, found: format.recognise(file) })).sort(
    (a, b) => Number(b.found.matches) - Number(a.found.matches) || b.found.score - a.found.score,
  );
  const [best] = ranked;
  if (best?.found.matches === true) return best.format;
  const nearest =
    best === undefined ? "" : `The nearest is ${best.format.title}; missing: ${best.found.missing.join(", ")}.`;
  throw new AppError("bad-input", `${file.path}: no known billing format. ${nearest}`);
}
